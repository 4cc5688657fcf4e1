import pg from 'pg';

const DUPLICATE_DATABASE = '42P04';

/** Connection URL of one database. `postgresUrl` has no database. */
export const databaseUrl = (postgresUrl: string, name: string): string => `${postgresUrl.replace(/\/$/, '')}/${name}`;

/** Creates the database unless it is there, and returns its connection URL. */
export const createDatabase = async (postgresUrl: string, name: string): Promise<string> => {
  await withClient(postgresUrl, async (client) => {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`).catch((error: unknown) => {
      if (!(error instanceof pg.DatabaseError && error.code === DUPLICATE_DATABASE)) throw error;
    });
  });

  return databaseUrl(postgresUrl, name);
};

/** Drops the database and ends the connections to it; nothing happens when it is not there. */
export const dropDatabase = (postgresUrl: string, name: string): Promise<void> =>
  withClient(postgresUrl, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
  });

const withClient = async (postgresUrl: string, work: (client: pg.Client) => Promise<void>): Promise<void> => {
  const client = new pg.Client({ connectionString: databaseUrl(postgresUrl, 'postgres') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
};
