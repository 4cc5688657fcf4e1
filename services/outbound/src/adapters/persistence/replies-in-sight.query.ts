import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { Database } from './database.ts';

/** How long an echo may take to be claimed, and how long ago it is still of interest. */
const CLAIMED_WITHIN_MS = 5 * 60_000;
const LOOKED_AT_FOR_MS = 60 * 60_000;

interface Row {
  readonly waiting: bigint;
  readonly oldest_waiting: bigint | null;
  readonly oldest_unknown: bigint | null;
  readonly unmatched: bigint;
}

/** One statement for the gauges of replies; both halves read small partial indexes. */
export const readRepliesInSight = async (database: Database, nowMs: number) => {
  const [row] = await onDatabase(() =>
    database.$queryRawUnsafe<Row[]>(
      `WITH open AS (SELECT stream_id, status, attempted_at, lane_position FROM replies
                      WHERE status IN ('queued', 'attempting', 'uncertain'))
       SELECT (SELECT COUNT(*) FROM open) AS waiting,
              (SELECT recorded_at FROM events WHERE version = 1
                  AND stream_id = (SELECT stream_id FROM open ORDER BY lane_position LIMIT 1)) AS oldest_waiting,
              (SELECT MIN(attempted_at) FROM open WHERE status = 'uncertain') AS oldest_unknown,
              (SELECT COUNT(*) FROM echoes e
                WHERE e.source = 'API' AND NOT e.is_automatic AND e.sent_at > $1::bigint AND e.sent_at <= $2::bigint
                  AND NOT EXISTS (SELECT FROM replies r
                                   WHERE r.channel_id = e.channel_id AND r.tiktok_message_id = e.message_id)) AS unmatched`,
      nowMs - LOOKED_AT_FOR_MS,
      nowMs - CLAIMED_WITHIN_MS,
    ),
  );
  return {
    waiting: Number(row?.waiting ?? 0n),
    oldestWaitingAtMs: numberOrNull(row?.oldest_waiting),
    oldestUnknownAtMs: numberOrNull(row?.oldest_unknown),
    unmatchedEchoes: Number(row?.unmatched ?? 0n),
  };
};

const numberOrNull = (value: bigint | null | undefined): number | null => (value == null ? null : Number(value));
