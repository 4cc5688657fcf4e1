import type { TestDatabase } from './postgres.ts';

/** Every row of every table, as text. */
export const dumpDatabase = async ({ client }: Pick<TestDatabase, 'client'>): Promise<string> => {
  const tables = await client.$queryRawUnsafe<{ name: string }[]>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
  );
  const rows = await Promise.all(
    tables.map(({ name }) =>
      client.$queryRawUnsafe<{ row: string }[]>(
        // Bytes would show as hexadecimal digits, in which no token is found.
        name === 'outbox'
          ? `SELECT o::text || encode(o.value, 'escape') AS row FROM outbox o`
          : `SELECT t::text AS row FROM "${name}" t`,
      ),
    ),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join('\n');
};
