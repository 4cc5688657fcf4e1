import { onDatabase, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { FindStoredLineage, MessageTrace, ReplyTrace } from '../../application/find-lineage.ts';
import { messageStatus, replyStatus } from '../../domain/reply.ts';
import { numberOrNull, REPLY_COLUMNS, type ReplyRow, replyTimes } from './message-rows.ts';

interface LineageRow extends Omit<ReplyRow, 'reply_id'> {
  readonly channel_id: string;
  readonly conversation_id: string;
  readonly reply_id: string | null;
  readonly message_id: string | null;
  readonly direction: string | null;
  readonly kind: string | null;
  readonly source: string | null;
  readonly message_sent_at: bigint | null;
  readonly received_at: bigint | null;
  readonly log_id: string | null;
  readonly read_up_to: bigint | null;
  readonly attempts: number | null;
  readonly retry_of: string | null;
  readonly requested_at: bigint | null;
}

/** An operator sees every account's. Without the conversation a message is looked for through all of them: no index begins with its id. */
export const createFindStoredLineage =
  (client: SqlClient): FindStoredLineage =>
  async (id, conversationId) => {
    const [row] = await onDatabase(() => client.$queryRawUnsafe<LineageRow[]>(LINEAGE_SQL, id, conversationId));
    if (row === undefined) return null;
    return {
      channelId: row.channel_id,
      conversationId: row.conversation_id,
      message: messageTrace(row),
      reply: replyTrace(row),
      status: statusOf(row),
    };
  };

/** By its message's id, else as a reply, else as one that was asked for here and of which no topic has said anything yet. */
const LINEAGE_SQL = `
WITH message AS (
  SELECT * FROM messages WHERE message_id = $1 AND ($2::text IS NULL OR conversation_id = $2) LIMIT 1
), reply AS (
  SELECT replies.* FROM replies LEFT JOIN message ON replies.channel_id = message.channel_id
     AND replies.conversation_id = message.conversation_id AND replies.message_id = message.message_id
   WHERE message.message_id IS NOT NULL OR (replies.reply_id = $1 AND NOT EXISTS (SELECT FROM message))
   ORDER BY replies.reply_id LIMIT 1
), echo AS (
  SELECT * FROM message
   UNION ALL
  SELECT messages.* FROM messages JOIN reply USING (channel_id, conversation_id, message_id) WHERE NOT EXISTS (SELECT FROM message)
), asked AS (
  SELECT reply_id, channel_id, conversation_id, requested_at, retry_of FROM reply_requests
   WHERE reply_id = coalesce((SELECT reply_id FROM reply), $1)
)
SELECT coalesce(m.channel_id, r.channel_id, asked.channel_id) AS channel_id,
       coalesce(m.conversation_id, r.conversation_id, asked.conversation_id) AS conversation_id,
       m.message_id, m.direction, m.kind, m.source, m.sent_at AS message_sent_at, m.received_at, m.log_id, mark.read_up_to,
       ${REPLY_COLUMNS.replace('r.reply_id', 'coalesce(r.reply_id, asked.reply_id) AS reply_id')},
       r.attempts, coalesce(r.retry_of, asked.retry_of) AS retry_of, asked.requested_at
  FROM (SELECT) AS one
  LEFT JOIN echo m ON true
  LEFT JOIN reply r ON true
  LEFT JOIN asked ON true
  LEFT JOIN read_marks mark ON mark.channel_id = m.channel_id AND mark.conversation_id = m.conversation_id
 WHERE m.message_id IS NOT NULL OR r.reply_id IS NOT NULL OR asked.reply_id IS NOT NULL`;

const messageTrace = (row: LineageRow): MessageTrace | null =>
  row.message_id === null
    ? null
    : {
        messageId: row.message_id,
        direction: row.direction ?? 'unknown',
        kind: row.kind,
        source: row.source,
        sentAt: Number(row.message_sent_at),
        receivedAt: Number(row.received_at),
        logId: row.log_id,
      };

const replyTrace = (row: LineageRow): ReplyTrace | null =>
  row.reply_id === null
    ? null
    : {
        replyId: row.reply_id,
        requestedAt: numberOrNull(row.requested_at),
        retryOf: row.retry_of,
        attempts: row.attempts ?? 0,
        times: { ...replyTimes(row), settledAt: numberOrNull(row.settled_at) },
        failure:
          row.failure_code === null
            ? null
            : {
                code: row.failure_code,
                tiktokCode: numberOrNull(row.failure_tiktok_code),
                tiktokRequestId: row.failure_tiktok_request_id,
              },
      };

const statusOf = (row: LineageRow) => {
  const echo =
    row.message_sent_at === null
      ? null
      : { sentAt: Number(row.message_sent_at), readUpTo: numberOrNull(row.read_up_to) };
  if (row.reply_id !== null) return replyStatus(replyTimes(row), echo);
  return echo === null || row.direction === 'incoming' ? null : messageStatus(echo);
};
