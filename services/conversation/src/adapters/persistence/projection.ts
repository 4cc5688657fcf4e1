import type { SqlClient } from '@tiktok-channel/platform/postgres';
import { changesBesideMessages } from '../../domain/change.ts';
import type { Facts } from '../../domain/facts.ts';
import type { MessageFact } from '../../domain/message.ts';
import { logChanges, logMessagesSql, logToPresentAccounts } from './change-log.ts';
import {
  channelsTable,
  europeanNoticesTable,
  type FactTable,
  messagesTable,
  reactionsTable,
  readMarksTable,
  referralsTable,
  repliesTable,
} from './fact-tables.ts';

/**
 * Writes facts, what follows from them, and what they change. Call it in a transaction together with the move of the
 * position.
 */
export const writeFacts = async (tx: SqlClient, facts: Facts, atMs: number): Promise<void> => {
  const channelIds = facts.channel.map(({ channelId }) => channelId);
  await logToPresentAccounts(tx, channelIds, atMs);
  await writeRows(tx, facts, { sql: WRITE_MESSAGES_SQL, parameters: [atMs] });
  await logChanges(tx, changesBesideMessages(facts), atMs);
};

/** The same rows, and nobody is told: for a build that is not served. */
export const writeFactsUntold = (tx: SqlClient, facts: Facts): Promise<void> =>
  writeRows(tx, facts, { sql: WRITE_MESSAGES_UNTOLD_SQL, parameters: [] });

/** How messages are stored: a statement, and its parameters behind the columns of the messages. */
interface MessageStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

const writeRows = async (tx: SqlClient, facts: Facts, statement: MessageStatement): Promise<void> => {
  await insert(tx, channelsTable, facts.channel);
  if (facts.message.length > 0) await writeMessages(tx, facts.message, statement);
  await insert(tx, reactionsTable, facts.reaction);
  await insert(tx, referralsTable, facts.referral);
  await insert(tx, repliesTable, facts.reply);
  await insert(tx, readMarksTable, facts.readMark);
  await insert(tx, europeanNoticesTable, facts.europeanNotice);
};

const insert = async <Fact>(tx: SqlClient, table: FactTable<Fact>, facts: readonly Fact[]): Promise<void> => {
  if (facts.length > 0) await tx.$executeRawUnsafe(table.insertSql, ...table.parametersOf(facts));
};

interface ConversationRow {
  readonly channel_id: string;
  readonly conversation_id: string;
}

/**
 * A conversation whose newest message is new moves on by the maximum in the statement that stores its messages. Every
 * other (something arrived late, came again, or lacks a field that an older message has) is locked and computed anew.
 */
const writeMessages = async (
  tx: SqlClient,
  messages: readonly MessageFact[],
  { sql, parameters }: MessageStatement,
): Promise<void> => {
  const stale = await tx.$queryRawUnsafe<ConversationRow[]>(
    sql,
    ...messagesTable.parametersOf(messages),
    ...parameters,
  );
  if (stale.length === 0) return;
  const channelIds = stale.map((row) => row.channel_id);
  const conversationIds = stale.map((row) => row.conversation_id);
  // A statement of its own: only one that starts when the locks are held sees what their former holders stored.
  await tx.$executeRawUnsafe(LOCK_SQL, channelIds, conversationIds);
  await tx.$executeRawUnsafe(RECOMPUTE_SQL, channelIds, conversationIds);
};

/** Answers the conversations whose row may not follow from the facts yet; each has a row. */
const writeMessagesSql = (alongside: string): string => `
WITH written AS (
  ${messagesTable.insertSql}
  RETURNING channel_id, conversation_id, sent_at, message_id, customer_id, customer_username, is_follower
),${alongside} newest AS (
  SELECT DISTINCT ON (conversation_id, channel_id) * FROM written
   ORDER BY conversation_id, channel_id, sent_at DESC, message_id DESC
), moved AS (
  INSERT INTO conversations AS old
         (channel_id, conversation_id, last_sent_at, last_message_id, customer_id, customer_username, is_follower)
  SELECT * FROM newest ORDER BY conversation_id, channel_id
  ON CONFLICT (conversation_id, channel_id) DO UPDATE
     SET last_sent_at = excluded.last_sent_at,
         last_message_id = excluded.last_message_id,
         customer_id = excluded.customer_id,
         customer_username = excluded.customer_username,
         is_follower = excluded.is_follower
   WHERE (excluded.last_sent_at, excluded.last_message_id) > (old.last_sent_at, old.last_message_id)
  RETURNING channel_id, conversation_id, customer_id, customer_username, is_follower
)
SELECT channel_id, conversation_id FROM newest
EXCEPT
SELECT channel_id, conversation_id FROM moved
 WHERE customer_id IS NOT NULL AND customer_username IS NOT NULL AND is_follower IS NOT NULL`;

const BEHIND_THE_COLUMNS = `$${messagesTable.parametersOf([]).length + 1}`;

export const WRITE_MESSAGES_SQL = writeMessagesSql(` logged AS (${logMessagesSql('written', BEHIND_THE_COLUMNS)}
),`);
export const WRITE_MESSAGES_UNTOLD_SQL = writeMessagesSql('');

const STALE = 'unnest($1::text[], $2::text[]) AS stale (channel_id, conversation_id)';

const LOCK_SQL = `
SELECT FROM conversations JOIN ${STALE} USING (conversation_id, channel_id)
 ORDER BY conversation_id, channel_id
   FOR UPDATE OF conversations`;

const newest = (column: string): string => `
  (SELECT ${column} FROM messages m
    WHERE m.channel_id = c.channel_id AND m.conversation_id = c.conversation_id AND ${column} IS NOT NULL
    ORDER BY m.sent_at DESC, m.message_id DESC LIMIT 1)`;

const RECOMPUTE_SQL = `
UPDATE conversations c
   SET last_sent_at = last.sent_at,
       last_message_id = last.message_id,
       customer_id = ${newest('customer_id')},
       customer_username = ${newest('customer_username')},
       is_follower = ${newest('is_follower')}
  FROM ${STALE}
       CROSS JOIN LATERAL (
         SELECT sent_at, message_id FROM messages m
          WHERE m.channel_id = stale.channel_id AND m.conversation_id = stale.conversation_id
          ORDER BY m.sent_at DESC, m.message_id DESC LIMIT 1) AS last
 WHERE c.channel_id = stale.channel_id AND c.conversation_id = stale.conversation_id`;
