import type { Clock, IdGenerator } from '@tiktok-channel/platform/kernel';
import { loadStream, onDatabase } from '@tiktok-channel/platform/postgres';
import type { ClaimedLane, Lanes } from '../../application/ports.ts';
import { evolve } from '../../domain/evolve-reply.ts';
import { initial } from '../../domain/reply.ts';
import { LONGEST_WAIT_MS } from '../../domain/waiting.ts';
import type { Database } from './database.ts';
import { toReplyEvent } from './reply-log.ts';

/**
 * The lease only keeps two from working on one lane in vain: what makes a second send impossible is the expected version
 * of the stream.
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
    const leasedUntilMs = clock.now() + leaseMs;
    const rows = await onDatabase(() =>
      database.$transaction(async (tx) => {
        await tx.$executeRawUnsafe('SELECT pg_advisory_xact_lock($1::bigint)', CLAIMS_LOCK);
        return tx.$queryRawUnsafe<ClaimedRow[]>(CLAIM, claimId, clock.now(), leasedUntilMs, limit);
      }),
    );
    return rows.map((row) => toClaimedLane(row, { claimId, leasedUntilMs }));
  },

  release: async ({ channelId, laneId, claimId, wakes }, next) => {
    await onDatabase(() =>
      next === null
        ? database.$executeRawUnsafe(LET_GO, channelId, laneId, claimId, wakes, clock.now())
        : database.$executeRawUnsafe(
            `UPDATE reply_lanes SET claim_id = NULL, due_at = $4::bigint, tries = $5::int
              WHERE channel_id = $1 AND lane_id = $2 AND claim_id = $3`,
            channelId,
            laneId,
            claimId,
            next.dueAtMs,
            next.tries,
          ),
    );
  },

  mend: async (longestLeaseMs) => {
    await onDatabase(() =>
      database.$executeRawUnsafe(
        'UPDATE reply_lanes SET due_at = $1::bigint, claim_id = NULL WHERE due_at > $1::bigint + $2::bigint',
        clock.now(),
        2 * Math.max(LONGEST_WAIT_MS, longestLeaseMs),
      ),
    );
  },

  slowDown: async (channelId, untilMs) => {
    await onDatabase(() =>
      database.$executeRawUnsafe(
        `INSERT INTO channel_turns AS c (channel_id, slow_until) VALUES ($1, $2::bigint)
         ON CONFLICT (channel_id) DO UPDATE SET slow_until = GREATEST(c.slow_until, EXCLUDED.slow_until)`,
        channelId,
        untilMs,
      ),
    );
  },

  headOf: ({ channelId, laneId }) =>
    onDatabase(async () => {
      const [row] = await database.$queryRawUnsafe<{ readonly stream_id: string }[]>(
        `SELECT stream_id FROM replies
          WHERE channel_id = $1 AND lane_id = $2 AND status IN ('queued', 'attempting', 'uncertain')
          ORDER BY lane_position LIMIT 1`,
        channelId,
        laneId,
      );
      if (row === undefined) return null;
      const events = (await loadStream(database, row.stream_id)).map(toReplyEvent);
      return { streamId: row.stream_id, state: events.reduce(evolve, initial) };
    }),
});

/** Any number of this database's own: claims of all replicas are made one after the other, which keeps their order fair. */
const CLAIMS_LOCK = 7_300_000_001n;

/**
 * Channels with lanes are found by jumping from one to the next in the index, so that a backlog costs nothing. Each offers the
 * lanes that wait longest; of all offers the first ones of every channel come first, and among channels the one whose last
 * turn is longest ago.
 */
const CLAIM = `
  WITH RECURSIVE active AS (
    (SELECT channel_id FROM reply_lanes ORDER BY channel_id LIMIT 1)
    UNION ALL
    SELECT (SELECT l.channel_id FROM reply_lanes l WHERE l.channel_id > a.channel_id ORDER BY l.channel_id LIMIT 1)
      FROM active a WHERE a.channel_id IS NOT NULL
  ), offered AS (
    SELECT a.channel_id, lane.lane_id, lane.place, COALESCE(t.turn, 0) AS turn
      FROM active a
      LEFT JOIN channel_turns t ON t.channel_id = a.channel_id
     CROSS JOIN LATERAL (
       SELECT lane_id, row_number() OVER (ORDER BY due_at, lane_id) AS place
         FROM (SELECT lane_id, due_at FROM reply_lanes l
                WHERE l.channel_id = a.channel_id AND l.due_at <= $2::bigint
                ORDER BY l.due_at, l.lane_id LIMIT $4::int) due) lane
     WHERE a.channel_id IS NOT NULL
       AND (t.slow_until IS NULL OR t.slow_until NOT BETWEEN $2::bigint + 1 AND $2::bigint + ${2 * LONGEST_WAIT_MS})
     ORDER BY lane.place, turn, a.channel_id LIMIT $4::int
  ), served AS (
    INSERT INTO channel_turns AS c (channel_id, turn)
    SELECT channel_id, nextval('channel_turn') FROM (SELECT DISTINCT channel_id FROM offered ORDER BY channel_id) channels
    ON CONFLICT (channel_id) DO UPDATE SET turn = EXCLUDED.turn
  )
  UPDATE reply_lanes lane SET claim_id = $1, due_at = $3::bigint FROM offered
   WHERE lane.channel_id = offered.channel_id AND lane.lane_id = offered.lane_id AND lane.due_at <= $2::bigint
  RETURNING lane.channel_id, lane.lane_id, lane.tries, lane.wakes`;

/** Nothing is left to do: the lane goes, unless it was woken meanwhile. */
const LET_GO = `
  WITH gone AS (
    DELETE FROM reply_lanes WHERE channel_id = $1 AND lane_id = $2 AND claim_id = $3 AND wakes = $4::bigint
  )
  UPDATE reply_lanes SET claim_id = NULL, due_at = $5::bigint, tries = 0
   WHERE channel_id = $1 AND lane_id = $2 AND claim_id = $3 AND wakes <> $4::bigint`;

interface ClaimedRow {
  readonly channel_id: string;
  readonly lane_id: string;
  readonly tries: number;
  readonly wakes: bigint;
}

const toClaimedLane = (
  row: ClaimedRow,
  claim: { readonly claimId: string; readonly leasedUntilMs: number },
): ClaimedLane => ({
  channelId: row.channel_id,
  laneId: row.lane_id,
  ...claim,
  tries: row.tries,
  wakes: row.wakes,
});
