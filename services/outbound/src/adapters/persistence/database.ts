import { createPrismaAdapter, databaseFailure } from '@tiktok-channel/platform/postgres';
import { DependencyAway } from '../../application/ports.ts';
import { PrismaClient } from './generated/client.ts';

export type Database = PrismaClient;

export const createDatabase = (url: string): Database => new PrismaClient({ adapter: createPrismaAdapter({ url }) });

/** Runs `work`; an outage of the database comes out as `DependencyAway`, everything else as it is. */
export const onDatabase = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (databaseFailure(error) === 'unavailable') throw new DependencyAway('database_unavailable', error);
    throw error;
  }
};
