import type { ReplyWindowFacts } from '@tiktok-channel/platform/reply-rules';
import type { ConversationView, MessageView, ReferralView } from '../../application/views.ts';
import { MESSAGE_COLUMNS, MESSAGE_JOINS, type MessageRow, messageView, numberOrNull } from './message-rows.ts';

export interface ConversationRow extends MessageRow, WindowRow {
  readonly customer_id: string | null;
  readonly customer_username: string | null;
  readonly display_name: string | null;
  readonly avatar_id: string | null;
  readonly referrals: readonly StoredReferral[] | null;
  readonly unread: bigint;
  /** Its place in the list: when its newest message, or its newest match, was sent. */
  readonly listed_at: bigint;
}

/** Facts of the reply window, as `WINDOW_JOINS` gives them. */
export interface WindowRow {
  readonly customer_follows: boolean | null;
  readonly window_messages: bigint;
  readonly window_last_at: bigint | null;
  readonly window_answers: bigint;
  readonly window_late_answers: bigint;
  readonly window_is_whole: boolean | null;
  readonly window_is_closed: boolean;
}

interface StoredReferral extends Omit<ReferralView, 'reference'> {
  readonly reference: string;
}

/** Channels that show something to the account $1. */
export const VISIBLE_CHANNELS = `(
  SELECT channel_id, coalesce(visible_from, 0) AS visible_from FROM channels
   WHERE account_id = $1 AND status <> 'disconnected') AS channel`;

/** Of a conversation, the newest. */
const SHOWN_REFERRALS = 5;
/** Nobody counts further. */
const MOST_UNREAD = 100;

const COLUMNS = `c.customer_id, c.customer_username, coalesce(c.is_follower, person.is_follower) AS customer_follows,
  person.display_name, avatar.media_id::text AS avatar_id, referred.referrals, counted.unread, c.listed_at,
  rule.messages AS window_messages, rule.last_at AS window_last_at, answer.total AS window_answers,
  answer.late AS window_late_answers, person.is_whole AS window_is_whole, closed.is_closed AS window_is_closed,
  ${MESSAGE_COLUMNS}`;

/**
 * What is shown of conversations `c`, which have `visible_from` and `listed_at`. $2 is the person whose unread messages are
 * counted, $3 how long a message of the customer opens the reply window.
 */
const JOINS = `
  JOIN messages m ON m.channel_id = c.channel_id AND m.conversation_id = c.conversation_id AND m.message_id = c.last_message_id
  LEFT JOIN participants person ON person.channel_id = c.channel_id AND person.conversation_id = c.conversation_id
  LEFT JOIN media avatar ON avatar.media_id = person.avatar_media_id AND avatar.state = 'stored'
  LEFT JOIN agent_read_marks seen ON seen.conversation_id = c.conversation_id AND seen.channel_id = c.channel_id
        AND seen.user_id = $2 AND seen.account_id = $1
  CROSS JOIN LATERAL (
    SELECT count(*) AS unread
      FROM (SELECT FROM messages u
             WHERE u.channel_id = c.channel_id AND u.conversation_id = c.conversation_id AND u.direction = 'incoming'
               AND u.sent_at > greatest(coalesce(seen.read_up_to, 0), c.visible_from - 1)
             LIMIT ${MOST_UNREAD}) AS unread) AS counted
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(shown ORDER BY shown.at DESC) AS referrals
      FROM (SELECT source, reference, ad_name AS "adName", embed_url AS "embedUrl",
                   prefilled_message AS "prefilledMessage", occurred_at AS at
              FROM referrals
             WHERE channel_id = c.channel_id AND conversation_id = c.conversation_id AND occurred_at >= c.visible_from
             ORDER BY occurred_at DESC LIMIT ${SHOWN_REFERRALS}) AS shown) AS referred ON true`;

/**
 * Facts of the reply window. Of the customer's messages two are enough to know that one is not the first. Answers are what
 * TikTok showed since, but for automatic messages, and replies that TikTok took or may have taken and does not show yet.
 */
