import type { Clock } from '@tiktok-channel/platform/kernel';
import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { Backlog } from '../../application/operator-ports.ts';
import type { Database } from './database.ts';

/** An echo of ours meets its reply within seconds, and within minutes when the answer was lost. */
const MATCHED_WITHIN_MS = 900_000;
const LOOK_BACK_MS = 86_400_000;

/** What waits, in all replicas together. Costs little whatever waits: ages are look-ups, and a backlog is counted by index. */
export const createReadBacklog =
  ({ database, clock }: { readonly database: Database; readonly clock: Clock }) =>
  async (): Promise<Backlog> => {
    const nowMs = clock.now();
    const [row] = await onDatabase(() =>
      database.$queryRawUnsafe<BacklogRow[]>(BACKLOG, nowMs - LOOK_BACK_MS, nowMs - MATCHED_WITHIN_MS),
    );
    return {
      waiting: Number(row?.waiting ?? 0n),
      oldestWaitingAtMs: numberOrNull(row?.oldest_waiting),
      uncertain: Number(row?.uncertain ?? 0n),
      oldestUncertainAtMs: numberOrNull(row?.oldest_uncertain),
      oldestDueLaneAtMs: numberOrNull(row?.oldest_due),
      unmatchedEchoes: Number(row?.unmatched ?? 0n),
      pausedChannels: Number(row?.paused ?? 0n),
    };
  };

const numberOrNull = (value: bigint | null | undefined): number | null => (value == null ? null : Number(value));

const BACKLOG = `
  SELECT (SELECT count(*) FROM replies WHERE status = 'queued') AS waiting,
         (SELECT e.recorded_at FROM (SELECT stream_id FROM replies WHERE status = 'queued' ORDER BY lane_position LIMIT 1) r
            JOIN events e ON e.stream_id = r.stream_id AND e.version = 1) AS oldest_waiting,
         (SELECT count(*) FROM replies WHERE status = 'uncertain') AS uncertain,
         (SELECT min(attempted_at) FROM replies WHERE status = 'uncertain') AS oldest_uncertain,
         (SELECT min(due_at) FROM reply_lanes l WHERE claim_id IS NULL AND due_at > 0
             AND NOT EXISTS (SELECT FROM channel_turns t WHERE t.channel_id = l.channel_id AND t.slow_until > l.due_at)) AS oldest_due,
         (SELECT count(*) FROM echoes e
           WHERE e.source IN ('API', 'UNKNOWN') AND NOT e.is_automatic AND e.sent_at BETWEEN $1::bigint AND $2::bigint
             AND NOT EXISTS (SELECT FROM replies r WHERE r.channel_id = e.channel_id AND r.tiktok_message_id = e.message_id)) AS unmatched,
         (SELECT count(*) FROM paused_channels) AS paused`;

interface BacklogRow {
  readonly waiting: bigint;
  readonly oldest_waiting: bigint | null;
  readonly uncertain: bigint;
  readonly oldest_uncertain: bigint | null;
  readonly oldest_due: bigint | null;
  readonly unmatched: bigint;
  readonly paused: bigint;
}
