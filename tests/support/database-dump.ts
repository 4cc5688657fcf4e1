import type { TestDatabase } from './postgres.ts';

/** Every row of every table, as text; `but` names tables that are left out. */
export const dumpDatabase = async (
  { client }: Pick<TestDatabase, 'client'>,
  { but = [] }: { readonly but?: readonly string[] } = {},
): Promise<string> => {
  const tables = await client.$queryRawUnsafe<{ schema: string; name: string }[]>(
    `SELECT table_schema AS schema, table_name AS name FROM information_schema.tables
      WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  const dumped = tables.filter(({ name }) => !but.includes(name));
  const rows = await Promise.all(
    dumped.map(({ schema, name }) =>
      client.$queryRawUnsafe<{ row: string }[]>(
        // Bytes would show as hexadecimal digits, in which no token is found.
        name === 'outbox'
          ? `SELECT o::text || encode(o.value, 'escape') AS row FROM outbox o`
          : `SELECT t::text AS row FROM "${schema}"."${name}" t`,
      ),
    ),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join('\n');
};
