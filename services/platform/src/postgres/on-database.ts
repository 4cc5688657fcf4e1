import { DependencyUnavailable } from '../kernel/index.ts';
import { databaseFailure } from './database-failure.ts';

/** Runs `work`; an outage of the database comes out as `DependencyUnavailable`, everything else as it is. */
export const onDatabase = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (databaseFailure(error) === 'unavailable') throw new DependencyUnavailable('database', error);
    throw error;
  }
};
