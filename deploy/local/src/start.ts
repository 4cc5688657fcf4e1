import { rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Listr } from 'listr2';
import { type Dependencies, startDependencies } from './dependencies.ts';
import { places } from './places.ts';
import type { ProcessEvent } from './processes/supervised-process.ts';
import { takeLock } from './run-lock.ts';
import { readStartArguments } from './start-arguments.ts';
import { describeFailure, describeReady, describeRestart, STOPPED } from './start-messages.ts';
import { createAddressFile } from './system/addresses.ts';
import { checkPortSettings, dependencyPorts, movedPorts } from './system/placement.ts';
import { planSystem, type System } from './system.ts';

/** `npm start`: the whole product on this machine, until Ctrl-C. */

/** Longer than the watchers of a start that died need to end its servers (see `spawnGuarded`). */
const LEFTOVERS_END_WITHIN_MS = 6_000;
/** A download cannot be called off; what it started ends with this process. */
const PATIENCE_WITH_DEPENDENCIES_MS = 5_000;
/** A terminal's Ctrl-C reaches npm too, which passes it on: the same key press arrives twice. */
const SAME_KEY_PRESS_MS = 500;
const EXIT_USAGE = 2;

const wanted = readStartArguments(process.argv.slice(2));
if (wanted.kind === 'help') {
  console.log(wanted.text);
  process.exit(0);
}
if (wanted.kind === 'wrong') {
  console.error(wanted.text);
  process.exit(EXIT_USAGE);
}
const { replicas } = wanted;

const addressFile = createAddressFile(places.addresses);
let dependencies: Promise<Dependencies> | null = null;
let system: System | null = null;
let isReady = false;
let isStopping = false;
let interruptedMs = 0;

const lock = await takeLock(places.lock);
if (lock === null) {
  console.error(`npm start is running here already; its addresses are in ${relative('.', places.addresses)}.`);
  process.exit(1);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void interrupt());

try {
  await run();
} catch (error) {
  if (!isStopping) await end(1, { first: describeFailure(error) });
}

async function run(): Promise<void> {
  checkPortSettings();
  await rm(places.addresses, { force: true });
  await rm(places.logs, { recursive: true, force: true });
  if (lock?.wasStale) {
    console.log('The last start was not ended by itself; waiting for its servers to go.');
    await delay(LEFTOVERS_END_WITHIN_MS);
  }
  const startedMs = performance.now();
  const started = await showing('Kafka, schema registry and PostgreSQL', async (report) => {
    dependencies = startDependencies({ stateFolder: places.state, ports: dependencyPorts(), onProgress: report });

    return dependencies;
  });
  const plan = await planSystem({
    dependencies: started,
    ports: 'default',
    replicas,
    stateFolder: places.state,
    logFolder: places.logs,
    onEvent: follow,
    onProblem: (problem) => console.error(problem),
  });
  system = plan.system;
  for (const { title, run: runStep } of plan.steps) await showing(title, runStep);
  isReady = true;
  await addressFile.write(system.addresses);
  const tookMs = performance.now() - startedMs;
  console.log(describeReady(system.addresses, { way: started.way, tookMs, moved: movedPorts(system.addresses) }));
}

/** One line of progress; on a terminal it is alive. */
async function showing<T>(title: string, work: (report: (detail: string) => void) => Promise<T>): Promise<T> {
  const outcome = Promise.withResolvers<T>();
  const task = {
    title,
    task: async (_context: unknown, line: { output: string }): Promise<void> => {
      const report = (detail: string): void => {
        line.output = detail;
      };
      work(report).then(outcome.resolve, outcome.reject);
      // The reason is told once, at the end.
      await outcome.promise.catch(() => Promise.reject(new Error('see below')));
    },
  };
  await new Listr([task], { registerSignalListeners: false, fallbackRenderer: 'simple' }).run().catch(() => undefined);

  return outcome.promise;
}

/** What happens to the processes once all is ready. */
function follow(event: ProcessEvent): void {
  if (!isReady || isStopping || !system) return;
  console.log(describeRestart(event, system.logFolder));
  void addressFile.write(system.addresses);
}

async function interrupt(): Promise<void> {
  if (isStopping) {
    if (performance.now() - interruptedMs < SAME_KEY_PRESS_MS) return;
    process.exit(130);
  }
  interruptedMs = performance.now();
  console.log('\nStopping. (Ctrl-C again ends at once.)');
  await end(0, { last: STOPPED });
}

/** `first` is said before everything is stopped, `last` after. */
async function end(code: number, { first, last }: { first?: string; last?: string }): Promise<never> {
  isStopping = true;
  if (first) console.error(first);
  await addressFile.remove();
  await system?.stop();
  const started = await Promise.race([dependencies?.catch(() => null), delay(PATIENCE_WITH_DEPENDENCIES_MS, null)]);
  await started?.stop();
  await lock?.release();
  if (last) console.log(last);
  process.exit(code);
}
