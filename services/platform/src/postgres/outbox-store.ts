import type { OutboxBacklog, OutboxRow, OutboxStore, RelayLease, StoredOutboxRow } from '../outbox/index.ts';
import { onDatabase } from './on-database.ts';
import type { SqlClient } from './sql-client.ts';

/**
 * Leaves records to be published when the transaction commits; they get ids in the order given. Call it after the
 * append or the lock that orders the stream, so that the order of ids is the order of commits within the stream.
 */
export const enqueue = async (tx: SqlClient, rows: readonly OutboxRow[], atMs: number): Promise<void> => {
  if (rows.length === 0) return;
  await tx.$executeRawUnsafe(
    `INSERT INTO outbox (event_id, topic, key, value, headers, created_at)
     SELECT event_id, topic, key, value, headers, $6::bigint
       FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::jsonb[])
            WITH ORDINALITY AS new (event_id, topic, key, value, headers, position)
      ORDER BY position`,
    rows.map(({ eventId }) => eventId),
    rows.map(({ record }) => record.topic),
    rows.map(({ record }) => record.key),
    rows.map(({ record }) => record.value),
    rows.map(({ record }) => JSON.stringify(record.headers)),
    atMs,
  );
};

/** What the outbox relay needs, on PostgreSQL. */
export const createOutboxStore = (client: SqlClient): OutboxStore => ({
  ...leaseOn(client),
  ...rowsOn(client),
});

/** For whoever shows it: an outage of the database comes out as `DependencyUnavailable`. */
export const createBacklogReader = (client: SqlClient): OutboxStore['readBacklog'] => {
  const { readBacklog } = rowsOn(client);
  return () => onDatabase(readBacklog);
};

const leaseOn = (client: SqlClient): Pick<OutboxStore, 'readLease' | 'takeLease' | 'renewLease' | 'releaseLease'> => ({
  readLease: async () => {
    const [lease] = await client.$queryRawUnsafe<RelayLease[]>('SELECT epoch, beat, held FROM outbox_relay');
    return lease ?? { epoch: 0n, beat: 0n, held: false };
  },

  takeLease: async (seen) => {
    const [lease] = await client.$queryRawUnsafe<RelayLease[]>(
      `INSERT INTO outbox_relay AS relay (epoch, beat, held) VALUES ($1::bigint + 1, $2::bigint + 1, true)
       ON CONFLICT (id) DO UPDATE SET epoch = EXCLUDED.epoch, beat = EXCLUDED.beat, held = true
         WHERE relay.epoch = $1::bigint AND relay.beat = $2::bigint
       RETURNING epoch, beat, held`,
      seen.epoch,
      seen.beat,
    );
    return lease ?? null;
  },

  renewLease: async (epoch) =>
    (await client.$executeRawUnsafe(
      'UPDATE outbox_relay SET beat = beat + 1 WHERE epoch = $1::bigint AND held',
      epoch,
    )) === 1,

  releaseLease: async (epoch) => {
    await client.$executeRawUnsafe('UPDATE outbox_relay SET held = false WHERE epoch = $1::bigint', epoch);
  },
});

/** A sign of life by whoever holds the lease; what is joined to it happens only then. */
const LEASE_HELD =
  'lease AS (UPDATE outbox_relay SET beat = beat + 1 WHERE epoch = $1::bigint AND held RETURNING epoch)';

const rowsOn = (
  client: SqlClient,
): Pick<OutboxStore, 'readUnpublished' | 'markPublished' | 'setAside' | 'prune' | 'readBacklog'> => ({
  readUnpublished: async ({ maxRows, maxBytes }) => {
    const rows = await client.$queryRawUnsafe<OutboxDatabaseRow[]>(
      `SELECT id, event_id, topic, key, value, headers, created_at
         FROM (SELECT next.*, SUM(size) OVER (ORDER BY id) - size AS bytes_before
                 FROM (SELECT *, COALESCE(OCTET_LENGTH(value), 0) AS size FROM outbox WHERE published_at IS NULL AND set_aside_at IS NULL
                        ORDER BY id LIMIT $1::int) AS next) AS measured
        WHERE bytes_before < $2::bigint
        ORDER BY id`,
      maxRows,
      maxBytes,
    );
    return rows.map(toStoredRow);
  },

  markPublished: async ({ epoch, ids, atMs }) => {
    const [held] = await client.$queryRawUnsafe<unknown[]>(
      `WITH ${LEASE_HELD}, marked AS (
         UPDATE outbox SET published_at = $2::bigint WHERE id = ANY($3::bigint[]) AND EXISTS (SELECT FROM lease)
       ) SELECT epoch FROM lease`,
      epoch,
      atMs,
      ids,
    );
    return held !== undefined;
  },

  setAside: async ({ epoch, id, atMs }) => {
    const [held] = await client.$queryRawUnsafe<unknown[]>(
      `WITH ${LEASE_HELD}, marked AS (
         UPDATE outbox SET set_aside_at = $2::bigint WHERE id = $3::bigint AND EXISTS (SELECT FROM lease)
       ) SELECT epoch FROM lease`,
      epoch,
      atMs,
      id,
    );
    return held !== undefined;
  },

  prune: ({ publishedBeforeMs, maxRows }) =>
    client.$executeRawUnsafe(
      `DELETE FROM outbox WHERE id IN (
         SELECT id FROM outbox WHERE published_at < $1::bigint ORDER BY published_at LIMIT $2::int)`,
      publishedBeforeMs,
      maxRows,
    ),

  readBacklog: async () => {
    const [row] = await client.$queryRawUnsafe<BacklogRow[]>(
      `SELECT COUNT(*) FILTER (WHERE set_aside_at IS NULL) AS unpublished, COUNT(set_aside_at) AS set_aside,
              MIN(created_at) FILTER (WHERE set_aside_at IS NULL) AS oldest
         FROM outbox WHERE published_at IS NULL`,
    );
    return toBacklog(row);
  },
});

interface OutboxDatabaseRow {
  readonly id: bigint;
  readonly event_id: string;
  readonly topic: string;
  readonly key: string | null;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly created_at: bigint;
}

interface BacklogRow {
  readonly unpublished: bigint;
  readonly set_aside: bigint;
  readonly oldest: bigint | null;
}

const toStoredRow = (row: OutboxDatabaseRow): StoredOutboxRow => ({
  id: row.id,
  eventId: row.event_id,
  record: { topic: row.topic, key: row.key, value: toBuffer(row.value), headers: row.headers },
  createdAt: Number(row.created_at),
});

const toBuffer = (bytes: Uint8Array | null): Buffer | null =>
  bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const toBacklog = (row: BacklogRow | undefined): OutboxBacklog => ({
  unpublished: Number(row?.unpublished ?? 0n),
  setAside: Number(row?.set_aside ?? 0n),
  oldestCreatedAt: row?.oldest == null ? null : Number(row.oldest),
});
