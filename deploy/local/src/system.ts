import { mkdir, rm } from 'node:fs/promises';
import type { Dependencies } from './dependencies.ts';
import { createRunFolder } from './folders.ts';
import { createSupervisedProcess, type ProcessEvent, type SupervisedProcess } from './processes/supervised-process.ts';
import { type Addresses, type ProcessName, SERVICES, type ServiceName } from './system/addresses.ts';
import { commandOf } from './system/commands.ts';
import { connectDemoAccount, DEMO_ACCOUNT } from './system/demo-account.ts';
import { databasesOf, ensureDatabases, ensureSchemas, ensureTopics } from './system/groundwork.ts';
import { findPlacement, type Placement } from './system/placement.ts';
import { createReconnection } from './system/reconnection.ts';
import { openSecrets, type Secrets } from './system/secrets.ts';
import { baseUrl, type Environment, settingsOf } from './system/settings.ts';

export interface SystemOptions {
  readonly dependencies: Dependencies;
  /** Before every topic, group and transactional id: keeps systems on one broker apart. */
  readonly topicPrefix?: string;
  /** Before the name of every database. */
  readonly databasePrefix?: string;
  readonly ports: 'free' | 'default';
  /** Keeps the secrets that stored data depends on; without it they are new. */
  readonly stateFolder?: string;
  /** Without it the logs are removed at the end. */
  readonly logFolder?: string;
  /** Settings of single processes that differ from the usual ones. */
  readonly env?: Readonly<Partial<Record<ProcessName, Environment>>>;
  readonly onProgress?: (what: string) => void;
  /** Told of every start, death and restart of a process. */
  readonly onEvent?: (event: ProcessEvent) => void;
  /** Told in one line what went wrong in the background and stays so. */
  readonly onProblem?: (problem: string) => void;
}

export interface System {
  /** As of now: the process ids change when a process starts again. */
  readonly addresses: Addresses;
  readonly logFolder: string;
  /** Stops it in order and starts it again. */
  restart(name: ProcessName): Promise<void>;
  /** Signals it and, when that ends it, resolves after its death; it is then started again. */
  kill(name: ProcessName, signal: NodeJS.Signals): Promise<void>;
  /** Resolves when it is ready for work. */
  ready(name: ProcessName): Promise<void>;
  stop(): Promise<void>;
}

export interface Step {
  readonly title: string;
  run(report: (detail: string) => void): Promise<void>;
}

/** What can be done at once, in the order of starting; stopping is the reverse. */
const WAVES: readonly (readonly ProcessName[])[] = [
  ['simulator'],
  ['auth'],
  ['conversation', 'outbound'],
  ['ingress', 'console'],
];

/** The whole product, ready: topics, schemas, databases, simulator, services, console and a connected demo account. */
export const startSystem = async (options: SystemOptions): Promise<System> => {
  const { system, steps } = await planSystem(options);
  try {
    for (const step of steps) {
      options.onProgress?.(step.title);
      await step.run((detail) => options.onProgress?.(`${step.title}: ${detail}`));
    }
  } catch (error) {
    await system.stop();
    throw error;
  }

  return system;
};

