import type { SqlClient } from '@tiktok-channel/platform/postgres';
import type { VisibleFrom } from '../../domain/erasure.ts';
import type { Facts } from '../../domain/facts.ts';
import { share, take } from './build-locks.ts';
import { repliesTable } from './fact-tables.ts';
import { withdrawSnapshots } from './snapshot-withdrawal.ts';

interface ChannelRow {
  readonly channel_id: string;
  readonly account_id: string;
  readonly visible_from: bigint | null;
}

export interface Erasure {
  /** Of the channels of the facts, as it is once `channels` were stored. */
  readonly visibleFrom: VisibleFrom;
  /** Channels whose past nobody is to see any more, from these facts on. */
  readonly released: readonly string[];
}

/**
 * Stores the channels of facts and erases what lies before the time from which their channels are visible. Whoever writes rows
 * shares a lock with the others and not with an erasure, so that none of its rows is missed. Of the tables of one build, where
 * names lead to.
 */
export const eraseReleased = async (
  tx: SqlClient,
  facts: Facts,
  insertChannels: () => Promise<void>,
): Promise<Erasure> => {
  if (facts.channel.some(({ visibleFrom }) => visibleFrom !== null)) await take(tx, 'erasure');
  else await share(tx, 'erasure');
  const ids = channelIdsOf(facts);
  const before = facts.channel.length === 0 ? null : await readChannels(tx, ids);
  await insertChannels();
  const channels = await readChannels(tx, ids);
  const visibleFrom = new Map(
    [...channels.values()].flatMap(({ channel_id: id, visible_from: from }) =>
      from === null ? [] : [[id, Number(from)]],
    ),
  );
  const released =
    before === null ? [] : [...visibleFrom.keys()].filter((id) => isReleased(before.get(id), channels.get(id)));
  if (released.length > 0) await eraseRows(tx, released);
  return { visibleFrom, released };
};

/** Replies of these that began before, and to which something was merged, are as blank as they were. */
export const blankReplies = async (tx: SqlClient, facts: Facts, visibleFrom: VisibleFrom): Promise<void> => {
  const replies = facts.reply.filter(({ channelId }) => visibleFrom.has(channelId));
  if (replies.length === 0) return;
  await tx.$executeRawUnsafe(
    `${BLANK_SQL} AND (r.reply_id, r.channel_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    replies.map(({ replyId }) => replyId),
    replies.map(({ channelId }) => channelId),
  );
};

const channelIdsOf = ({ channel, message, reaction, referral, reply, readMark, europeanNotice }: Facts): string[] => [
  ...new Set(
    [channel, message, reaction, referral, reply, readMark, europeanNotice].flat().map(({ channelId }) => channelId),
  ),
];

const readChannels = async (tx: SqlClient, ids: readonly string[]): Promise<ReadonlyMap<string, ChannelRow>> => {
  const rows = await tx.$queryRawUnsafe<ChannelRow[]>(
    'SELECT channel_id, account_id, visible_from FROM channels WHERE channel_id = ANY($1::text[]) AND visible_from IS NOT NULL',
    ids,
  );
  return new Map(rows.map((row) => [row.channel_id, row]));
};

/** A new account may find what somebody left behind after the release: it is erased once more. */
const isReleased = (before: ChannelRow | undefined, now: ChannelRow | undefined): boolean =>
  before?.visible_from !== now?.visible_from || before?.account_id !== now?.account_id;

const eraseRows = async (tx: SqlClient, channelIds: readonly string[]): Promise<void> => {
  for (const sql of ERASE_SQL) await tx.$executeRawUnsafe(sql, channelIds);
};

const olderIn = (table: string, isOlder: string): string => `
DELETE FROM ${table} USING channels
 WHERE ${table}.channel_id = ANY($1::text[]) AND channels.channel_id = ${table}.channel_id AND ${isOlder}`;

const BLANK_SQL = `
UPDATE replies r
   SET ${repliesTable.columns
     .filter((column) => !['channel_id', 'reply_id', 'conversation_id', 'first_at'].includes(column))
     .map((column) => `${column} = ${column === 'attempts' ? '0' : 'NULL'}`)
     .join(', ')}
  FROM channels WHERE channels.channel_id = r.channel_id AND r.first_at < channels.visible_from`;

/** `withoutOlder` of what is stored. Conversations follow from their messages. */
const ERASE_SQL: readonly string[] = [
  olderIn('messages', 'messages.sent_at < channels.visible_from'),
  olderIn('reactions', 'reactions.changed_at < channels.visible_from'),
  olderIn('referrals', 'referrals.occurred_at_second * 1000 + 999 < channels.visible_from'),
  olderIn('read_marks', 'read_marks.read_up_to < channels.visible_from'),
  olderIn('european_notices', 'european_notices.sent_at < channels.visible_from'),
  olderIn('conversations', 'conversations.last_sent_at < channels.visible_from'),
  `${BLANK_SQL} AND r.channel_id = ANY($1::text[])`,
];

/**
 * What else is kept of released channels, beside the builds. Uploads belong to the account that made them. Rows of the change log
 * keep their places, and the messages that are left are changes anew, since what follows from them may not have been done. What was
 * published of a conversation of which some is left is replaced by what follows from that.
 */
export const eraseBeside = async (tx: SqlClient, channelIds: readonly string[], atMs: number): Promise<void> => {
  if (channelIds.length === 0) return;
  for (const sql of ERASE_BESIDE_SQL) await tx.$executeRawUnsafe(sql, channelIds);
  await withdrawSnapshots(tx, channelIds, atMs);
  await tx.$executeRawUnsafe(LOG_REST_SQL, channelIds, atMs);
};

const ofReleased = (table: string): string => `DELETE FROM ${table} WHERE channel_id = ANY($1::text[])`;

const withoutReleased = (column: string): string => `
  ARRAY(SELECT CASE WHEN entry.channel_id = ANY($1::text[]) THEN NULL ELSE entry.value END
          FROM unnest(channel_ids, ${column}) WITH ORDINALITY AS entry (channel_id, value, place) ORDER BY place)`;

const ERASE_BESIDE_SQL: readonly string[] = [
  // Before the media: whoever is just storing what was found of a customer leaves a picture to fetch.
  ofReleased('participants'),
  `${ofReleased('media')} AND account_id IS NULL
      AND NOT EXISTS (SELECT FROM messages m WHERE m.channel_id = media.channel_id
                        AND m.conversation_id = media.conversation_id AND m.message_id = media.message_id)`,
  // A request that was made while the release was on its way is not the next account's either.
  olderIn(
    'reply_requests',
    `(reply_requests.requested_at < channels.visible_from OR reply_requests.account_id <> channels.account_id
      OR channels.status = 'disconnected')`,
  ),
  olderIn('search_documents', 'search_documents.sent_at < channels.visible_from'),
  ofReleased('agent_read_marks'),
  `UPDATE changes SET conversation_ids = ${withoutReleased('conversation_ids')}, subject_ids = ${withoutReleased('subject_ids')}
    WHERE channel_ids && $1::text[] AND kind <> 'channel'`,
];

const LOG_REST_SQL = `
INSERT INTO changes (at, kind, channel_ids, conversation_ids, subject_ids)
SELECT $2::bigint, 'message', array_agg(channel_id), array_agg(conversation_id), array_agg(message_id)
  FROM (SELECT channel_id, conversation_id, message_id, (row_number() OVER () - 1) / 5000 AS row_of_log
          FROM messages WHERE channel_id = ANY($1::text[])) AS rest
 GROUP BY row_of_log`;
