import type { Clock } from '@tiktok-channel/platform/kernel';
import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { RequestRate } from '../../application/ports.ts';
import type { Database } from './database.ts';

/** Nobody waits longer than this for a call: a time further ahead comes from a clock that has gone back. */
const FURTHEST_AHEAD_MS = 60_000;

/**
 * One row that all replicas move on: each call takes the next of evenly spaced times, so no second of any clock holds more
 * than `perSecond` of them. (A counter per second would let twice as many through at its edge.)
 */
export const createRequestRate = ({
  database,
  clock,
  pause,
  share,
  perSecond,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly pause: (ms: number) => Promise<void>;
  readonly share: string;
  readonly perSecond: number;
}): RequestRate => {
  const spacingMs = Math.ceil(1_000 / perSecond);
  return {
    take: async () => {
      const nowMs = clock.now();
      const [row] = await onDatabase(() =>
        database.$queryRawUnsafe<{ readonly next_at: bigint }[]>(
          `INSERT INTO request_rates AS rate (share, next_at) VALUES ($1, $2::bigint + $3::bigint)
           ON CONFLICT (share) DO UPDATE SET next_at = $3::bigint +
             CASE WHEN rate.next_at BETWEEN $2::bigint AND $2::bigint + $4::bigint THEN rate.next_at ELSE $2::bigint END
           RETURNING next_at`,
          share,
          nowMs,
          spacingMs,
          FURTHEST_AHEAD_MS,
        ),
      );
      const waitMs = Number(row?.next_at ?? 0n) - spacingMs - nowMs;
      if (waitMs > 0) await pause(waitMs);
    },
  };
};