/** The same, as steps for whoever wants to show them. `system` is of use once they have run; it can be stopped at any time. */
export const planSystem = async (options: SystemOptions): Promise<{ system: System; steps: readonly Step[] }> => {
  const { dependencies, topicPrefix = '', databasePrefix = '' } = options;
  const [placement, secrets] = [await findPlacement(options.ports), await openSecrets(options.stateFolder)];
  const logFolder = options.logFolder ?? (await createRunFolder('logs'));
  await mkdir(logFolder, { recursive: true });

  const databases = databasesOf(dependencies.postgres.url, databasePrefix);
  const settings = settingsOf({ dependencies, placement, secrets, topicPrefix, databases });
  let channel = '';
  const connect = async (): Promise<void> => {
    channel = await connectDemoAccount(publicAddresses(placement));
  };
  const reconnection = createReconnection({ connect, onGivenUp: (problem) => options.onProblem?.(problem) });
  const onEvent = (event: ProcessEvent): void => {
    options.onEvent?.(event);
    // Its memory is gone, the demo business and its consent with it; auth's tokens are of nobody.
    if (event.name === 'simulator' && event.kind === 'ready' && channel !== '') reconnection.begin();
  };
  const processes = new Map(
    WAVES.flat().map((name) => {
      const environment = { ...settings[name], ...options.env?.[name] };
      const isReady = () => answersReady(placement[name].internalPort);

      return [
        name,
        createSupervisedProcess({ name, command: commandOf(name, environment, logFolder), isReady, onEvent }),
      ];
    }),
  );

  const steps: readonly Step[] = [
    { title: 'Topics', run: () => ensureTopics(dependencies.kafka.brokers, topicPrefix) },
    { title: 'Schemas', run: () => ensureSchemas(dependencies.registry) },
    { title: 'Databases', run: () => ensureDatabases(dependencies.postgres.url, databasePrefix) },
    { title: 'Services', run: (report) => startAll(processes, report) },
    { title: 'Demo account', run: connect },
  ];
  const stop = async (): Promise<void> => {
    reconnection.stop();
    for (const wave of WAVES.toReversed()) await Promise.all(wave.map((name) => processes.get(name)?.stop()));
    if (!options.logFolder) await rm(logFolder, { recursive: true, force: true });
  };

  return {
    steps,
    system: {
      get addresses() {
        return addressesOf({ dependencies, placement, secrets, channel, processes });
      },
      logFolder,
      ...controlOf(processes),
      stop,
    },
  };
};

type Processes = ReadonlyMap<ProcessName, SupervisedProcess>;

const startAll = async (processes: Processes, report: (detail: string) => void): Promise<void> => {
  const waiting = new Set<ProcessName>(processes.keys());
  const start = async (name: ProcessName): Promise<void> => {
    await processes.get(name)?.start();
    waiting.delete(name);
    report(waiting.size > 0 ? `waiting for ${[...waiting].join(', ')}` : 'all are ready');
  };
  report('starting');
  for (const wave of WAVES) await Promise.all(wave.map(start));
};

const controlOf = (processes: Processes): Pick<System, 'restart' | 'kill' | 'ready'> => {
  const find = (name: ProcessName): SupervisedProcess => {
    const found = processes.get(name);
    if (!found) throw new Error(`there is no process ${name}`);

    return found;
  };

  return {
    restart: (name) => find(name).restart(),
    kill: (name, signal) => find(name).kill(signal),
    ready: (name) => find(name).ready(),
  };
};

interface Parts {
  readonly dependencies: Dependencies;
  readonly placement: Placement;
  readonly secrets: Secrets;
  readonly channel: string;
  readonly processes: Processes;
}

const publicAddresses = (placement: Placement): Pick<Addresses, ProcessName | 'public'> => ({
  public: baseUrl(placement.console.port),
  console: baseUrl(placement.console.port),
  ingress: baseUrl(placement.ingress.port),
  auth: baseUrl(placement.auth.port),
  conversation: baseUrl(placement.conversation.port),
  outbound: baseUrl(placement.outbound.port),
  simulator: baseUrl(placement.simulator.port),
});

const addressesOf = ({ dependencies, placement, secrets, channel, processes }: Parts): Addresses => ({
  ...publicAddresses(placement),
  schemaRegistry: dependencies.registry.url,
  internal: Object.fromEntries(SERVICES.map((name) => [name, baseUrl(placement[name].internalPort)])) as Record<
    ServiceName,
    string
  >,
  kafka: dependencies.kafka.brokers,
  postgres: dependencies.postgres.url,
  account: DEMO_ACCOUNT,
  channel,
  appId: secrets.appId,
  appSecret: secrets.appSecret,
  processes: Object.fromEntries([...processes].map(([name, supervised]) => [name, supervised.pids()])),
});

const READY_TIMEOUT_MS = 2_000;

const answersReady = async (port: number): Promise<boolean> => {
  try {
    const response = await fetch(`${baseUrl(port)}/health/ready`, { signal: AbortSignal.timeout(READY_TIMEOUT_MS) });
    await response.arrayBuffer();

    return response.ok;
  } catch {
    // Not listening yet, or too busy to say so: not ready.
    return false;
  }
};
