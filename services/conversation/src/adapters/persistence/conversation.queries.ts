import { onDatabase, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { ConversationQueries } from '../../application/ports.ts';
import type { ConversationCursor, MessageOrder, MessageView, Page } from '../../application/views.ts';
import { compareText } from '../../domain/canonical.ts';
import {
  type ConversationRow,
  conversationView,
  GET_SQL,
  KEYS_SQL,
  LIST_SQL,
  VISIBLE_CHANNELS,
} from './conversation-rows.ts';
import { MESSAGE_COLUMNS, MESSAGE_JOINS, type MessageRow, messageView } from './message-rows.ts';
import { listNotices } from './notices.query.ts';
import { conversationKey, listLastReplies, listPendingReplies } from './pending-replies.ts';
import { findReply } from './reply.query.ts';
import { findMatches } from './search.query.ts';

type ListQuery = Parameters<ConversationQueries['listConversations']>[0];

/** `windowMs`: how long a message of the customer opens the reply window. */
export const createConversationQueries = (client: SqlClient, windowMs: number): ConversationQueries => {
  const select = <Row>(sql: string, ...values: readonly unknown[]) =>
    onDatabase(() => client.$queryRawUnsafe<Row[]>(sql, ...values));
  return {
    listConversations: (query) =>
      onDatabase(async () => {
        const rows = await listRows(client, { ...query, windowMs });
        return { items: await viewsOf(client, rows.items), next: rows.next };
      }),

    getConversation: async ({ accountId, userId }, conversationId) => {
      const [row] = await select<ConversationRow>(GET_SQL, accountId, userId, windowMs, conversationId);
      const [view] = await onDatabase(() => viewsOf(client, row === undefined ? [] : [row]));
      return view ?? null;
    },

    findConversation: async (accountId, conversationId) => {
      const [row] = await select<VisibleRow>(FIND_SQL, accountId, conversationId);
      return row === undefined
        ? null
        : {
            accountId,
            channelId: row.channel_id,
            conversationId,
            visibleFrom: Number(row.visible_from),
            lastSentAt: Number(row.last_sent_at),
          };
    },

    newestIncoming: async ({ channelId, conversationId, visibleFrom }) => {
      const [row] = await select<NewestRow>(NEWEST_INCOMING_SQL, channelId, conversationId, visibleFrom);
      return row === undefined ? null : Number(row.sent_at);
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

    listEuropeanNotices: async (query) => {
      const views = await onDatabase(() => listNotices(client, { ...query, limit: query.limit + 1 }));
      return pageOf(views, query.limit, (last) => last);
    },

    getReply: async (accountId, replyId) => (await findReply(client, accountId, replyId))?.view ?? null,
    findReply: (accountId, replyId) => findReply(client, accountId, replyId),
  };
};

/** As many as `limit`, by their newest message or their newest match. */
const listRows = async (
  client: SqlClient,
  query: ListQuery & { readonly windowMs: number },
): Promise<Page<ConversationRow, ConversationCursor>> => {
  const { accountId, userId, windowMs, channelId, search, after, limit } = query;
  const person = [accountId, userId, windowMs];
  if (search === null) {
    const place = [after?.listedAt ?? null, after?.conversationId ?? null, after?.channelId ?? null];
    const rows = await client.$queryRawUnsafe<ConversationRow[]>(LIST_SQL, ...person, channelId, ...place, limit + 1);
    return pageOf(rows, limit, (last) => ({
      listedAt: Number(last.listed_at),
      conversationId: last.conversation_id,
      channelId: last.channel_id,
    }));
  }
  // A match whose conversation is just going makes a page shorter, and does not end the list.
  const matches = pageOf(await findMatches(client, { ...query, search, limit: limit + 1 }), limit, (last) => last);
  const items = await client.$queryRawUnsafe<ConversationRow[]>(
    KEYS_SQL,
    ...person,
    matches.items.map((place) => place.channelId),
    matches.items.map((place) => place.conversationId),
    matches.items.map((place) => place.listedAt),
  );
  return { items, next: matches.next };
};

const viewsOf = async (client: SqlClient, rows: readonly ConversationRow[]) => {
  const replies = rows.length === 0 ? new Map<string, MessageView>() : await listLastReplies(client, rows);
  return rows.map((row) => conversationView(row, replies.get(conversationKey(row))));
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
  readonly last_sent_at: bigint;
}

interface NewestRow {
  readonly sent_at: bigint;
}

const NEWEST_INCOMING_SQL = `
SELECT sent_at FROM messages
 WHERE channel_id = $1 AND conversation_id = $2 AND direction = 'incoming' AND sent_at >= $3::bigint
 ORDER BY sent_at DESC, message_id DESC LIMIT 1`;

const FIND_SQL = `
SELECT channel_id, channel.visible_from, c.last_sent_at FROM ${VISIBLE_CHANNELS} JOIN conversations c USING (channel_id)
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
