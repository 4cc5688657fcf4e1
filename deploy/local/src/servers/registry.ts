import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { engineHost, MACHINE, openContainer } from '../containers/engine.ts';
import { createDatabase } from '../database.ts';
import { createRunFolder } from '../folders.ts';
import { findPort } from '../ports.ts';
import { registryAnswers } from '../probes.ts';
import { baseEnvironment } from '../processes/environment.ts';
import { openClassArchive } from './class-archive.ts';
import { createContainerServer } from './container-server.ts';
import { REGISTRY_VERSION, registryRunner } from './java.ts';
import { createProcessServer } from './process-server.ts';
import type { Server, ServerOptions } from './server.ts';

export interface RegistryServer extends Server {
  /** Base URL of the Confluent API. */
  readonly url: string;
}

export interface RegistryOptions extends Omit<ServerOptions, 'dataFolder'> {
  /** Where schemas are stored; without it they are in memory. */
  readonly storage?: RegistryStorage | undefined;
}

/** Connection URLs without a database. */
export interface RegistryStorage {
  readonly postgresUrl: string;
  /** How the registry's own container reaches it; known when PostgreSQL is in the same network. */
  readonly postgresUrlInNetwork?: string | undefined;
}

const API_PATH = '/apis/ccompat/v7';
const CONTAINER_PORT = 8080;
const DATABASE = 'schema_registry';

export const startRegistry = async (options: RegistryOptions): Promise<RegistryServer> => {
  const port = await findPort(options.port);
  if (options.storage) await createDatabase(options.storage.postgresUrl, DATABASE);
  const host = options.way === 'container' ? await engineHost() : '127.0.0.1';
  const url = `http://${host}:${port}${API_PATH}`;
  const server = await (options.way === 'container' ? inContainer : asProcess)({ port, url, options });
  await server.start().catch(async (error: unknown) => {
    await server.dispose();
    throw error;
  });

  return { ...server, url };
};

interface Placement {
  readonly port: number;
  readonly url: string;
  readonly options: RegistryOptions;
}

const inContainer = async ({ port, url, options: { network, storage } }: Placement): Promise<Server> => {
  const ports = { container: CONTAINER_PORT, host: port };
  const container = await openContainer({ image: 'registry', port: ports, network });
  if (storage) {
    const { postgresUrl, postgresUrlInNetwork } = storage;
    container.withEnvironment(storageSettings(postgresUrlInNetwork ?? fromContainer(postgresUrl)));
  }

  return createContainerServer({ name: 'the schema registry', container, answers: () => registryAnswers(url) });
};

const fromContainer = (url: string): string => url.replace(/(?<=[@/])(?:localhost|127\.0\.0\.1)(?=:)/, MACHINE);

const asProcess = async ({ port, url, options: { storage } }: Placement): Promise<Server> => {
  const [runner, archive, folder] = await Promise.all([
    registryRunner(),
    openClassArchive(`apicurio-registry-${REGISTRY_VERSION}`),
    createRunFolder('registry'),
  ]);
  const jar = (await readdir(runner)).find((file) => file.endsWith('-runner.jar'));
  if (!jar) throw new Error(`there is no runner in ${runner}; remove that folder to download it again`);

  return createProcessServer({
    name: 'the schema registry',
    command: {
      file: 'java',
      args: ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...archive.flags, '-jar', join(runner, jar)],
      env: {
        ...baseEnvironment(),
        ...(storage ? storageSettings(storage.postgresUrl) : {}),
        QUARKUS_HTTP_HOST: '127.0.0.1',
        QUARKUS_HTTP_PORT: String(port),
        QUARKUS_HTTP_ACCESS_LOG_ENABLED: 'false',
      },
      cwd: folder,
      logFile: join(folder, 'registry.log'),
      ownFolder: folder,
      stopSignal: 'SIGTERM',
    },
    answers: () => registryAnswers(url),
    removeData: async () => {
      await archive.keep();
      await rm(folder, { recursive: true, force: true });
    },
  });
};

const storageSettings = (postgresUrl: string): Record<string, string> => {
  const { host, username, password } = new URL(postgresUrl);

  return {
    APICURIO_STORAGE_KIND: 'sql',
    APICURIO_STORAGE_SQL_KIND: 'postgresql',
    APICURIO_DATASOURCE_URL: `jdbc:postgresql://${host}/${DATABASE}`,
    APICURIO_DATASOURCE_USERNAME: decodeURIComponent(username),
    APICURIO_DATASOURCE_PASSWORD: decodeURIComponent(password),
  };
};
