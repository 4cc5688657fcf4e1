import { onDatabase, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { SettledReply } from '../../application/ports.ts';
import type { ReplyView } from '../../application/views.ts';
import { replyStatus } from '../../domain/reply.ts';
import { type AttachmentFields, attachmentOfFields } from '../../domain/reply-command.ts';
import { VISIBLE_CHANNELS } from './conversation-rows.ts';
import {
  delayView,
  failureView,
  isSettledView,
  numberOrNull,
  REPLY_COLUMNS,
  type ReplyRow,
  replyTimes,
} from './message-rows.ts';

interface FullReplyRow extends ReplyRow {
  readonly conversation_id: string;
  readonly message_id: string | null;
  readonly retry_of: string | null;
  readonly attempts: number;
  readonly message_sent_at: bigint | null;
  readonly read_up_to: bigint | null;
  readonly channel_id: string;
  readonly text: string | null;
  readonly attachments: string | null;
  readonly action: string | null;
  readonly quoted_message_id: string | null;
}

/** Null when there is none that the account may see. */
export const findReply = async (
  client: SqlClient,
  accountId: string,
  replyId: string,
): Promise<SettledReply | null> => {
  const [row] = await onDatabase(() => client.$queryRawUnsafe<FullReplyRow[]>(REPLY_SQL, accountId, replyId));
  return row === undefined
    ? null
    : { view: replyView(row), channelId: row.channel_id, isSettled: row.settled_at !== null, content: contentOf(row) };
};

/** What topics say of the reply, or that it was asked for here and nothing was said yet. */
const REPLY_SQL = `
SELECT ${REPLY_COLUMNS}, r.conversation_id, r.message_id, r.retry_of, r.attempts, m.sent_at AS message_sent_at, mark.read_up_to,
       r.channel_id, r.text, r.attachments, r.action, r.quoted_message_id
  FROM ${VISIBLE_CHANNELS} JOIN replies r USING (channel_id)
  LEFT JOIN messages m ON m.channel_id = r.channel_id AND m.conversation_id = r.conversation_id AND m.message_id = r.message_id
  LEFT JOIN read_marks mark ON mark.channel_id = r.channel_id AND mark.conversation_id = r.conversation_id
 WHERE r.reply_id = $2 AND coalesce(m.sent_at, r.first_at) >= channel.visible_from
UNION ALL
SELECT reply_id, requested_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       conversation_id, NULL, request.retry_of, 0, NULL, NULL,
       request.channel_id, request.text, request.attachments, NULL, request.quoted_message_id
  FROM ${VISIBLE_CHANNELS} JOIN reply_requests request USING (channel_id)
 WHERE request.account_id = $1 AND reply_id = $2 AND requested_at >= channel.visible_from
   AND NOT EXISTS (SELECT FROM replies r WHERE r.reply_id = request.reply_id AND r.channel_id = request.channel_id)
LIMIT 1`;

const replyView = (row: FullReplyRow): ReplyView => {
  const echo =
    row.message_sent_at === null
      ? null
      : { sentAt: Number(row.message_sent_at), readUpTo: numberOrNull(row.read_up_to) };
  const status = replyStatus(replyTimes(row), echo);
  return {
    replyId: row.reply_id,
    conversationId: row.conversation_id,
    status,
    attempts: row.attempts,
    messageId: row.message_id,
    delay: delayView(row, status),
    isSettled: isSettledView(row, status),
    failure: failureView(row, status),
    retryOf: row.retry_of,
  };
};

/** A blanked reply has neither text nor attachments. */
const contentOf = ({
  text,
  attachments,
  action,
  quoted_message_id: quotedMessageId,
}: FullReplyRow): SettledReply['content'] => {
  if (action !== null) return null;
  const stored = attachments === null ? [] : (JSON.parse(attachments) as readonly AttachmentFields[]);
  const sendable = stored.map(attachmentOfFields).filter((attachment) => attachment !== null);
  if (sendable.length < stored.length || (text === null && sendable.length === 0)) return null;
  return { text, attachments: sendable, quotedMessageId };
};
