import type {
  DelayView,
  FailureView,
  MediaView,
  MessageView,
  ReactionView,
  ReplyView,
  TemplateView,
} from '../../application/views.ts';
import { MEDIA_FAILURES, type MediaFailure, type MediaState } from '../../domain/media.ts';
import type { ContentKind, Direction } from '../../domain/message.ts';
import { type EchoedMessage, messageStatus, type ReplyTimes, replyStatus } from '../../domain/reply.ts';

/** Columns of a reply, of `replies r`. Prisma gives BIGINT as `bigint`. */
export interface ReplyRow {
  readonly reply_id: string;
  readonly queued_at: bigint | null;
  readonly delayed_at: bigint | null;
  readonly unknown_at: bigint | null;
  readonly settled_at: bigint | null;
  readonly failed_at: bigint | null;
  readonly cancelled_at: bigint | null;
  readonly reply_sent_at: bigint | null;
  readonly delivered_at: bigint | null;
  readonly read_at: bigint | null;
  readonly delay_reason: string | null;
  readonly delayed_until: bigint | null;
  readonly failure_code: string | null;
  readonly failure_retryable: boolean | null;
  readonly failure_message: string | null;
  readonly failure_advice: string | null;
  readonly failure_next_allowed_at: bigint | null;
  readonly failure_tiktok_code: bigint | null;
  readonly failure_tiktok_request_id: string | null;
}

export const REPLY_COLUMNS = `r.reply_id, r.queued_at, r.delayed_at, r.unknown_at, r.settled_at, r.failed_at, r.cancelled_at,
  r.sent_at AS reply_sent_at, r.delivered_at, r.read_at, r.delay_reason, r.delayed_until, r.failure_code, r.failure_retryable, r.failure_message, r.failure_advice,
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
  readonly picture_url: string | null;
  readonly template: string | null;
  readonly quoted_message_id: string | null;
  readonly source: string | null;
  readonly is_imported: boolean;
  readonly automatic_type: string | null;
  readonly tap_message_id: string | null;
  readonly tap_button_id: string | null;
  /** JSON; null when there is none. */
  readonly reactions: readonly StoredReaction[] | null;
  readonly media_id: string | null;
  readonly media_state: string | null;
  readonly media_failure: string | null;
  readonly read_up_to: bigint | null;
}

interface StoredReaction {
  readonly personId: string;
  readonly reaction: string;
  readonly isPicture: boolean;
  readonly at: number;
}

/**
 * A message with its reactions, the reply that became it, the read mark of its conversation and the state of its media. The time is the first of
 * the merged fields, and every record has it: while an import's stands, no webhook has brought the message.
 */
export const MESSAGE_COLUMNS = `m.channel_id, m.conversation_id, m.message_id, m.sent_at, m.direction, m.kind, m.tiktok_type,
  m.body, m.video_id, m.embed_url, m.picture_url, m.template, m.quoted_message_id, m.source,
  m.from_history & 1 = 1 AS is_imported, m.automatic_type,
  m.tap_message_id, m.tap_button_id, reacted.reactions,
  media.media_id, media.state AS media_state, media.failure AS media_failure, mark.read_up_to, ${REPLY_COLUMNS}`;

/** TikTok signs the address of a picture anew each time: what it is of stands before the query. */
const REACTION = "CASE WHEN is_picture THEN split_part(reaction, '?', 1) ELSE reaction END";

export const MESSAGE_JOINS = `
  LEFT JOIN LATERAL (
    SELECT * FROM replies
     WHERE channel_id = m.channel_id AND conversation_id = m.conversation_id AND message_id = m.message_id
     ORDER BY reply_id LIMIT 1) AS r ON m.direction = 'outgoing'
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('personId', person_id, 'reaction', reaction, 'isPicture', is_picture, 'at', changed_at)
                     ORDER BY changed_at, person_id, reaction) AS reactions
      FROM (
        SELECT DISTINCT ON (person_id, is_picture, ${REACTION}) person_id, reaction, is_picture, changed_at, is_removed
          FROM reactions
         WHERE channel_id = m.channel_id AND conversation_id = m.conversation_id AND message_id = m.message_id
         ORDER BY person_id, is_picture, ${REACTION}, changed_at DESC, is_removed DESC, reaction) AS newest
     WHERE NOT is_removed) AS reacted ON true
  LEFT JOIN read_marks mark ON mark.channel_id = m.channel_id AND mark.conversation_id = m.conversation_id
  LEFT JOIN media ON media.channel_id = m.channel_id AND media.conversation_id = m.conversation_id
        AND media.message_id = m.message_id AND media.tiktok_media_id = m.tiktok_media_id`;

export const messageView = (row: MessageRow): MessageView => ({
  messageId: row.message_id,
  replyId: row.reply_id,
  conversationId: row.conversation_id,
  direction: row.direction as Direction,
  source: row.source,
  origin: row.is_imported ? 'history' : 'webhook',
  automaticType: row.automatic_type,
  content: {
    kind: row.kind as ContentKind | null,
    tiktokType: row.tiktok_type,
    text: row.body,
    media: row.media_id === null ? null : mediaView(row.media_id, row),
    videoId: row.video_id,
    embedUrl: row.embed_url,
    pictureUrl: row.picture_url,
    template: row.template === null ? null : (JSON.parse(row.template) as TemplateView),
  },
  quotedMessageId: row.quoted_message_id,
  buttonTap: row.tap_message_id === null ? null : { messageId: row.tap_message_id, buttonId: row.tap_button_id },
  reactions: (row.reactions ?? []).map((reaction) => reactionView(reaction, row.channel_id)),
  sentAt: Number(row.sent_at),
  status: row.direction === 'incoming' ? null : outgoingStatus(row),
  // TikTok shows it, so whatever was said of a delay, a doubt or a failure before is overtaken.
  delay: null,
  isSettled: null,
  failure: null,
});

const reactionView = ({ personId, reaction, isPicture, at }: StoredReaction, channelId: string): ReactionView => ({
  emoji: isPicture ? null : reaction,
  emojiUrl: isPicture ? reaction || null : null,
  by: personId === channelId ? 'business' : 'customer',
  at,
});

const mediaView = (mediaId: string, { media_state: state, media_failure: failure }: MessageRow): MediaView => ({
  mediaId,
  state: state as MediaState,
  failure: failure !== null && failure in MEDIA_FAILURES ? (failure as MediaFailure) : null,
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
  cancelledAt: numberOrNull(row.cancelled_at),
  sentAt: numberOrNull(row.reply_sent_at),
  deliveredAt: numberOrNull(row.delivered_at),
  readAt: numberOrNull(row.read_at),
});

export const delayView = (row: Omit<ReplyRow, 'reply_id'>, status: ReplyView['status']): DelayView | null =>
  status === 'delayed' && row.delay_reason !== null
    ? { reason: row.delay_reason, until: numberOrNull(row.delayed_until) }
    : null;

export const isSettledView = (row: Omit<ReplyRow, 'reply_id'>, status: ReplyView['status']): boolean | null =>
  status === 'unknown' ? row.settled_at !== null : null;

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
