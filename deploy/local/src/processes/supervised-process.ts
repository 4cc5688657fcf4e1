import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '../wait.ts';
import { type Command, type Exit, type GuardedProcess, lastLines, spawnGuarded } from './guarded-process.ts';

export interface SupervisedProcessOptions {
  readonly name: string;
  readonly command: Command;
  /** Whether it is ready for work. */
  readonly isReady: () => Promise<boolean>;
  readonly onEvent: (event: ProcessEvent) => void;
  readonly startDeadlineMs?: number;
}

/** `ended`: it died and is started again after `againInMs`. */
export type ProcessEvent =
  | { readonly kind: 'started'; readonly name: string }
  | { readonly kind: 'ready'; readonly name: string; readonly isRestart: boolean }
  | { readonly kind: 'ended'; readonly name: string; readonly exit: Exit; readonly againInMs: number };

export interface SupervisedProcess {
  readonly name: string;
  /** Ids of what runs now; empty between a death and the next start. */
  pids(): readonly number[];
  /** Resolves when it is ready. From then on it is started again whenever it ends, until `stop`. */
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Signals it, and waits for its end unless the signal only pauses or continues. It comes back as after any other death. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Resolves when it is ready, also after a death. */
  ready(): Promise<void>;
}

/** A process of the product did not become ready. The message shows the end of its log. */
export class ProcessNotReady extends Error {
  readonly process: string;
  readonly logFile: string;

  constructor({ process, reason, logFile, log }: { process: string; reason: string; logFile: string; log: string }) {
    super(`${process} ${reason}\n\nThe end of its log (${logFile}):\n${log || '(empty)'}`);
    this.name = 'ProcessNotReady';
    this.process = process;
    this.logFile = logFile;
  }
}

const START_DEADLINE_MS = 60_000;
const STOP_GRACE_MS = 8_000;
const FIRST_BACK_OFF_MS = 250;
const LONGEST_BACK_OFF_MS = 10_000;
/** Having been up for so long, it starts again with the shortest wait. */
const SETTLED_MS = 30_000;

const SURVIVED: ReadonlySet<NodeJS.Signals> = new Set(['SIGSTOP', 'SIGCONT', 'SIGUSR1', 'SIGUSR2']);

export const createSupervisedProcess = (options: SupervisedProcessOptions): SupervisedProcess => {
  const { name, command, isReady, onEvent, startDeadlineMs = START_DEADLINE_MS } = options;
  let running: GuardedProcess | null = null;
  let watching: Promise<void> = Promise.resolve();
  let stopping = new AbortController();

  const notReady = async (reason: string): Promise<ProcessNotReady> =>
    new ProcessNotReady({ process: name, reason, logFile: command.logFile, log: await lastLines(command.logFile) });

  const awaitReady = (child: GuardedProcess): Promise<void> =>
    waitUntil('was not ready', async () => child.isRunning() && (await isReady()), {
      deadlineMs: startDeadlineMs,
      giveUp: () => (child.isRunning() ? null : notReady('ended before it was ready.')),
    }).catch(async (error: Error) => {
      throw error instanceof ProcessNotReady ? error : await notReady(error.message);
    });

  const launch = async ({ isRestart }: { isRestart: boolean }): Promise<void> => {
    const child = await spawnGuarded(command);
    running = child;
    // A stop that came in between found only the one before.
    if (stopping.signal.aborted) child.signal(command.stopSignal);
    onEvent({ kind: 'started', name });
    await awaitReady(child);
    onEvent({ kind: 'ready', name, isRestart });
  };

  const startAgainAfterEveryEnd = async (signal: AbortSignal): Promise<void> => {
    const nextDelay = createBackOff();
    while (true) {
      const exit = (await running?.exited) ?? { code: null, signal: null };
      if (signal.aborted) return;
      const againInMs = nextDelay();
      onEvent({ kind: 'ended', name, exit, againInMs });
      await delay(againInMs, null, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      // Its log says what was wrong; one that lives without getting ready is replaced as well.
      await launch({ isRestart: true }).catch(() => running?.stop(STOP_GRACE_MS));
    }
  };

  const start = async (): Promise<void> => {
    stopping = new AbortController();
    await launch({ isRestart: false }).catch(async (error: unknown) => {
      await running?.stop(STOP_GRACE_MS);
      throw error;
    });
    watching = startAgainAfterEveryEnd(stopping.signal);
  };
  const stop = async (): Promise<void> => {
    stopping.abort();
    await running?.stop(STOP_GRACE_MS);
    await watching;
  };

  return {
    name,
    pids: () => (running?.isRunning() ? [running.pid] : []),
    start,
    stop,
    restart: async () => {
      await stop();
      await start();
    },
    kill: async (signal) => {
      running?.signal(signal);
      if (!SURVIVED.has(signal)) await running?.exited;
    },
    ready: () =>
      waitUntil(`${name} was not ready`, async () => (running?.isRunning() ?? false) && (await isReady()), {
        deadlineMs: startDeadlineMs,
      }),
  };
};

/** Doubles from death to death, and begins anew when the last one is long ago. */
const createBackOff = (): (() => number) => {
  let delayMs = FIRST_BACK_OFF_MS;
  let lastMs = performance.now();

  return () => {
    const nowMs = performance.now();
    if (nowMs - lastMs > SETTLED_MS) delayMs = FIRST_BACK_OFF_MS;
    lastMs = nowMs;
    const current = delayMs;
    delayMs = Math.min(delayMs * 2, LONGEST_BACK_OFF_MS);

    return current;
  };
};
