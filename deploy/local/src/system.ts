import { mkdir, rm } from 'node:fs/promises';
import type { Dependencies } from './dependencies.ts';
import { createRunFolder } from './folders.ts';
import { createSupervisedProcess, type ProcessEvent, type SupervisedProcess } from './processes/supervised-process.ts';
import type { Addresses, ProcessName, ReplicaName } from './system/addresses.ts';
import { commandOf } from './system/commands.ts';
import { currentAddresses } from './system/current-addresses.ts';
import { connectDemoAccount } from './system/demo-account.ts';
import { databasesOf, ensureDatabases, ensureSchemas, ensureTopics } from './system/groundwork.ts';
import { CALLED, findPlacement, type Placement, type Replica, replicasOf } from './system/placement.ts';
import { createReconnection } from './system/reconnection.ts';
import { openSecrets } from './system/secrets.ts';
import { createServiceAddress, type ServiceAddress } from './system/service-address.ts';
import { baseUrl, type Environment, listensOn, settingsOf } from './system/settings.ts';

export interface SystemOptions {
  readonly dependencies: Dependencies;
  /** Before every topic, group and transactional id: keeps systems on one broker apart. */
  readonly topicPrefix?: string;
  /** Before the name of every database. */
  readonly databasePrefix?: string;
  readonly ports: 'free' | 'default';
  /** How many run of each service that can run more than once; 1 by default. */
  readonly replicas?: number;
  /** Keeps the secrets that stored data depends on; without it they are new. */
  readonly stateFolder?: string;
  /** Without it the logs are removed at the end. */
  readonly logFolder?: string;
  /** Settings that differ from the usual ones, of all replicas of a name. */
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
  restart(name: ReplicaName): Promise<void>;
  /** Signals it and, when that ends it, resolves after its death; it is then started again. */
  kill(name: ReplicaName, signal: NodeJS.Signals): Promise<void>;
  /** Resolves when it is ready for work. */
  ready(name: ReplicaName): Promise<void>;
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
  const { dependencies, topicPrefix = '', databasePrefix = '', replicas = 1 } = options;
  const [placement, secrets] = [await findPlacement(options.ports, replicas), await openSecrets(options.stateFolder)];
  const logFolder = options.logFolder ?? (await createRunFolder('logs'));
  await mkdir(logFolder, { recursive: true });

  const databases = databasesOf(dependencies.postgres.url, databasePrefix);
  const settings = settingsOf({ dependencies, placement, secrets, topicPrefix, databases });
  const up = new Set<string>();
  let channel = '';
  const addresses = (): Addresses =>
    currentAddresses({
      ...{ dependencies, placement, secrets, channel },
      pidsOf: ({ name }) => processes.get(name)?.pids() ?? [],
      isUp: ({ name }) => up.has(name),
    });
  const connect = async (): Promise<void> => {
    channel = await connectDemoAccount(addresses());
  };
  const reconnection = createReconnection({ connect, onGivenUp: (problem) => options.onProblem?.(problem) });
  const onEvent = (event: ProcessEvent): void => {
    if (event.kind === 'ready') up.add(event.name);
    else up.delete(event.name);
    options.onEvent?.(event);
    // Its memory is gone, the demo business and its consent with it; auth's tokens are of nobody.
    if (event.name === 'simulator' && event.kind === 'ready' && channel !== '') reconnection.begin();
  };
  const supervise = (replica: Replica): SupervisedProcess => {
    const { name, service, ports } = replica;
    const environment = { ...settings[service], ...listensOn(service, ports), ...options.env?.[service] };
    const isReady = () => answersReady(ports.internalPort);

    return createSupervisedProcess({ name, command: commandOf(replica, environment, logFolder), isReady, onEvent });
  };
  const waves = WAVES.map((names) => names.flatMap((name) => replicasOf(placement, name)));
  const processes: Processes = new Map(waves.flat().map((replica) => [replica.name, supervise(replica)]));
  const serviceAddresses = serviceAddressesOf(placement);

  const startServices = async (report: (detail: string) => void): Promise<void> => {
    await Promise.all(serviceAddresses.map((address) => address.start()));
    await startAll(processes, waves, report);
  };
  const steps: readonly Step[] = [
    { title: 'Topics', run: () => ensureTopics(dependencies.kafka.brokers, topicPrefix) },
    { title: 'Schemas', run: () => ensureSchemas(dependencies.registry) },
    { title: 'Databases', run: () => ensureDatabases(dependencies.postgres.url, databasePrefix) },
    { title: 'Services', run: startServices },
    { title: 'Demo account', run: connect },
  ];
  const stop = async (): Promise<void> => {
    reconnection.stop();
    for (const wave of waves.toReversed()) await Promise.all(wave.map(({ name }) => processes.get(name)?.stop()));
    await Promise.all(serviceAddresses.map((address) => address.stop()));
    if (!options.logFolder) await rm(logFolder, { recursive: true, force: true });
  };

  return {
    steps,
    system: {
      get addresses() {
        return addresses();
      },
      logFolder,
      ...controlOf(processes),
      stop,
    },
  };
};

type Processes = ReadonlyMap<ReplicaName, SupervisedProcess>;

/** Only services with replicas have one; of one alone callers know its own internal port. */
const serviceAddressesOf = ({ processes, callees }: Placement): readonly ServiceAddress[] =>
  CALLED.filter((name) => processes[name].length > 1).map((name) => {
    const replicas = processes[name].map(({ internalPort }) => internalPort);

    return createServiceAddress({ port: callees[name], replicas, isReady: answersReady });
  });

const startAll = async (
  processes: Processes,
  waves: readonly (readonly Replica[])[],
  report: (detail: string) => void,
): Promise<void> => {
  const waiting = new Set<ReplicaName>(processes.keys());
  const start = async ({ name }: Replica): Promise<void> => {
    await processes.get(name)?.start();
    waiting.delete(name);
    report(waiting.size > 0 ? `waiting for ${[...waiting].join(', ')}` : 'all are ready');
  };
  report('starting');
  for (const wave of waves) await Promise.all(wave.map(start));
};

const controlOf = (processes: Processes): Pick<System, 'restart' | 'kill' | 'ready'> => {
  const find = (name: ReplicaName): SupervisedProcess => {
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
