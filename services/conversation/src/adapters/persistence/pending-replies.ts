import type { SqlClient } from '@tiktok-channel/platform/postgres';
import type { VisibleConversation } from '../../application/ports.ts';
import type { ContentView, MessageCursor, MessageOrder, MessageView, TemplateView } from '../../application/views.ts';
import { replyStatus } from '../../domain/reply.ts';
import { delayView, failureView, isSettledView, REPLY_COLUMNS, type ReplyRow, replyTimes } from './message-rows.ts';

interface PendingRow extends ReplyRow {
  readonly first_at: bigint;
  readonly text: string | null;
  readonly attachments: string | null;
  readonly quoted_message_id: string | null;
}

/**
 * Replies without a message of TikTok, by their first time and id: those with a status, and those that were asked for
 * here and have none yet.
 */
export const listPendingReplies = async (
  client: SqlClient,
  {
    conversation,
    after,
    order,
    limit,
  }: {
    readonly conversation: VisibleConversation;
    readonly after: MessageCursor | null;
    readonly order: MessageOrder;
    readonly limit: number;
  },
): Promise<readonly MessageView[]> => {
  const { accountId, channelId, conversationId, visibleFrom } = conversation;
  const rows = await client.$queryRawUnsafe<PendingRow[]>(
    PENDING_SQL[order],
    channelId,
    conversationId,
    visibleFrom,
    after?.sentAt ?? null,
    after?.id ?? null,
    limit,
    accountId,
  );
  return rows.map((row) => pendingView(row, conversationId));
};

interface LastRow extends PendingRow {
  readonly channel_id: string;
  readonly conversation_id: string;
}

/** Of conversations the newest reply that no message of theirs has overtaken, cancelled ones aside. */
export const listLastReplies = async (
  client: SqlClient,
  conversations: readonly { readonly channel_id: string; readonly conversation_id: string; readonly sent_at: bigint }[],
): Promise<ReadonlyMap<string, MessageView>> => {
  const rows = await client.$queryRawUnsafe<LastRow[]>(
    LAST_SQL,
    conversations.map((conversation) => conversation.channel_id),
    conversations.map((conversation) => conversation.conversation_id),
    conversations.map((conversation) => conversation.sent_at),
  );
  return new Map(rows.map((row) => [conversationKey(row), pendingView(row, row.conversation_id)]));
};

export const conversationKey = (row: { readonly channel_id: string; readonly conversation_id: string }): string =>
  `${row.channel_id}\0${row.conversation_id}`;

const WITHOUT_MESSAGE = `
  NOT EXISTS (SELECT FROM messages m
               WHERE m.channel_id = r.channel_id AND m.conversation_id = r.conversation_id AND m.message_id = r.message_id)`;

const LAST_SQL = `
SELECT shown.channel_id, shown.conversation_id, last.*
  FROM unnest($1::text[], $2::text[], $3::bigint[]) AS shown (channel_id, conversation_id, sent_at)
 CROSS JOIN LATERAL (
   SELECT r.first_at, r.text, r.attachments, r.quoted_message_id, ${REPLY_COLUMNS} FROM replies r
    WHERE r.channel_id = shown.channel_id AND r.conversation_id = shown.conversation_id AND r.first_at >= shown.sent_at
      AND r.action IS NULL AND (r.cancelled_at IS NULL OR r.sent_at IS NOT NULL) AND ${WITHOUT_MESSAGE}
    ORDER BY r.first_at DESC, r.reply_id DESC LIMIT 1) AS last`;

const pendingSql = (comparison: '<' | '>', direction: 'ASC' | 'DESC'): string => `
SELECT * FROM (
  SELECT r.first_at, r.text, r.attachments, r.quoted_message_id, ${REPLY_COLUMNS} FROM replies r
   WHERE r.channel_id = $1 AND r.conversation_id = $2 AND r.action IS NULL AND ${WITHOUT_MESSAGE}
  UNION ALL
  SELECT requested_at, text, attachments, quoted_message_id,
         reply_id, requested_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM reply_requests request
   WHERE account_id = $7 AND channel_id = $1 AND conversation_id = $2
     AND NOT EXISTS (SELECT FROM replies r WHERE r.reply_id = request.reply_id AND r.channel_id = request.channel_id)
) AS pending
 WHERE first_at >= $3::bigint AND ($4::bigint IS NULL OR (first_at, reply_id) ${comparison} ($4::bigint, $5::text))
 ORDER BY first_at ${direction}, reply_id ${direction}
 LIMIT $6::int`;

const PENDING_SQL: Readonly<Record<MessageOrder, string>> = {
  asc: pendingSql('>', 'ASC'),
  desc: pendingSql('<', 'DESC'),
};

const pendingView = (row: PendingRow, conversationId: string): MessageView => {
  const status = replyStatus(replyTimes(row), null);
  return {
    messageId: null,
    replyId: row.reply_id,
    conversationId,
    direction: 'outgoing',
    source: 'api',
    origin: null,
    automaticType: null,
    content: contentOf(row),
    quotedMessageId: row.quoted_message_id,
    buttonTap: null,
    reactions: [],
    sentAt: Number(row.first_at),
    status,
    delay: delayView(row, status),
    isSettled: isSettledView(row, status),
    failure: failureView(row, status),
  };
};

/** As the command has it. */
interface StoredAttachment {
  readonly kind: string;
  readonly mediaId: string | null;
  readonly itemId?: string | null;
  readonly template?: StoredTemplate | null;
}

interface StoredTemplate {
  readonly type: string;
  readonly title: string | null;
  readonly buttons: readonly { readonly buttonId: string | null; readonly title: string | null }[];
}

/** A reply's text, else its first attachment; what TikTok does not take in one message is refused before it is sent. */
const contentOf = ({ text, attachments }: PendingRow): ContentView => {
  const [first] = attachments === null ? [] : (JSON.parse(attachments) as readonly StoredAttachment[]);
  const nothing = {
    tiktokType: null,
    text: null,
    media: null,
    videoId: null,
    embedUrl: null,
    pictureUrl: null,
    template: null,
  };
  if (text !== null || first === undefined) return { ...nothing, kind: text === null ? null : 'text', text };
  if (first.kind === 'SHARED_POST') return { ...nothing, kind: 'shared_post', videoId: first.itemId ?? null };
  if (first.template) return { ...nothing, kind: 'template', template: templateView(first.template) };
  if (first.kind !== 'IMAGE') return { ...nothing, kind: 'unsupported' };
  return {
    ...nothing,
    kind: 'image',
    media: first.mediaId === null ? null : { mediaId: first.mediaId, state: 'stored', failure: null },
  };
};

const templateView = ({ type, title, buttons }: StoredTemplate): TemplateView => ({
  type,
  cards: [{ title, buttons: buttons.map(({ buttonId, title: label }) => ({ buttonId, label })) }],
});
