import { setTimeout as pauseFor } from 'node:timers/promises';
import type { Clock } from '../kernel/index.ts';
import { onDatabase } from './on-database.ts';
import type { SqlClient } from './sql-client.ts';

/** Nobody waits longer than this for a call: a time further ahead comes from a clock that has gone back. */
const FURTHEST_AHEAD_MS = 60_000;

export interface RequestRate {
  /** Resolves when the next call may begin. Throws `DependencyUnavailable`. */
  take(): Promise<void>;
}

/**
 * One row that all replicas move on (table `request_rates`): each call takes the next of evenly spaced times, so no second of
 * any clock holds more than `perSecond` of them. (A counter per second would let twice as many through at its edge.)
 */
export const createRequestRate = ({
  client,
  clock,
  share,
  perSecond,
  pause = pauseFor,
}: {
  readonly client: Pick<SqlClient, '$queryRawUnsafe'>;
  readonly clock: Clock;
  readonly share: string;
  readonly perSecond: number;
  readonly pause?: (ms: number) => Promise<unknown>;
}): RequestRate => {
  const spacingMs = Math.ceil(1_000 / perSecond);
  return {
    take: async () => {
      const nowMs = clock.now();
      const [row] = await onDatabase(() =>
        client.$queryRawUnsafe<{ readonly next_at: bigint }[]>(TAKE_SQL, share, nowMs, spacingMs, FURTHEST_AHEAD_MS),
      );
      const waitMs = Number(row?.next_at ?? 0n) - spacingMs - nowMs;
      if (waitMs > 0) await pause(waitMs);
    },
  };
};

const TAKE_SQL = `INSERT INTO request_rates AS rate (share, next_at) VALUES ($1, $2::bigint + $3::bigint)
   ON CONFLICT (share) DO UPDATE SET next_at = $3::bigint +
     CASE WHEN rate.next_at BETWEEN $2::bigint AND $2::bigint + $4::bigint THEN rate.next_at ELSE $2::bigint END
   RETURNING next_at`;
