import { VersionConflict } from '../event-sourcing/index.ts';
import type { SqlClient } from './sql-client.ts';

/** An event to store: plain JSON (no bigint, no `undefined` that matters), with its name in `type`. */
export interface StreamEvent {
  readonly type: string;
}

export interface StoredEvent {
  readonly streamId: string;
  /** Counts from 1 without a gap. */
  readonly version: number;
  readonly type: string;
  /** The event as it was given, `type` included. */
  readonly data: unknown;
  /** Epoch milliseconds. */
  readonly recordedAt: number;
}

/** One stream's events in order; none when there is no such stream. */
export const loadStream = async (client: SqlClient, streamId: string): Promise<readonly StoredEvent[]> =>
  (await loadStreams(client, [streamId])).get(streamId) ?? [];

/** Many streams by one query, by stream id; a stream without events is absent. */
export const loadStreams = async (
  client: SqlClient,
  streamIds: readonly string[],
): Promise<ReadonlyMap<string, readonly StoredEvent[]>> => {
  const rows = await client.$queryRawUnsafe<EventRow[]>(
    `SELECT stream_id, version, type, data, recorded_at
       FROM events WHERE stream_id = ANY($1::text[]) ORDER BY stream_id, version`,
    streamIds,
  );
  return Map.groupBy(rows.map(toStoredEvent), ({ streamId }) => streamId);
};

export interface StreamAppend {
  readonly streamId: string;
  readonly expectedVersion: number;
  readonly events: readonly StreamEvent[];
  readonly atMs: number;
}

/** Throws `VersionConflict` when the stream is not at `expectedVersion`; the transaction must then be rolled back. */
export const appendToStream = (tx: SqlClient, { atMs, ...append }: StreamAppend): Promise<void> =>
  appendToStreams(tx, [append], atMs);

/** To different streams by one statement: all of it, or `VersionConflict` about one of them. */
export const appendToStreams = async (
  tx: SqlClient,
  appends: readonly Omit<StreamAppend, 'atMs'>[],
  atMs: number,
): Promise<void> => {
  const rows = appends.flatMap(({ streamId, expectedVersion, events }) =>
    events.map((event, index) => ({ streamId, expectedVersion, version: expectedVersion + index + 1, event })),
  );
  if (rows.length === 0) return;
  // ON CONFLICT waits for whoever is appending the same version, and does not spoil the transaction as an error would.
  // In one order everywhere, so that two that append to the same streams wait for each other and do not deadlock.
  const appended = await tx.$queryRawUnsafe<{ readonly stream_id: string; readonly version: number }[]>(
    `INSERT INTO events (stream_id, version, type, data, recorded_at)
     SELECT stream_id, version, type, data, $6::bigint
       FROM unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::jsonb[]) AS new (stream_id, expected, version, type, data)
      WHERE expected = (SELECT COALESCE(MAX(stored.version), 0) FROM events stored WHERE stored.stream_id = new.stream_id)
      ORDER BY stream_id, version
     ON CONFLICT DO NOTHING RETURNING stream_id, version`,
    rows.map(({ streamId }) => streamId),
    rows.map(({ expectedVersion }) => expectedVersion),
    rows.map(({ version }) => version),
    rows.map(({ event }) => event.type),
    rows.map(({ event }) => JSON.stringify(event)),
    atMs,
  );
  if (appended.length === rows.length) return;
  const stored = new Set(appended.map((row) => `${row.version} ${row.stream_id}`));
  const lost = rows.find(({ streamId, version }) => !stored.has(`${version} ${streamId}`)) ?? rows[0];
  if (lost !== undefined) throw new VersionConflict(lost);
};

export interface NewStream {
  readonly streamId: string;
  readonly events: readonly StreamEvent[];
}

/**
 * Starts many streams by one statement and answers those that were new, in the order given. Of two with the same id the
 * first is started and the second is not new. A stream that exists is left as it is.
 */
export const startStreams = async <Stream extends NewStream>(
  tx: SqlClient,
  streams: readonly Stream[],
  atMs: number,
): Promise<readonly Stream[]> => {
  const candidates = firstOfEachId(streams);
  const events = candidates.flatMap(({ streamId, events }) =>
    events.map((event, index) => ({ streamId, version: index + 1, event })),
  );
  if (events.length === 0) return [];
  // In one order everywhere, so that two that start the same streams wait for each other and do not deadlock.
  events.sort((a, b) => (a.streamId < b.streamId ? -1 : Number(a.streamId > b.streamId)));
  const started = await tx.$queryRawUnsafe<{ readonly stream_id: string }[]>(
    `WITH new AS (
       SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::jsonb[]) AS new (stream_id, version, type, data)
     ), started AS (
       INSERT INTO events (stream_id, version, type, data, recorded_at)
       SELECT stream_id, version, type, data, $5::bigint FROM new WHERE version = 1
       ON CONFLICT DO NOTHING RETURNING stream_id
     ), continued AS (
       INSERT INTO events (stream_id, version, type, data, recorded_at)
       SELECT stream_id, version, type, data, $5::bigint FROM new JOIN started USING (stream_id) WHERE version > 1
     )
     SELECT stream_id FROM started`,
    events.map(({ streamId }) => streamId),
    events.map(({ version }) => version),
    events.map(({ event }) => event.type),
    events.map(({ event }) => JSON.stringify(event)),
    atMs,
  );
  const startedIds = new Set(started.map((row) => row.stream_id));
  return candidates.filter(({ streamId }) => startedIds.has(streamId));
};

interface EventRow {
  readonly stream_id: string;
  readonly version: number;
  readonly type: string;
  readonly data: unknown;
  readonly recorded_at: bigint;
}

const toStoredEvent = (row: EventRow): StoredEvent => ({
  streamId: row.stream_id,
  version: row.version,
  type: row.type,
  data: row.data,
  recordedAt: Number(row.recorded_at),
});

const firstOfEachId = <Stream extends NewStream>(streams: readonly Stream[]): readonly Stream[] => {
  const seen = new Set<string>();
  return streams.filter(({ streamId }) => !seen.has(streamId) && seen.add(streamId));
};
