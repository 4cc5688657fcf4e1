import { createPrismaAdapter, databaseFailure } from '@tiktok-channel/platform/postgres';
import { DatabaseUnavailable } from '../../application/ports.ts';
import { PrismaClient } from './generated/client.ts';

export type Database = PrismaClient;

/** What a repository may use inside a transaction. */
export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

export const createDatabase = (url: string): Database => new PrismaClient({ adapter: createPrismaAdapter({ url }) });

/** Runs `work`; an outage of the database comes out as `DatabaseUnavailable`, everything else as it is. */
export const onDatabase = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (databaseFailure(error) === 'unavailable') throw new DatabaseUnavailable(error);
    throw error;
  }
};
