import type { Clock, IdGenerator } from '@tiktok-channel/platform/kernel';
import { loadStream, onDatabase } from '@tiktok-channel/platform/postgres';
import type { ClaimedLane, Lanes } from '../../application/ports.ts';
import { evolve } from '../../domain/evolve-reply.ts';
import { initial } from '../../domain/reply.ts';
import { LONGEST_WAIT_MS } from '../../domain/waiting.ts';
import type { Database } from './database.ts';
import { toReplyEvent } from './reply-log.ts';

interface ClaimedRow {
  readonly channel_id: string;
  readonly conversation_id: string;
  readonly tries: number;
  readonly wakes: bigint;
  readonly leased_until: bigint;
}

/**
 * The lease only keeps two from working on one lane in vain: what makes a second send impossible is the expected version
 * of the stream. Times that lie further ahead than any can be come from a clock that has gone back, and do not count.
 */
export const createLanes = ({
  database,
  clock,
  ids,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: IdGenerator;
}): Lanes => ({
  claim: async ({ limit, leaseMs }) => {
    const claimId = ids.next();
    const rows = await onDatabase(() =>
      database.$queryRawUnsafe<ClaimedRow[]>(
        `WITH due AS (
           SELECT channel_id, conversation_id FROM reply_lanes
            WHERE due_at IS NOT NULL AND due_at NOT BETWEEN $2::bigint + 1 AND $2::bigint + 2 * $5::bigint
              AND (leased_until IS NULL OR leased_until NOT BETWEEN $2::bigint + 1 AND $2::bigint + 2 * $3::bigint)
            ORDER BY due_at LIMIT $4::int FOR UPDATE SKIP LOCKED)
         UPDATE reply_lanes lane SET claim_id = $1, leased_until = $2::bigint + $3::bigint FROM due
          WHERE lane.channel_id = due.channel_id AND lane.conversation_id = due.conversation_id
         RETURNING lane.channel_id, lane.conversation_id, tries, wakes, leased_until`,
        claimId,
        clock.now(),
        leaseMs,
        limit,
        LONGEST_WAIT_MS,
      ),
    );
    return rows.map((row) => toClaimedLane(row, claimId));
  },

  release: async ({ channelId, conversationId, claimId, wakes }, { dueAtMs, tries }) => {
    await onDatabase(() =>
      database.$executeRawUnsafe(
        `UPDATE reply_lanes
            SET claim_id = NULL, leased_until = NULL, tries = $5::int,
                due_at = CASE WHEN wakes = $6::bigint THEN $4::bigint ELSE COALESCE($4::bigint, $7::bigint) END
          WHERE channel_id = $1 AND conversation_id = $2 AND claim_id = $3`,
        channelId,
        conversationId,
        claimId,
        dueAtMs,
        tries,
        wakes,
        clock.now(),
      ),
    );
  },

  headOf: ({ channelId, conversationId }) =>
    onDatabase(async () => {
      const [row] = await database.$queryRawUnsafe<{ readonly stream_id: string }[]>(
        `SELECT stream_id FROM replies
          WHERE channel_id = $1 AND conversation_id = $2 AND status IN ('queued', 'attempting', 'uncertain')
          ORDER BY lane_position LIMIT 1`,
        channelId,
        conversationId,
      );
      if (row === undefined) return null;
      const events = (await loadStream(database, row.stream_id)).map(toReplyEvent);
      return { streamId: row.stream_id, state: events.reduce(evolve, initial) };
    }),
});

const toClaimedLane = (row: ClaimedRow, claimId: string): ClaimedLane => ({
  channelId: row.channel_id,
  conversationId: row.conversation_id,
  claimId,
  leasedUntilMs: Number(row.leased_until),
  tries: row.tries,
  wakes: row.wakes,
});
