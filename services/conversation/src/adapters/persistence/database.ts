import { createPrismaAdapter } from '@tiktok-channel/platform/postgres';
import { PrismaClient } from './generated/client.ts';
import { WRITE_MESSAGES_SQL, WRITE_MESSAGES_UNTOLD_SQL } from './projection.ts';

export type Database = PrismaClient;

/**
 * Models of the client are in `public`; SQL finds the served build behind it: in `projection`, which a switch renames, or
 * in `projection_1`, which the migrations made and nothing was switched from yet.
 */
const SEARCH_PATH = ['public', 'projection', 'projection_1'] as const;

export const createDatabase = (url: string, { maxConnections }: { readonly maxConnections?: number } = {}): Database =>
  new PrismaClient({
    adapter: createPrismaAdapter({
      url,
      searchPath: SEARCH_PATH,
      preparedStatements: PREPARED,
      ...(maxConnections !== undefined && { maxConnections }),
    }),
  });

/** Their text is 9 kB: to parse and plan it takes a tenth of the time that a batch takes. */
const PREPARED: ReadonlyMap<string, string> = new Map([
  [WRITE_MESSAGES_SQL, 'write_messages'],
  [WRITE_MESSAGES_UNTOLD_SQL, 'write_messages_untold'],
]);