export const WINDOW_JOINS = `
  CROSS JOIN LATERAL (
    SELECT (SELECT count(*) FROM (
              SELECT FROM messages f
               WHERE f.channel_id = c.channel_id AND f.conversation_id = c.conversation_id AND f.direction = 'incoming'
               LIMIT 2) AS two) AS messages,
           (SELECT sent_at FROM messages f
             WHERE f.channel_id = c.channel_id AND f.conversation_id = c.conversation_id AND f.direction = 'incoming'
             ORDER BY sent_at DESC, message_id DESC LIMIT 1) AS last_at) AS rule
  CROSS JOIN LATERAL (
    SELECT count(*) AS total, count(*) FILTER (WHERE at >= rule.last_at + $3::bigint) AS late
      FROM (SELECT f.sent_at AS at FROM messages f
             WHERE f.channel_id = c.channel_id AND f.conversation_id = c.conversation_id AND f.direction = 'outgoing'
               AND f.sent_at > coalesce(rule.last_at, -1) AND f.automatic_type IS NULL
            UNION ALL
            SELECT coalesce(f.sent_at, f.unknown_at) FROM replies f
             WHERE f.channel_id = c.channel_id AND f.conversation_id = c.conversation_id AND f.action IS NULL
               AND coalesce(f.sent_at, f.unknown_at) > coalesce(rule.last_at, -1)
               AND (f.sent_at IS NOT NULL OR (f.failed_at IS NULL AND f.cancelled_at IS NULL))
               AND NOT EXISTS (SELECT FROM messages e
                                WHERE e.channel_id = f.channel_id AND e.conversation_id = f.conversation_id
                                  AND e.message_id = f.message_id)) AS answers) AS answer
  CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM replies f
                    WHERE f.channel_id = c.channel_id AND f.conversation_id = c.conversation_id
                      AND f.failure_code = 'reply_window_closed' AND f.failure_tiktok_code IS NOT NULL
                      AND f.failed_at >= rule.last_at) AS is_closed) AS closed`;

/** The newest of each channel by its index, then the newest of those. */
export const LIST_SQL = `
SELECT ${COLUMNS}
  FROM (
    SELECT newest.*, channel.visible_from FROM ${VISIBLE_CHANNELS}
     CROSS JOIN LATERAL (
       SELECT *, last_sent_at AS listed_at FROM conversations
        WHERE channel_id = channel.channel_id AND last_sent_at >= channel.visible_from
          AND ($5::bigint IS NULL OR (last_sent_at, conversation_id, channel_id) < ($5::bigint, $6::text, $7::text))
        ORDER BY last_sent_at DESC, conversation_id DESC LIMIT $8::int) AS newest
     WHERE $4::text IS NULL OR channel.channel_id = $4::text
     ORDER BY newest.listed_at DESC, newest.conversation_id DESC, newest.channel_id DESC LIMIT $8::int) AS c
  ${JOINS} ${WINDOW_JOINS} ${MESSAGE_JOINS}
 ORDER BY c.listed_at DESC, c.conversation_id DESC, c.channel_id DESC`;

/** The conversations $4 and $5 at the places $6; all of them may be seen. */
export const KEYS_SQL = `
SELECT ${COLUMNS}
  FROM (SELECT conversations.*, listed_at, channel.visible_from
          FROM unnest($4::text[], $5::text[], $6::bigint[]) AS found (channel_id, conversation_id, listed_at)
          JOIN conversations USING (channel_id, conversation_id) JOIN ${VISIBLE_CHANNELS} USING (channel_id)) AS c
  ${JOINS} ${WINDOW_JOINS} ${MESSAGE_JOINS}
 ORDER BY c.listed_at DESC, c.conversation_id DESC, c.channel_id DESC`;

export const GET_SQL = `
SELECT ${COLUMNS}
  FROM (SELECT conversations.*, last_sent_at AS listed_at, channel.visible_from
          FROM ${VISIBLE_CHANNELS} JOIN conversations USING (channel_id)
         WHERE conversation_id = $4 AND last_sent_at >= channel.visible_from
         ORDER BY channel_id LIMIT 1) AS c
  ${JOINS} ${WINDOW_JOINS} ${MESSAGE_JOINS}`;

/** `reply`: the last one, if nothing came after it. */
export const conversationView = (row: ConversationRow, reply: MessageView | undefined): ConversationView => ({
  conversationId: row.conversation_id,
  channelId: row.channel_id,
  customer: {
    userId: row.customer_id,
    username: row.customer_username,
    displayName: row.display_name,
    avatarMediaId: row.avatar_id,
    isFollower: row.customer_follows,
  },
  lastMessage: reply ?? messageView(row),
  referrals: (row.referrals ?? []).map((referral) => ({ ...referral, reference: referral.reference || null })),
  unreadCount: Number(row.unread),
  windowFacts: windowFactsOf(row),
  updatedAt: Number(row.sent_at),
});

export const windowFactsOf = (row: WindowRow): ReplyWindowFacts => ({
  customerMessages: Number(row.window_messages),
  lastCustomerMessageMs: numberOrNull(row.window_last_at),
  answers: Number(row.window_answers),
  lateAnswers: Number(row.window_late_answers),
  isFirstMessageKnown: row.window_is_whole ?? false,
  isFollower: row.customer_follows,
  isClosedByTikTok: row.window_is_closed,
});
