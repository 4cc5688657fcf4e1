import { createPrismaAdapter } from '@tiktok-channel/platform/postgres';
import { PrismaClient } from './generated/client.ts';

export type Database = PrismaClient;

/** What a repository may use inside a transaction. */
export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

export const createDatabase = (url: string): Database => new PrismaClient({ adapter: createPrismaAdapter({ url }) });
