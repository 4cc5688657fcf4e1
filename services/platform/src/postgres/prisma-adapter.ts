import { PrismaPg } from '@prisma/adapter-pg';

export interface PrismaAdapterSettings {
  /** A connection URL, database included. */
  readonly url: string;
  /**
   * Schemas in which SQL finds its tables, for example those of a projection build and then `public`. Model calls of the
   * Prisma client address the first one only, since they name the schema of each table.
   */
  readonly searchPath?: readonly [string, ...string[]];
  readonly maxConnections?: number;
  /**
   * Names by text of statements that every connection parses and plans once: for long ones that run often. All others
   * are unnamed.
   */
  readonly preparedStatements?: ReadonlyMap<string, string>;
}

const DEFAULT_MAX_CONNECTIONS = 10;
/** A server that does not answer is away: without this, pg waits for ever. */
const CONNECT_TIMEOUT_MS = 5_000;

export const createPrismaAdapter = ({
  url,
  searchPath,
  maxConnections,
  preparedStatements,
}: PrismaAdapterSettings): PrismaPg =>
  new PrismaPg(
    {
      connectionString: url,
      max: maxConnections ?? DEFAULT_MAX_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      ...(searchPath && { options: `-c search_path=${searchPath.map(schemaName).join(',')}` }),
    },
    {
      ...(searchPath && { schema: searchPath[0] }),
      // To pg an empty name is none.
      ...(preparedStatements && { statementNameGenerator: ({ sql }) => preparedStatements.get(sql) ?? '' }),
    },
  );

/** Only names that need no quotes: they stand in a start-up option, where quoting has two levels. */
const schemaName = (name: string): string => {
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new TypeError(`not a schema name: ${name}`);
  return name;
};
