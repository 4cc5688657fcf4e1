import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { engineHost, openContainer, type Storage } from '../containers/engine.ts';
import { createRunFolder } from '../folders.ts';
import { findPort } from '../ports.ts';
import { kafkaAnswers } from '../probes.ts';
import { baseEnvironment } from '../processes/environment.ts';
import { openClassArchive } from './class-archive.ts';
import { createContainerServer } from './container-server.ts';
import { KAFKA_VERSION, kafkaLibraries } from './java.ts';
import { createProcessServer } from './process-server.ts';
import type { Server, ServerOptions } from './server.ts';

export interface KafkaServer extends Server {
  /** Comma list of `host:port`, as clients take it. */
  readonly brokers: string;
}

const CLUSTER_ID = 'dGlrdG9rLWNoYW5uZWwtMQ';
const LISTENER_MAP = 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT';
const CONTAINER_PORT = 9092;
const CONTAINER_CONTROLLER_PORT = 9093;
const CONTAINER_DATA = '/var/lib/kafka/data';

/** What one node needs that a cluster does not: no replicas, small internal topics, and no long wait for its own old session. */
const SINGLE_NODE: Readonly<Record<string, string>> = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': LISTENER_MAP,
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '4',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'share.coordinator.state.topic.num.partitions': '4',
  'group.initial.rebalance.delay.ms': '0',
  'auto.create.topics.enable': 'false',
  'log.cleaner.dedupe.buffer.size': '16777216',
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
};

/** Starts a broker of one node (KRaft). Its data is removed at `dispose` unless a `dataFolder` is given. */
export const startKafka = async (options: ServerOptions): Promise<KafkaServer> => {
  const port = await findPort(options.port);
  const { server, brokers } =
    options.way === 'container' ? await inContainer(port, options) : await asProcess(port, options);
  await server.start().catch(async (error: unknown) => {
    await server.dispose();
    throw error;
  });

  return { ...server, brokers };
};

const inContainer = async (port: number, { dataFolder }: ServerOptions) => {
  const brokers = `${await engineHost()}:${port}`;
  const properties = {
    ...SINGLE_NODE,
    listeners: `PLAINTEXT://:${CONTAINER_PORT},CONTROLLER://:${CONTAINER_CONTROLLER_PORT}`,
    'advertised.listeners': `PLAINTEXT://${brokers}`,
    'controller.quorum.voters': `1@localhost:${CONTAINER_CONTROLLER_PORT}`,
    'log.dirs': CONTAINER_DATA,
  };
  const storage: Storage | undefined = dataFolder ? { folder: dataFolder, target: CONTAINER_DATA } : undefined;
  const container = await openContainer({ image: 'kafka', port: { container: CONTAINER_PORT, host: port }, storage });
  container.withEnvironment({ CLUSTER_ID, ...asVariables(properties) });

  return {
    brokers,
    server: createContainerServer({ name: 'Kafka', container, answers: () => kafkaAnswers(brokers) }),
  };
};

/** What a broker has beyond a plain listener; as a process alone. */
export interface BrokerExtras {
  /** Beside the plain listener, such as `SECURED://127.0.0.1:9094`, each with its protocol in `protocols`. */
  readonly listeners: readonly string[];
  readonly protocols: string;
  readonly properties: Readonly<Record<string, string>>;
  /** Further arguments of the tool that formats the data folder. */
  readonly formatArguments: readonly string[];
}

const NO_EXTRAS: BrokerExtras = { listeners: [], protocols: '', properties: {}, formatArguments: [] };

export const asProcess = async (port: number, { dataFolder }: ServerOptions, extras = NO_EXTRAS) => {
  const controllerPort = await findPort();
  const folder = dataFolder ?? (await createRunFolder('kafka'));
  const dataDirectory = join(folder, 'data');
  const config = join(folder, 'server.properties');
  const brokers = `127.0.0.1:${port}`;
  await mkdir(dataDirectory, { recursive: true });
  await writeFile(
    config,
    asPropertiesFile({
      ...SINGLE_NODE,
      'listener.security.protocol.map': `${LISTENER_MAP}${extras.protocols}`,
      listeners: [`PLAINTEXT://${brokers}`, ...extras.listeners, `CONTROLLER://127.0.0.1:${controllerPort}`].join(),
      'advertised.listeners': [`PLAINTEXT://${brokers}`, ...extras.listeners].join(),
      'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
      'log.dirs': dataDirectory,
      ...extras.properties,
    }),
  );
  const archive = await openClassArchive(`kafka-${KAFKA_VERSION}`);
  const java = (heap: string, flags: readonly string[]) => [
    heap,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    ...flags,
  ];
  const classPath = await asClassPath(await kafkaLibraries());
  if (!existsSync(join(dataDirectory, 'meta.properties')))
    await format({ classPath, config, folder, more: extras.formatArguments });

  const server = createProcessServer({
    name: 'Kafka',
    command: {
      file: 'java',
      args: [...java('-Xmx512m', archive.flags), '-Dlog4j2.level=WARN', '-cp', classPath, 'kafka.Kafka', config],
      env: baseEnvironment(),
      cwd: folder,
      logFile: join(folder, 'kafka.log'),
      ownFolder: dataFolder ? undefined : folder,
      stopSignal: 'SIGTERM',
    },
    answers: () => kafkaAnswers(brokers),
    removeData: async () => {
      await archive.keep();
      if (!dataFolder) await rm(folder, { recursive: true, force: true });
    },
  });

  return { brokers, server };
};

interface Format {
  readonly classPath: string;
  readonly config: string;
  readonly folder: string;
  readonly more: readonly string[];
}

const format = async ({ classPath, config, folder, more }: Format) => {
  const tool = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath, 'kafka.tools.StorageTool'];
  await execa('java', [...tool, 'format', '-t', CLUSTER_ID, '-c', config, '--ignore-formatted', ...more], {
    cwd: folder,
  });
};

/** In a fixed order: an archive of loaded classes fits exactly one class path. */
const asClassPath = async (folder: string): Promise<string> =>
  (await readdir(folder))
    .filter((file) => file.endsWith('.jar'))
    .sort()
    .map((file) => join(folder, file))
    .join(':');

const asPropertiesFile = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

/** The form in which the public image takes properties. */
const asVariables = (properties: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [`KAFKA_${name.replaceAll('.', '_').toUpperCase()}`, value]),
  );
