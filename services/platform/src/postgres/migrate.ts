import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Logger } from '../kernel/index.ts';
import type { SqlClient } from './sql-client.ts';

export interface MigrateOptions {
  /** Of a database that exists: a migrator creates none. */
  readonly url: string;
  /** Prisma's layout: `<timestamp>_<name>/migration.sql`. */
  readonly folder: string | URL;
  readonly logger: Logger;
}

/** The history of the database and the folder disagree; a person must look. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused';
  readonly code = 'migration_refused';
  readonly retryable = false;
}

/**
 * Applies what is missing, each migration in a transaction of its own, and answers the names of what it applied. Many may
 * call it at once: an advisory lock lets one after the other. Throws `MigrationRefused` when an applied migration has changed.
 */
export const migrate = async ({ url, folder, logger }: MigrateOptions): Promise<readonly string[]> => {
  const migrations = await readMigrations(folder);
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {
    // A connection that is lost between two statements: the next one fails, which says more.
  });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [PRISMA_LOCK]);
    await client.query(MIGRATIONS_TABLE_SQL);
    const pending = pendingOf(migrations, await readHistory(client));
    for (const migration of pending) await apply(client, migration, logger);
    return pending.map(({ name }) => name);
  } finally {
    await client.end();
  }
};

/**
 * Asks for the names of the migrations in `folder` that a database lacks, in their order. Once there is none it answers that without
 * asking again: migrations only come.
 */
export const createPendingMigrations = (
  database: Pick<SqlClient, '$queryRawUnsafe'>,
  folder: URL,
): (() => Promise<readonly string[]>) => {
  let pending: readonly string[] | null = null;

  return async () => {
    if (pending?.length === 0) return pending;
    const names = await namesIn(fileURLToPath(folder));
    const [table] = await database.$queryRawUnsafe<{ exists: boolean }[]>(HAS_HISTORY_SQL);
    const applied = table?.exists ? await database.$queryRawUnsafe<{ name: string }[]>(APPLIED_SQL) : [];
    const known = new Set(applied.map(({ name }) => name));
    pending = names.filter((name) => !known.has(name));
    return pending;
  };
};

const HAS_HISTORY_SQL = `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists`;
const APPLIED_SQL = `SELECT migration_name AS name
  FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`;

/** The lock that Prisma's own `migrate deploy` takes, so that the two exclude each other. */
const PRISMA_LOCK = 72_707_369;

const MIGRATIONS_TABLE_SQL = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface AppliedMigration {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

const readMigrations = async (folder: string | URL): Promise<readonly Migration[]> => {
  const path = folder instanceof URL ? fileURLToPath(folder) : folder;
  return Promise.all(
    (await namesIn(path)).map(async (name) => {
      const sql = await readFile(join(path, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
};

const namesIn = async (path: string): Promise<readonly string[]> =>
  (await readdir(path, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

const readHistory = async (client: pg.Client): Promise<ReadonlyMap<string, AppliedMigration>> => {
  const { rows } = await client.query<AppliedMigration>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  );
  return new Map(rows.map((row) => [row.migration_name, row]));
};

/** A migration that only the database knows is newer than this code: an older release may run on, it refuses nothing. */
const pendingOf = (
  migrations: readonly Migration[],
  history: ReadonlyMap<string, AppliedMigration>,
): readonly Migration[] => {
  for (const { name, checksum } of migrations) {
    const applied = history.get(name);
    if (applied === undefined) continue;
    if (!applied.finished)
      throw new MigrationRefused(`migration ${name} was begun and never finished: see _prisma_migrations`);
    if (applied.checksum !== checksum)
      throw new MigrationRefused(`migration ${name} was changed after it was applied: put it back and add a new one`);
  }
  return migrations.filter(({ name }) => !history.has(name));
};

const apply = async (client: pg.Client, { name, sql, checksum }: Migration, logger: Logger): Promise<void> => {
  try {
    await client.query('BEGIN');
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      // The connection is gone, and with it the transaction.
    });
    throw new Error(`migration ${name} failed`, { cause: error });
  }
  logger.info('migration.applied', { migration: name });
};
