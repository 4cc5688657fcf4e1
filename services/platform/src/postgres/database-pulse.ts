import type { Logger } from '../kernel/index.ts';
import { createTransactionWatch, type TransactionBounds } from './open-transactions.ts';
import type { SqlClient } from './sql-client.ts';

/** A part of a process: connects at the start, disconnects at the stop. */
export interface DatabasePulse {
  readonly name: 'database';
  start(): Promise<void>;
  stop(): Promise<void>;
  health(): { readonly alive: true; readonly ready: boolean; readonly reason?: string };
}

const EVERY_MS = 2_000;

/** The cluster's oldest open write transaction, and the next one's id: one statement that costs no more than `SELECT 1`. */
const PULSE_SQL = `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS oldest, pg_snapshot_xmax(pg_current_snapshot())::text AS next`;

/** Asks the database for a sign of life, so that a replica that has lost it gets no traffic, and how long a write has been open. */
export const createDatabasePulse = (
  database: Pick<SqlClient, '$queryRawUnsafe'> & { $disconnect(): Promise<void> },
  logger: Logger,
): DatabasePulse => {
  const transactions = createTransactionWatch();
  let isThere = true;
  let timer: NodeJS.Timeout | undefined;

  const ask = async (): Promise<void> => {
    const [bounds] = await database.$queryRawUnsafe<TransactionBounds[]>(PULSE_SQL);
    if (bounds !== undefined) transactions.saw(bounds);
  };

  const feel = async (): Promise<void> => {
    const was = isThere;
    isThere = await ask().then(
      () => true,
      () => false,
    );
    if (was !== isThere) logger.warn(isThere ? 'database.back' : 'database.away');
  };
  return {
    name: 'database',
    start: async () => {
      await ask();
      timer = setInterval(feel, EVERY_MS);
    },
    stop: async () => {
      clearInterval(timer);
      transactions.stop();
      await database.$disconnect();
    },
    health: () => ({ alive: true, ready: isThere, ...(isThere ? {} : { reason: 'does not answer' }) }),
  };
};
