import type { Clock, IdGenerator } from '@tiktok-channel/platform/kernel';
import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { ClaimedLane, Lane, LaneHead, Lanes } from '../../application/ports.ts';
import { evolve } from '../../domain/evolve-reply.ts';
import { initial } from '../../domain/reply.ts';
import { LONGEST_WAIT_MS } from '../../domain/waiting.ts';
import { batched } from './batched.ts';
import type { Database } from './database.ts';
import { recallChannel } from './lane-recalls.ts';
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
}): Lanes => {
  const release = batched((released: readonly Released[]) => releaseTogether(database, clock, released));
  const headOf = batched((lanes: readonly Lane[]) => headsOf(database, lanes));
  return {
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

    release: (lane, next) => release({ lane, next }),

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

    recall: async (channelId) => {
      await onDatabase(() => recallChannel(database, channelId, clock.now()));
    },

    headOf,
  };
};

/** Any number of this database's own: claims of all replicas are made one after the other, which keeps their order fair. */
const CLAIMS_LOCK = 7_300_000_001n;

/**
 * Channels with lanes are found by jumping from one to the next in the index, so that a backlog costs nothing. Each offers the
 * lanes whose head may have an attempt open, since what became of it can be found out for some minutes only; then those that
 * wait longest. Of all offers the first ones of every channel come first, and among channels the one whose last turn is
 * longest ago. A claim supposes an open attempt: so it is when the claimer dies with it.
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
       SELECT lane_id, row_number() OVER (ORDER BY goes_first DESC, due_at, lane_id) AS place
         FROM (VALUES (true), (false)) first (goes_first)
        CROSS JOIN LATERAL (
          SELECT lane_id, due_at FROM reply_lanes l
           WHERE l.channel_id = a.channel_id AND l.goes_first = first.goes_first AND l.due_at <= $2::bigint
           ORDER BY l.due_at, l.lane_id LIMIT $4::int) due) lane
     WHERE a.channel_id IS NOT NULL
       AND (t.slow_until IS NULL OR t.slow_until NOT BETWEEN $2::bigint + 1 AND $2::bigint + ${2 * LONGEST_WAIT_MS})
     ORDER BY lane.place, turn, a.channel_id LIMIT $4::int
  ), served AS (
    INSERT INTO channel_turns AS c (channel_id, turn)
    SELECT channel_id, nextval('channel_turn') FROM (SELECT DISTINCT channel_id FROM offered ORDER BY channel_id) channels
    ON CONFLICT (channel_id) DO UPDATE SET turn = EXCLUDED.turn
  )
  UPDATE reply_lanes lane SET claim_id = $1, due_at = $3::bigint, goes_first = true FROM offered
   WHERE lane.channel_id = offered.channel_id AND lane.lane_id = offered.lane_id AND lane.due_at <= $2::bigint
  RETURNING lane.channel_id, lane.lane_id, lane.tries, lane.wakes, lane.recalls`;

interface Released {
  readonly lane: ClaimedLane;
  readonly next: { readonly dueAtMs: number; readonly tries: number } | null;
}

const releaseTogether = async (
  database: Database,
  clock: Clock,
  released: readonly Released[],
): Promise<readonly undefined[]> => {
  await onDatabase(() =>
    database.$executeRawUnsafe(
      RELEASE,
      released.map(({ lane }) => lane.channelId),
      released.map(({ lane }) => lane.laneId),
      released.map(({ lane }) => lane.claimId),
      released.map(({ lane }) => lane.wakes),
      released.map(({ next }) => next?.dueAtMs ?? null),
      released.map(({ next }) => next?.tries ?? 0),
      released.map(({ lane }) => lane.recalls),
      clock.now(),
    ),
  );
  return released.map(() => undefined);
};

/**
 * A lane that was recalled meanwhile is due at once. One without a reply that waits goes, unless it was woken meanwhile: whoever queues a reply holds its row until the reply
 * can be seen.
 */
const RELEASE = `
  WITH held AS (
    SELECT l.channel_id, l.lane_id, l.claim_id, released.tries,
           CASE WHEN l.recalls = released.recalls THEN released.due_at END AS due_at,
           head.status IN ('attempting', 'uncertain') IS TRUE AS goes_first,
           l.wakes = released.wakes AND head.status IS NULL AS is_empty
      FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::int[], $7::bigint[])
           AS released (channel_id, lane_id, claim_id, wakes, due_at, tries, recalls)
      JOIN reply_lanes l USING (channel_id, lane_id, claim_id)
      LEFT JOIN LATERAL (
        SELECT r.status FROM replies r
         WHERE r.channel_id = l.channel_id AND r.lane_id = l.lane_id AND r.status IN ('queued', 'attempting', 'uncertain')
         ORDER BY r.lane_position LIMIT 1) head ON true
     ORDER BY l.channel_id, l.lane_id FOR UPDATE OF l
  ), gone AS (
    DELETE FROM reply_lanes l USING held
     WHERE held.is_empty AND l.channel_id = held.channel_id AND l.lane_id = held.lane_id AND l.claim_id = held.claim_id
  )
  UPDATE reply_lanes l
     SET claim_id = NULL, due_at = COALESCE(held.due_at, $8::bigint), tries = held.tries, goes_first = held.goes_first
    FROM held
   WHERE NOT held.is_empty AND l.channel_id = held.channel_id AND l.lane_id = held.lane_id AND l.claim_id = held.claim_id`;

const headsOf = async (database: Database, lanes: readonly Lane[]): Promise<readonly (LaneHead | null)[]> => {
  const rows = await onDatabase(() =>
    database.$queryRawUnsafe<HeadRow[]>(
      HEADS,
      lanes.map(({ channelId }) => channelId),
      lanes.map(({ laneId }) => laneId),
    ),
  );
  const byPlace = Map.groupBy(rows, ({ place }) => Number(place));
  return lanes.map((_lane, index) => headFrom(byPlace.get(index + 1) ?? []));
};

const HEADS = `
  SELECT lane.place, e.stream_id, e.data,
         EXISTS (SELECT FROM paused_channels p WHERE p.channel_id = lane.channel_id) AS is_paused
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS lane (channel_id, lane_id, place)
   CROSS JOIN LATERAL (
     SELECT stream_id FROM replies r
      WHERE r.channel_id = lane.channel_id AND r.lane_id = lane.lane_id AND r.status IN ('queued', 'attempting', 'uncertain')
      ORDER BY r.lane_position LIMIT 1) head
    JOIN events e ON e.stream_id = head.stream_id
   ORDER BY lane.place, e.version`;

interface HeadRow {
  readonly place: bigint;
  readonly stream_id: string;
  readonly data: unknown;
  readonly is_paused: boolean;
}

const headFrom = (rows: readonly HeadRow[]): LaneHead | null => {
  const [first] = rows;
  return first === undefined
    ? null
    : {
        streamId: first.stream_id,
        state: rows.map(toReplyEvent).reduce(evolve, initial),
        isPaused: first.is_paused,
      };
};

interface ClaimedRow {
  readonly channel_id: string;
  readonly lane_id: string;
  readonly tries: number;
  readonly wakes: bigint;
  readonly recalls: bigint;
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
  recalls: row.recalls,
});
