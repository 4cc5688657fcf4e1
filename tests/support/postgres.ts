import { randomUUID } from 'node:crypto';
import type { SqlClient, TransactionalSqlClient } from '@tiktok-channel/platform/postgres';
import pg from 'pg';

export interface TestDatabase {
  /** Connection URL of a new, empty database. */
  readonly url: string;
  /** As a service has it, without Prisma. */
  readonly client: TransactionalSqlClient;
  drop(): Promise<void>;
}

/** A database of one's own on the server at `POSTGRES_URL` (a URL without a database), with the tables in `tables`. */
export const testDatabase = async ({
  tables = [],
  server = process.env.POSTGRES_URL,
}: {
  readonly tables?: readonly string[];
  /** Another server than the one of this run. */
  readonly server?: string | undefined;
} = {}): Promise<TestDatabase> => {
  if (server === undefined) throw new Error('POSTGRES_URL is not set: these tests need a PostgreSQL');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await runOn(server, `CREATE DATABASE ${name}`);
  const url = databaseUrl(server, name);
  const { client, end } = openDatabase(url);
  for (const sql of tables) await client.$executeRawUnsafe(sql);
  return {
    url,
    client,
    drop: async () => {
      await end();
      await runOn(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
};

/** A database that is there. */
export const openDatabase = (url: string): { readonly client: TransactionalSqlClient; end(): Promise<void> } => {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  pool.on('error', () => {
    // Idle connections die when a test cuts them.
  });
  return { client: sqlClient(pool), end: () => pool.end() };
};

/** Values as Prisma's driver adapter gives them: bigint for int8, parsed JSON, bytes. */
const sqlClient = (pool: pg.Pool): TransactionalSqlClient => ({
  ...statementsOn(pool),
  $transaction: async (work) => {
    const connection = await pool.connect();
    try {
      await connection.query('BEGIN');
      const result = await work(statementsOn(connection));
      await connection.query('COMMIT');
      return result;
    } catch (error) {
      await connection.query('ROLLBACK').catch(() => {
        // The connection is gone, and with it the transaction.
      });
      throw error;
    } finally {
      connection.release();
    }
  },
});

const INT8 = 20;

const statementsOn = (connection: pg.Pool | pg.PoolClient): SqlClient => {
  const run = (text: string, values: readonly unknown[]) =>
    connection.query({
      text,
      values: [...values],
      types: { getTypeParser: (oid, format) => (oid === INT8 ? BigInt : pg.types.getTypeParser(oid, format)) },
    });
  return {
    $queryRawUnsafe: async <T>(sql: string, ...values: unknown[]) => (await run(sql, values)).rows as T,
    $executeRawUnsafe: async (sql, ...values) => (await run(sql, values)).rowCount ?? 0,
  };
};

const runOn = async (url: string, sql: string): Promise<void> => {
  const connection = new pg.Client({ connectionString: databaseUrl(url, 'postgres') });
  await connection.connect();
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
};

const databaseUrl = (server: string, name: string): string => {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
};
