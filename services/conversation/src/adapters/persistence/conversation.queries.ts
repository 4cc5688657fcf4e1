import { onDatabase, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { ConversationQueries } from '../../application/ports.ts';
import type {
  ConversationView,
  EuropeanNoticeView,
  MessageOrder,
  MessageView,
  Page,
  ReferralView,
  ReplyView,
} from '../../application/views.ts';
import { compareText } from '../../domain/canonical.ts';
import { replyStatus } from '../../domain/reply.ts';
import {
  delayView,
  failureView,
  MESSAGE_COLUMNS,
  MESSAGE_JOINS,
  type MessageRow,
  messageView,
  numberOrNull,
  REPLY_COLUMNS,
  type ReplyRow,
  replyTimes,
} from './message-rows.ts';
import { listPendingReplies } from './pending-replies.ts';

export const createConversationQueries = (client: SqlClient): ConversationQueries => {
  const select = <Row>(sql: string, ...values: readonly unknown[]) =>
    onDatabase(() => client.$queryRawUnsafe<Row[]>(sql, ...values));
  return {
    listConversations: async ({ accountId, channelId, after, limit }) => {
      const rows = await select<ConversationRow>(
        LIST_SQL,
        accountId,
        channelId,
        after?.lastSentAt ?? null,
        after?.conversationId ?? null,
        after?.channelId ?? null,
        limit + 1,
      );
      return pageOf(rows.map(conversationView), limit, (last) => ({
        lastSentAt: last.updatedAt,
        conversationId: last.conversationId,
        channelId: last.channelId,
      }));
    },

    getConversation: async (accountId, conversationId) => {
      const [row] = await select<ConversationRow>(GET_SQL, accountId, conversationId);
      return row === undefined ? null : conversationView(row);
    },

    findConversation: async (accountId, conversationId) => {
      const [row] = await select<VisibleRow>(FIND_SQL, accountId, conversationId);
      return row === undefined
        ? null
        : { channelId: row.channel_id, conversationId, visibleFrom: Number(row.visible_from) };
    },

    listMessages: async (query) => {
      const { conversation, after, order, limit } = query;
      // Replies first: one whose message is stored between the two reads is then in both, and not in neither.
      const pending = await onDatabase(() => listPendingReplies(client, { ...query, limit: limit + 1 }));
      const rows = await select<MessageRow>(
        MESSAGES_SQL[order],
        conversation.channelId,
        conversation.conversationId,
        conversation.visibleFrom,
        after?.sentAt ?? null,
        after?.id ?? null,
        limit + 1,
      );
      const arrived = new Set(rows.map(({ reply_id: replyId }) => replyId));
      const waiting = pending.filter(({ replyId }) => !arrived.has(replyId));
      const views = [...rows.map(messageView), ...waiting].sort(COMPARISONS[order]);
      return pageOf(views, limit, (last) => ({ sentAt: last.sentAt, id: idOf(last) }));
    },

    listEuropeanNotices: async ({ accountId, channelId, after, limit }) => {
      const rows = await select<NoticeRow>(
        NOTICES_SQL,
        accountId,
        channelId,
        after?.sentAt ?? null,
        after?.channelId ?? null,
        limit + 1,
      );
      return pageOf(rows.map(noticeView), limit, (last) => last);
    },

    getReply: async (accountId, replyId) => {
      const [row] = await select<FullReplyRow>(REPLY_SQL, accountId, replyId);
      return row === undefined ? null : replyView(row);
    },
  };
};

const pageOf = <View, Cursor>(
  views: readonly View[],
  limit: number,
  cursorOf: (last: View) => Cursor,
): Page<View, Cursor> => {
  const items = views.slice(0, limit);
  const last = items.at(-1);
  return { items, next: last === undefined || views.length <= limit ? null : cursorOf(last) };
};

const idOf = (view: MessageView): string => view.messageId ?? view.replyId ?? '';

const ascending = (a: MessageView, b: MessageView): number => a.sentAt - b.sentAt || compareText(idOf(a), idOf(b));

const COMPARISONS: Readonly<Record<MessageOrder, (a: MessageView, b: MessageView) => number>> = {
  asc: ascending,
  desc: (a, b) => ascending(b, a),
};

interface VisibleRow {
  readonly channel_id: string;
  readonly visible_from: bigint;
}

interface ConversationRow extends MessageRow {
  readonly customer_id: string | null;
  readonly customer_username: string | null;
  readonly customer_follows: boolean | null;
  readonly referrals: readonly StoredReferral[] | null;
}

interface StoredReferral extends Omit<ReferralView, 'reference'> {
  readonly reference: string;
}

/** Channels that show something to the account $1. */
const VISIBLE_CHANNELS = `(
  SELECT channel_id, coalesce(visible_from, 0) AS visible_from FROM channels
   WHERE account_id = $1 AND status <> 'disconnected') AS channel`;

const CONVERSATION_COLUMNS = `c.customer_id, c.customer_username, c.is_follower AS customer_follows, referred.referrals, ${MESSAGE_COLUMNS}`;

/** Of a conversation, the newest. */
const SHOWN_REFERRALS = 5;

/** `visible` names what has the column `visible_from`. */
const lastMessage = (visible: 'c' | 'channel'): string => `
  JOIN messages m ON m.channel_id = c.channel_id AND m.conversation_id = c.conversation_id AND m.message_id = c.last_message_id
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(shown ORDER BY shown.at DESC) AS referrals
      FROM (SELECT source, reference, ad_name AS "adName", embed_url AS "embedUrl",
                   prefilled_message AS "prefilledMessage", occurred_at AS at
              FROM referrals
             WHERE channel_id = c.channel_id AND conversation_id = c.conversation_id
               AND occurred_at >= ${visible}.visible_from
             ORDER BY occurred_at DESC LIMIT ${SHOWN_REFERRALS}) AS shown) AS referred ON true`;

/** The newest of each channel by its index, then the newest of those. */
const LIST_SQL = `
SELECT ${CONVERSATION_COLUMNS}
  FROM (
    SELECT newest.*, channel.visible_from FROM ${VISIBLE_CHANNELS}
     CROSS JOIN LATERAL (
       SELECT * FROM conversations
        WHERE channel_id = channel.channel_id AND last_sent_at >= channel.visible_from
          AND ($3::bigint IS NULL OR (last_sent_at, conversation_id, channel_id) < ($3::bigint, $4::text, $5::text))
        ORDER BY last_sent_at DESC, conversation_id DESC LIMIT $6::int) AS newest
     WHERE $2::text IS NULL OR channel.channel_id = $2::text
     ORDER BY last_sent_at DESC, conversation_id DESC, channel_id DESC LIMIT $6::int) AS c
  ${lastMessage('c')} ${MESSAGE_JOINS}
 ORDER BY c.last_sent_at DESC, c.conversation_id DESC, c.channel_id DESC`;

const GET_SQL = `
SELECT ${CONVERSATION_COLUMNS}
  FROM ${VISIBLE_CHANNELS} JOIN conversations c USING (channel_id)
  ${lastMessage('channel')} ${MESSAGE_JOINS}
 WHERE c.conversation_id = $2 AND c.last_sent_at >= channel.visible_from
 ORDER BY c.channel_id LIMIT 1`;

const FIND_SQL = `
SELECT channel_id, channel.visible_from FROM ${VISIBLE_CHANNELS} JOIN conversations c USING (channel_id)
 WHERE c.conversation_id = $2 AND c.last_sent_at >= channel.visible_from
 ORDER BY channel_id LIMIT 1`;

const messagesSql = (comparison: '<' | '>', direction: 'ASC' | 'DESC'): string => `
SELECT ${MESSAGE_COLUMNS} FROM messages m ${MESSAGE_JOINS}
 WHERE m.channel_id = $1 AND m.conversation_id = $2 AND m.sent_at >= $3::bigint
   AND ($4::bigint IS NULL OR (m.sent_at, m.message_id) ${comparison} ($4::bigint, $5::text))
 ORDER BY m.sent_at ${direction}, m.message_id ${direction}
 LIMIT $6::int`;

const MESSAGES_SQL: Readonly<Record<MessageOrder, string>> = {
  asc: messagesSql('>', 'ASC'),
  desc: messagesSql('<', 'DESC'),
};

const conversationView = (row: ConversationRow): ConversationView => ({
  conversationId: row.conversation_id,
  channelId: row.channel_id,
  customer: { userId: row.customer_id, username: row.customer_username, isFollower: row.customer_follows },
  lastMessage: messageView(row),
  referrals: (row.referrals ?? []).map((referral) => ({ ...referral, reference: referral.reference || null })),
  updatedAt: Number(row.sent_at),
});

interface NoticeRow {
  readonly channel_id: string;
  readonly sent_at: bigint;
}

const NOTICES_SQL = `
SELECT channel_id, sent_at FROM ${VISIBLE_CHANNELS} JOIN european_notices USING (channel_id)
 WHERE sent_at >= channel.visible_from AND ($2::text IS NULL OR channel_id = $2::text)
   AND ($3::bigint IS NULL OR (sent_at, channel_id) < ($3::bigint, $4::text))
 ORDER BY sent_at DESC, channel_id DESC LIMIT $5::int`;

const noticeView = (row: NoticeRow): EuropeanNoticeView => ({ channelId: row.channel_id, sentAt: Number(row.sent_at) });

interface FullReplyRow extends ReplyRow {
  readonly conversation_id: string;
  readonly message_id: string | null;
  readonly retry_of: string | null;
  readonly attempts: number;
  readonly message_sent_at: bigint | null;
  readonly read_up_to: bigint | null;
}

/** What topics say of the reply, or that it was asked for here and nothing was said yet. */
const REPLY_SQL = `
SELECT ${REPLY_COLUMNS}, r.conversation_id, r.message_id, r.retry_of, r.attempts, m.sent_at AS message_sent_at, mark.read_up_to
  FROM ${VISIBLE_CHANNELS} JOIN replies r USING (channel_id)
  LEFT JOIN messages m ON m.channel_id = r.channel_id AND m.conversation_id = r.conversation_id AND m.message_id = r.message_id
  LEFT JOIN read_marks mark ON mark.channel_id = r.channel_id AND mark.conversation_id = r.conversation_id
 WHERE r.reply_id = $2
UNION ALL
SELECT reply_id, requested_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       conversation_id, NULL, NULL, 0, NULL, NULL
  FROM reply_requests request
 WHERE account_id = $1 AND reply_id = $2
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
    failure: failureView(row, status),
    retryOf: row.retry_of,
  };
};
