import { randomBytes } from 'node:crypto';
import {
  type Addresses,
  type Dependencies,
  dropDatabase,
  type ProcessName,
  type ReplicaName,
  type System,
  startDependencies,
  startSystem,
} from '@tiktok-channel/local';

export interface RunningSystem {
  readonly addresses: Addresses;
  readonly dependencies: Dependencies;
  readonly topicPrefix: string;
  readonly logFolder: string;
  /** Connection URLs of the databases of auth, conversation and outbound. */
  readonly databaseUrls: readonly string[];
  kill(name: ReplicaName, signal: NodeJS.Signals): Promise<void>;
  ready(name: ReplicaName): Promise<void>;
}

const START_WITHIN_MS = 120_000;

/**
 * The whole product for the specs of one `describe`, started as `npm start` does: processes, topics and databases of its
 * own on the dependencies of the run. `env` is asked for when it starts, and set for every process.
 */
export const useSystem = (
  env: () => Readonly<Record<string, string>> = () => ({}),
  { replicas = 1 }: { readonly replicas?: number } = {},
): (() => RunningSystem) => {
  const name = `t${randomBytes(4).toString('hex')}`;
  let system: System | undefined;
  let dependencies: Dependencies | undefined;

  before(async function () {
    this.timeout(START_WITHIN_MS);
    dependencies = await startDependencies();
    const settings = env();
    system = await startSystem({
      dependencies,
      topicPrefix: `${name}.`,
      databasePrefix: `${name}_`,
      ports: 'free',
      replicas,
      env: Object.fromEntries(PROCESSES.map((process) => [process, settings])),
    });
  });

  after(async function () {
    this.timeout(START_WITHIN_MS);
    await system?.stop();
    const url = dependencies?.postgres.url;
    if (url === undefined) return;
    for (const database of DATABASES) await dropDatabase(url, `${name}_${database}`);
  });

  return () => {
    if (system === undefined || dependencies === undefined) throw new Error('the system runs only within its specs');
    return {
      addresses: system.addresses,
      dependencies,
      topicPrefix: `${name}.`,
      logFolder: system.logFolder,
      databaseUrls: DATABASES.map((database) => new URL(`/${name}_${database}`, dependencies?.postgres.url).href),
      kill: system.kill,
      ready: system.ready,
    };
  };
};

const DATABASES = ['auth', 'conversation', 'outbound'];

const PROCESSES: readonly ProcessName[] = [
  'ingress',
  'history',
  'auth',
  'conversation',
  'outbound',
  'console',
  'simulator',
];
