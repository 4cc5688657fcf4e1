import type { FailureView, MediaView, MessageView, ReplyView } from '../../application/views.ts';
import type { ContentKind, Direction } from '../../domain/message.ts';
import { type EchoedMessage, messageStatus, type ReplyTimes, replyStatus } from '../../domain/reply.ts';

/** Columns of a reply, of `replies r`. Prisma gives BIGINT as `bigint`. */
export interface ReplyRow {
  readonly reply_id: string;
  readonly queued_at: bigint | null;
  readonly delayed_at: bigint | null;
  readonly unknown_at: bigint | null;
  readonly failed_at: bigint | null;
  readonly reply_sent_at: bigint | null;
  readonly delivered_at: bigint | null;
  readonly read_at: bigint | null;
  readonly failure_code: string | null;
  readonly failure_retryable: boolean | null;
  readonly failure_message: string | null;
  readonly failure_advice: string | null;
  readonly failure_next_allowed_at: bigint | null;
  readonly failure_tiktok_code: bigint | null;
  readonly failure_tiktok_request_id: string | null;
}

export const REPLY_COLUMNS = `r.reply_id, r.queued_at, r.delayed_at, r.unknown_at, r.failed_at, r.sent_at AS reply_sent_at,
  r.delivered_at, r.read_at, r.failure_code, r.failure_retryable, r.failure_message, r.failure_advice,
  r.failure_next_allowed_at, r.failure_tiktok_code, r.failure_tiktok_request_id`;

export interface MessageRow extends Omit<ReplyRow, 'reply_id'> {
  readonly reply_id: string | null;
  readonly channel_id: string;
  readonly conversation_id: string;
  readonly message_id: string;
  readonly sent_at: bigint;
  readonly direction: string;
  readonly kind: string | null;
  readonly tiktok_type: string | null;
  readonly body: string | null;
  readonly video_id: string | null;
  readonly embed_url: string | null;
  readonly quoted_message_id: string | null;
  readonly source: string | null;
  readonly automatic_type: string | null;
  readonly media_id: string | null;
  readonly media_state: string | null;
  readonly read_up_to: bigint | null;
}

/** A message with the reply that became it, the read mark of its conversation and the state of its media. */
export const MESSAGE_COLUMNS = `m.channel_id, m.conversation_id, m.message_id, m.sent_at, m.direction, m.kind, m.tiktok_type,
  m.body, m.video_id, m.embed_url, m.quoted_message_id, m.source, m.automatic_type,
  media.media_id, media.state AS media_state, mark.read_up_to, ${REPLY_COLUMNS}`;

export const MESSAGE_JOINS = `
  LEFT JOIN LATERAL (
    SELECT * FROM replies
     WHERE channel_id = m.channel_id AND conversation_id = m.conversation_id AND message_id = m.message_id
     ORDER BY reply_id LIMIT 1) AS r ON m.direction = 'outgoing'
  LEFT JOIN read_marks mark ON mark.channel_id = m.channel_id AND mark.conversation_id = m.conversation_id
  LEFT JOIN media ON media.channel_id = m.channel_id AND media.conversation_id = m.conversation_id
        AND media.message_id = m.message_id AND media.tiktok_media_id = m.tiktok_media_id`;

export const messageView = (row: MessageRow): MessageView => ({
  messageId: row.message_id,
  replyId: row.reply_id,
  conversationId: row.conversation_id,
  direction: row.direction as Direction,
  source: row.source,
  automaticType: row.automatic_type,
  content: {
    kind: row.kind as ContentKind | null,
    tiktokType: row.tiktok_type,
    text: row.body,
    media: row.media_id === null ? null : mediaView(row.media_id, row.media_state),
    videoId: row.video_id,
    embedUrl: row.embed_url,
  },
  quotedMessageId: row.quoted_message_id,
  sentAt: Number(row.sent_at),
  status: row.direction === 'incoming' ? null : outgoingStatus(row),
  // TikTok shows it, so whatever was said of a failure before is overtaken.
  failure: null,
});

const mediaView = (mediaId: string, state: string | null): MediaView => ({
  mediaId,
  state: state as MediaView['state'],
});

const outgoingStatus = (row: MessageRow): MessageView['status'] => {
  const echo: EchoedMessage = { sentAt: Number(row.sent_at), readUpTo: numberOrNull(row.read_up_to) };
  return row.reply_id === null ? messageStatus(echo) : replyStatus(replyTimes(row), echo);
};

export const replyTimes = (row: Omit<ReplyRow, 'reply_id'>): ReplyTimes => ({
  queuedAt: numberOrNull(row.queued_at),
  delayedAt: numberOrNull(row.delayed_at),
  unknownAt: numberOrNull(row.unknown_at),
  failedAt: numberOrNull(row.failed_at),
  sentAt: numberOrNull(row.reply_sent_at),
  deliveredAt: numberOrNull(row.delivered_at),
  readAt: numberOrNull(row.read_at),
});

/** Only a reply whose status is failed has a failure to show. */
export const failureView = (row: Omit<ReplyRow, 'reply_id'>, status: ReplyView['status']): FailureView | null => {
  if (status !== 'failed' || row.failure_code === null) return null;
  return {
    code: row.failure_code,
    retryable: row.failure_retryable ?? false,
    message: row.failure_message ?? '',
    advice: row.failure_advice,
    nextAllowedAt: numberOrNull(row.failure_next_allowed_at),
    tiktokCode: numberOrNull(row.failure_tiktok_code),
    tiktokRequestId: row.failure_tiktok_request_id,
  };
};

export const numberOrNull = (value: bigint | null): number | null => (value === null ? null : Number(value));
