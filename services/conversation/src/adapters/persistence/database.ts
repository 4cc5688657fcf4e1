import { createPrismaAdapter } from '@tiktok-channel/platform/postgres';
import { PrismaClient } from './generated/client.ts';
import { WRITE_MESSAGES_SQL } from './projection.ts';

export type Database = PrismaClient;

/** The build of the projection that is served. */
const PROJECTION_SCHEMA = 'projection_1';

/** Models of the client are in `public`; SQL finds the projection's tables behind it. */
export const createDatabase = (url: string): Database =>
  new PrismaClient({
    adapter: createPrismaAdapter({ url, searchPath: ['public', PROJECTION_SCHEMA], preparedStatements: PREPARED }),
  });

/** Its text is 9 kB: to parse and plan it takes a tenth of the time that a batch takes. */
const PREPARED: ReadonlyMap<string, string> = new Map([[WRITE_MESSAGES_SQL, 'write_messages']]);
