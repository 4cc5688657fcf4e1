import { onDatabase, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { ChangeLog, LoggedChange } from '../../application/ports.ts';
import type { Change, ChangeKind } from '../../domain/change.ts';
import type { ChangeLogHead } from '../../domain/change-position.ts';

/** An entry's number is that of its row times this, and its place in it: a row has fewer entries than this. */
const ENTRIES_OF_A_ROW = 10_000;

/** Leaves changes for whoever reads the log, in the transaction that makes them: a row for each kind and audience. */
export const logChanges = async (tx: SqlClient, changes: readonly Change[], atMs: number): Promise<void> => {
  const rows = Map.groupBy(changes, ({ kind, accountId, userId }) => `${kind}\0${accountId}\0${userId}`);
  for (const entries of rows.values()) await insertRow(tx, entries, atMs);
};

const insertRow = async (tx: SqlClient, entries: readonly Change[], atMs: number): Promise<void> => {
  const [first] = entries;
  if (first === undefined) return;
  if (entries.length >= ENTRIES_OF_A_ROW) throw new Error('more changes than a row of the log can number');
  await tx.$executeRawUnsafe(
    `INSERT INTO changes (at, kind, account_id, user_id, channel_ids, conversation_ids, subject_ids)
     VALUES ($1::bigint, $2, $3::text, $4::text, $5::text[], $6::text[], $7::text[])`,
    atMs,
    first.kind,
    first.accountId,
    first.userId,
    entries.map(({ channelId }) => channelId),
    entries.map(({ conversationId }) => conversationId),
    entries.map(({ subjectId }) => subjectId),
  );
};

/** The same for messages, in the statement that stores them; `source` has their keys, `atMs` is a parameter. */
export const logMessagesSql = (source: string, atMs: string): string => `
  INSERT INTO changes (at, kind, channel_ids, conversation_ids, subject_ids)
  SELECT ${atMs}::bigint, 'message', array_agg(channel_id), array_agg(conversation_id), array_agg(message_id) FROM ${source}`;

/** Tells the accounts that have these channels now; call it before a channel moves to another. */
export const logToPresentAccounts = async (
  tx: SqlClient,
  channelIds: readonly string[],
  atMs: number,
): Promise<void> => {
  if (channelIds.length === 0) return;
  await tx.$executeRawUnsafe(
    `INSERT INTO changes (at, kind, account_id, channel_ids, conversation_ids, subject_ids)
     SELECT $1::bigint, 'channel', account_id, ARRAY[channel_id], ARRAY[NULL::text], ARRAY[NULL::text]
       FROM channels WHERE channel_id = ANY($2::text[])`,
    atMs,
    channelIds,
  );
};

interface HeadRow {
  readonly epoch: string;
  readonly ends_before: string;
  readonly next_xid: string;
  readonly pruned_through: string;
}

interface ChangeRow extends HeadRow {
  readonly xid: string | null;
  readonly seq: bigint;
  readonly kind: string;
  readonly channel_id: string;
  readonly conversation_id: string | null;
  readonly subject_id: string | null;
  readonly account_id: string | null;
  readonly user_id: string | null;
}

/** The client's search path ends with the projection that is served: it says who may see a change. */
export const createChangeLog = (client: SqlClient): ChangeLog => ({
  head: () =>
    onDatabase(async () => {
      const [row] = await client.$queryRawUnsafe<HeadRow[]>(HEAD_SQL);
      return headOf(row);
    }),

  readAfter: ({ xid, seq }, limit) =>
    onDatabase(async () => {
      const rows = await client.$queryRawUnsafe<ChangeRow[]>(PAGE_SQL, String(xid), seq, limit);
      const head = headOf(rows[0]);
      const changes = rows.flatMap((row) => (row.xid === null ? [] : [changeOf(row, row.xid)]));
      const last = changes.at(-1);
      return { head, changes, end: changes.length < limit || last === undefined ? head.position : last.position };
    }),

  adoptEpoch: () =>
    onDatabase(async () => {
      await client.$executeRawUnsafe(ADOPT_SQL);
    }),

  prune: ({ olderThanMs, maxRows }) => onDatabase(() => client.$executeRawUnsafe(PRUNE_SQL, olderThanMs, maxRows)),
});

/**
 * The server's identity, its timeline and the database's identity change with a restore from a backup, with a fail-over
 * (whose last transactions may be lost) and with a copy: then the same number may stand for another transaction.
 */
const EPOCH = `
  left(md5(concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
                          left(pg_walfile_name(pg_current_wal_lsn()), 8),
                          (SELECT oid FROM pg_database WHERE datname = current_database()),
                          log.generation)), 12)`;

const HEAD_COLUMNS = `${EPOCH} AS epoch,
  pg_snapshot_xmin(pg_current_snapshot())::text AS ends_before,
  pg_snapshot_xmax(pg_current_snapshot())::text AS next_xid,
  log.pruned_through::text AS pruned_through`;

const HEAD_SQL = `SELECT ${HEAD_COLUMNS} FROM change_log AS log`;

const ENTRY_NUMBER = `(block * ${ENTRIES_OF_A_ROW} + place)`;

/**
 * The head and the next changes in one snapshot. An account sees a change of what it could also ask for: channels are
 * those of the moment of reading, and what is older than `visible_from` is hidden.
 */
const PAGE_SQL = `
SELECT ${HEAD_COLUMNS}, page.*
  FROM change_log AS log
  LEFT JOIN LATERAL (
    SELECT c.xid::text AS xid, c.seq, c.kind, c.channel_id, c.conversation_id, c.subject_id, c.user_id,
           CASE WHEN c.kind = 'channel' THEN coalesce(c.account_id, channel.account_id)
                WHEN c.account_id IS NULL OR c.account_id = channel.account_id THEN channel.account_id END AS account_id
      FROM (SELECT xid, ${ENTRY_NUMBER} AS seq, account_id, user_id, kind, channel_id, conversation_id, subject_id
              FROM changes CROSS JOIN LATERAL unnest(channel_ids, conversation_ids, subject_ids)
                WITH ORDINALITY AS entry (channel_id, conversation_id, subject_id, place)
             WHERE (xid, block) >= ($1::text::xid8, $2::bigint / ${ENTRIES_OF_A_ROW})
               AND (xid, ${ENTRY_NUMBER}) > ($1::text::xid8, $2::bigint)
               AND xid < pg_snapshot_xmin(pg_current_snapshot())
             ORDER BY xid, block, place LIMIT $3::int) AS c
      LEFT JOIN channels channel
        ON channel.channel_id = c.channel_id AND channel.status <> 'disconnected'
       AND (channel.visible_from IS NULL OR CASE c.kind
             WHEN 'message' THEN EXISTS (
               SELECT FROM messages m
                WHERE m.channel_id = c.channel_id AND m.conversation_id = c.conversation_id
                  AND m.message_id = c.subject_id AND m.sent_at >= channel.visible_from)
             WHEN 'reply' THEN EXISTS (
               SELECT FROM replies r
                WHERE r.reply_id = c.subject_id AND r.channel_id = c.channel_id AND r.first_at >= channel.visible_from)
               OR EXISTS (
               SELECT FROM reply_requests r
                WHERE r.reply_id = c.subject_id AND r.channel_id = c.channel_id
                  AND r.account_id = channel.account_id AND r.requested_at >= channel.visible_from)
             WHEN 'notice' THEN c.subject_id::bigint >= channel.visible_from
             WHEN 'conversation' THEN EXISTS (
               SELECT FROM conversations
                WHERE conversation_id = c.conversation_id AND channel_id = c.channel_id
                  AND last_sent_at >= channel.visible_from)
             ELSE true END)) AS page ON true
 ORDER BY page.xid::xid8, page.seq`;

const ADOPT_SQL = `
WITH adopted AS (
  UPDATE change_log AS log SET epoch = ${EPOCH}, pruned_through = '0' WHERE log.epoch IS DISTINCT FROM ${EPOCH} RETURNING id
), moved AS (
  UPDATE changes SET xid = pg_current_xact_id() WHERE EXISTS (SELECT FROM adopted)
)
UPDATE change_followers SET xid = pg_current_xact_id(), seq = 0 WHERE EXISTS (SELECT FROM adopted)`;

/** Whole transactions, oldest first; where it cut is kept beside, so that an older position is known to be too old. */
const PRUNE_SQL = `
WITH cut AS (
  SELECT xid FROM (SELECT xid, at FROM changes ORDER BY xid, block LIMIT $2::int) AS oldest
   WHERE at < $1::bigint AND xid < (SELECT xid FROM change_followers ORDER BY xid LIMIT 1)
   ORDER BY xid DESC LIMIT 1
), kept AS (
  UPDATE change_log SET pruned_through = cut.xid FROM cut
)
DELETE FROM changes USING cut WHERE changes.xid <= cut.xid`;

const headOf = (row: HeadRow | undefined): ChangeLogHead => {
  if (row === undefined) throw new Error('the table change_log has lost its row');
  return {
    position: { epoch: row.epoch, xid: BigInt(row.ends_before), seq: 0n },
    nextXid: BigInt(row.next_xid),
    prunedThrough: BigInt(row.pruned_through),
  };
};

const changeOf = (row: ChangeRow, xid: string): LoggedChange => ({
  position: { epoch: row.epoch, xid: BigInt(xid), seq: row.seq },
  kind: row.kind as ChangeKind,
  channelId: row.channel_id,
  conversationId: row.conversation_id,
  subjectId: row.subject_id,
  accountId: row.account_id,
  userId: row.user_id,
});
