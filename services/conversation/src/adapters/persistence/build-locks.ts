import type { SqlClient } from '@tiktok-channel/platform/postgres';

/**
 * What may not happen at the same time, as advisory locks of transactions. They write nothing, so whoever waits for one or
 * holds it does not hold back the live stream.
 */
const LOCKS = {
  /** An act on builds: one at a time. */
  acts: 4501,
  /** The served build moves (shared), or stands still. */
  served: 4502,
  /** Builds that follow move (shared), or stand still. */
  following: 4503,
  /** One replica tells what differs after a switch. */
  telling: 4504,
  /** Rows of builds, and what follows from them, are written (shared), or what must not be there any more is erased. */
  erasure: 4505,
} as const;

type Lock = keyof typeof LOCKS;

/** Names that a statement after this one uses are looked up when the lock is held. */
export const share = (tx: SqlClient, lock: Lock): Promise<number> =>
  tx.$executeRawUnsafe(`SELECT pg_advisory_xact_lock_shared(${LOCKS[lock]})`);

export const take = (tx: SqlClient, lock: Lock): Promise<number> =>
  tx.$executeRawUnsafe(`SELECT pg_advisory_xact_lock(${LOCKS[lock]})`);

/** False: somebody else has it. */
export const tryToTake = async (tx: SqlClient, lock: Lock): Promise<boolean> => {
  const [row] = await tx.$queryRawUnsafe<{ readonly taken: boolean }[]>(
    `SELECT pg_try_advisory_xact_lock(${LOCKS[lock]}) AS taken`,
  );
  return row?.taken ?? false;
};
