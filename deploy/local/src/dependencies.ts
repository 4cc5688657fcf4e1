import { createNetwork } from './containers/engine.ts';
import { kafkaAnswers, postgresAnswers, registryAnswers } from './probes.ts';
import { startKafka } from './servers/kafka.ts';
import { startPostgres } from './servers/postgres.ts';
import { startRegistry } from './servers/registry.ts';
import type { Server, Way } from './servers/server.ts';
import { dataFolder } from './state.ts';
import { chooseWay } from './way.ts';

export interface DependencyOptions {
  /** Starts all of them this way. Without it an address that is set is used, and the rest is started the way this machine offers. */
  readonly way?: Way;
  /** Where data stays; without it the data is of this run alone. */
  readonly stateFolder?: string;
  /** Wanted ports; the next free ones when they are taken. Any free port without them. */
  readonly ports?: { readonly kafka?: number; readonly registry?: number; readonly postgres?: number };
  /** Told what is being started or downloaded. */
  readonly onProgress?: (what: string) => void;
}

export interface Dependencies {
  /** Comma list of `host:port`. */
  readonly kafka: { readonly brokers: string };
  /** Base URL of the Confluent API. */
  readonly registry: { readonly url: string };
  /** Connection URL without a database. */
  readonly postgres: { readonly url: string };
  /** `given`: all were there before. */
  readonly way: Way | 'given';
  /** Stops what was started here, and only that. */
  stop(): Promise<void>;
}

interface GivenAddresses {
  readonly brokers?: string | undefined;
  readonly registryUrl?: string | undefined;
  readonly postgresUrl?: string | undefined;
}

/** A real Kafka, a real schema registry and a real PostgreSQL: from addresses that are set, a container engine, or local processes. */
export const startDependencies = async (options: DependencyOptions = {}): Promise<Dependencies> => {
  const given = options.way ? {} : await readGiven();
  const { brokers, registryUrl, postgresUrl } = given;
  if (brokers && registryUrl && postgresUrl) {
    return {
      kafka: { brokers },
      registry: { url: registryUrl },
      postgres: { url: postgresUrl },
      way: 'given',
      stop: () => Promise.resolve(),
    };
  }

  return startMissing(given, options.way ?? (await chooseWay()), options);
};

const startMissing = async (
  { brokers, registryUrl, postgresUrl }: GivenAddresses,
  way: Way,
  { stateFolder, ports = {}, onProgress = () => undefined }: DependencyOptions,
): Promise<Dependencies> => {
  const starting: Promise<Server | null>[] = [];
  const keep = <S extends Server>(what: string, server: () => Promise<S>): Promise<S> => {
    onProgress(what);
    const promise = server();
    starting.push(promise.catch(() => null));

    return promise;
  };
  const folderOf = (name: 'kafka' | 'postgres') => (stateFolder ? dataFolder(stateFolder, name) : undefined);
  const network = way === 'container' ? await createNetwork() : undefined;
  const stop = async (): Promise<void> => {
    // The registry may store in PostgreSQL, so what was started last goes first.
    for (const server of starting.toReversed()) await (await server)?.dispose();
    await network?.stop();
  };

  try {
    const kafka = brokers
      ? { brokers }
      : keep('Kafka', () => startKafka({ way, port: ports.kafka, dataFolder: folderOf('kafka') }));
    const postgres = postgresUrl
      ? { url: postgresUrl, urlInNetwork: undefined }
      : await keep('PostgreSQL', () =>
          startPostgres({ way, port: ports.postgres, dataFolder: folderOf('postgres'), network }),
        );
    const storage = stateFolder
      ? { postgresUrl: postgres.url, postgresUrlInNetwork: postgres.urlInNetwork }
      : undefined;
    const registry = registryUrl
      ? { url: registryUrl }
      : await keep('schema registry', () => startRegistry({ way, port: ports.registry, storage, network }));
    return {
      kafka: { brokers: (await kafka).brokers },
      registry: { url: registry.url },
      postgres: { url: postgres.url },
      way,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** An address that is set and does not answer is an error: what else it should be, only its owner knows. */
const readGiven = async (): Promise<GivenAddresses> => {
  const { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl, POSTGRES_URL: postgresUrl } = process.env;
  const checks = [
    ...(brokers?.split(',') ?? []).map((broker) => ['KAFKA_BROKERS', broker, kafkaAnswers(broker.trim())] as const),
    ...(registryUrl ? [['SCHEMA_REGISTRY_URL', registryUrl, registryAnswers(registryUrl)] as const] : []),
    ...(postgresUrl ? [['POSTGRES_URL', new URL(postgresUrl).host, postgresAnswers(postgresUrl)] as const] : []),
  ];
  for (const [variable, address, answers] of checks) {
    if (!(await answers)) throw new Error(`${variable} is set, but nothing answers at ${address}`);
  }

  return { brokers, registryUrl, postgresUrl };
};
