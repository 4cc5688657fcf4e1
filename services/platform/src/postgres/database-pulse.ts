import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '../kernel/index.ts';
import { createPendingMigrations } from './migrate.ts';
import { createTransactionWatch, type TransactionBounds } from './open-transactions.ts';
import type { SqlClient } from './sql-client.ts';

/** A part of a process: connects at the start, disconnects at the stop. */
export interface DatabasePulse {
  readonly name: 'database';
  /** Resolves when the database answers and has the migrations, however long that takes, or when the process stops. */
  start(): Promise<void>;
  stop(): Promise<void>;
  health(): { readonly alive: true; readonly ready: boolean; readonly reason?: string };
}

const EVERY_MS = 2_000;
const LOOK_AGAIN_MS = 500;

/** The cluster's oldest open write transaction, and the next one's id: one statement that costs no more than `SELECT 1`. */
const PULSE_SQL = `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS oldest, pg_snapshot_xmax(pg_current_snapshot())::text AS next`;

/**
 * Asks the database for a sign of life, so that a replica that has lost it gets no traffic, and how long a write has been open.
 * A process that is newer than its database waits at its start until the `migrations` of its folder are there, while those
 * before it serve on.
 */
export const createDatabasePulse = (
  database: Pick<SqlClient, '$queryRawUnsafe'> & { $disconnect(): Promise<void> },
  { migrations, logger }: { readonly migrations: URL; readonly logger: Logger },
): DatabasePulse => {
  const transactions = createTransactionWatch();
  const pendingMigrations = createPendingMigrations(database, migrations);
  const stopped = new AbortController();
  const { signal } = stopped;
  let trouble: string | null = null;
  let timer: NodeJS.Timeout | undefined;

  const ask = async (): Promise<string | null> => {
    const [bounds] = await database.$queryRawUnsafe<TransactionBounds[]>(PULSE_SQL);
    if (bounds !== undefined) transactions.saw(bounds);
    const [next] = await pendingMigrations();
    return next === undefined ? null : `waits for migration ${next}`;
  };
  const feel = async (): Promise<void> => {
    const was = trouble;
    try {
      trouble = await ask();
      if (trouble !== was) tell(trouble);
    } catch (error) {
      trouble = 'does not answer';
      if (trouble !== was) logger.warn('database.away', {}, error);
    }
  };
  const tell = (found: string | null): void => {
    if (found === null) logger.warn('database.back');
    else logger.warn('database.not_migrated', { reason: found });
  };
  return {
    name: 'database',
    start: async () => {
      await feel();
      while (trouble !== null && !signal.aborted) {
        // The rejection says that the process stops, which the loop sees.
        await wait(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
        await feel();
      }
      if (!signal.aborted) timer = setInterval(feel, EVERY_MS);
    },
    stop: async () => {
      stopped.abort();
      clearInterval(timer);
      transactions.stop();
      await database.$disconnect();
    },
    health: () => ({ alive: true, ready: trouble === null, ...(trouble === null ? {} : { reason: trouble }) }),
  };
};
