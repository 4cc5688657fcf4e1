import type { Clock } from '@tiktok-channel/platform/kernel';
import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { ConversationFact, ConversationKey, Facts, KnownConversation } from '../../application/ports.ts';
import { batched } from './batched.ts';
import type { Database } from './database.ts';
import { findEchoOf } from './echo-match.ts';
import { type PublishReplyEvent, recordWhatWasSeen } from './reply-log.ts';
import { storeSightings } from './sightings.ts';

export interface FactsDependencies {
  readonly database: Database;
  readonly clock: Clock;
  /** How long a message of the customer opens the reply window. */
  readonly windowMs: number;
  readonly publish: PublishReplyEvent;
  /** Wakes the outbox relay. */
  readonly onEnqueued: () => void;
}

export const createFacts = (dependencies: FactsDependencies): Facts => {
  const { database, clock, windowMs, publish, onEnqueued } = dependencies;
  const conversation = batched(async (keys: readonly ConversationKey[]) => {
    const ids = [...new Set(keys.map(({ conversationId }) => conversationId))];
    const rows = await onDatabase(() => database.$queryRawUnsafe<ConversationRow[]>(CONVERSATIONS, ids, windowMs));
    const byId = Map.groupBy(rows, (row) => row.conversation_id);
    return keys.map(({ channelId, conversationId }) => factOf(byId.get(conversationId) ?? [], channelId));
  });
  return {
    conversation,

    isQuotable: async ({ channelId, conversationId }, messageId) => {
      const [row] = await onDatabase(() =>
        database.$queryRawUnsafe<{ readonly is_quotable: boolean }[]>(
          `SELECT is_quotable AND conversation_id = $3 AS is_quotable
             FROM (SELECT channel_id, message_id, conversation_id, is_quotable FROM customer_messages
                   UNION ALL SELECT channel_id, message_id, conversation_id, is_quotable FROM echoes) message
            WHERE channel_id = $1 AND message_id = $2`,
          channelId,
          messageId,
          conversationId,
        ),
      );
      return row?.is_quotable ?? null;
    },

    learn: async ({ channelId, conversationId }, { sightings, newestMessageAtMs, isWhole, isFollower }) => {
      const atMs = clock.now();
      const conversation = { channelId, conversationId, newestMessageAtMs, readUpToMs: null, isFollower };
      const hasEvents = await onDatabase(() =>
        database.$transaction(async (tx) => {
          const conversations = await storeSightings(tx, [{ conversation, received: null, echo: null }, ...sightings]);
          await tx.$executeRawUnsafe(
            `UPDATE conversations SET listed_at = $3::bigint, is_whole = is_whole OR $4::boolean
              WHERE conversation_id = $1 AND channel_id = $2`,
            conversationId,
            channelId,
            atMs,
            isWhole,
          );
          return recordWhatWasSeen(tx, conversations, { publish, atMs });
        }),
      );
      if (hasEvents) onEnqueued();
    },

    learnImageCapability: async ({ channelId, conversationId }, canSendImages) => {
      await onDatabase(() =>
        database.$executeRawUnsafe(
          `UPDATE conversations SET images_asked_at = $3::bigint, can_send_images = $4::boolean
            WHERE conversation_id = $1 AND channel_id = $2`,
          conversationId,
          channelId,
          clock.now(),
          canSendImages,
        ),
      );
    },

    learnClosed: async ({ channelId, conversationId }, newestKnownMs) => {
      await onDatabase(() =>
        database.$executeRawUnsafe(
          `UPDATE conversations SET closed_after = GREATEST(closed_after, $3::bigint)
            WHERE conversation_id = $1 AND channel_id = $2`,
          conversationId,
          channelId,
          newestKnownMs,
        ),
      );
    },

    findEcho: (streamId) => onDatabase(() => findEchoOf(database, streamId)),
  };
};

const LAST_CUSTOMER_MESSAGE = `
  SELECT max(sent_at) FROM customer_messages m
   WHERE m.channel_id = c.channel_id AND m.conversation_id = c.conversation_id`;

/**
 * Of the customer's messages two are enough to know that one is not the first. Answers since then: what TikTok echoed, but for
 * automatic messages, and replies whose echo is not there yet or whose outcome is uncertain.
 */
const CONVERSATIONS = `
  SELECT c.conversation_id, c.channel_id, c.newest_message_at, c.is_whole, c.listed_at, c.is_follower, c.closed_after,
         c.images_asked_at, c.can_send_images, customer.messages, customer.last_at,
         EXISTS (SELECT FROM echoes e WHERE e.channel_id = c.channel_id AND e.conversation_id = c.conversation_id) AS has_echoes,
         answers.total, answers.late
    FROM conversations c
   CROSS JOIN LATERAL (
     SELECT (SELECT count(*)::int FROM (
               SELECT FROM customer_messages m
                WHERE m.channel_id = c.channel_id AND m.conversation_id = c.conversation_id LIMIT 2) two) AS messages,
            (${LAST_CUSTOMER_MESSAGE}) AS last_at) customer
   CROSS JOIN LATERAL (
     SELECT count(*)::int AS total, (count(*) FILTER (WHERE at >= customer.last_at + $2::bigint))::int AS late
       FROM (SELECT e.sent_at AS at FROM echoes e
              WHERE e.channel_id = c.channel_id AND e.conversation_id = c.conversation_id
                AND e.sent_at > COALESCE(customer.last_at, -1) AND NOT e.is_automatic
             UNION ALL
             SELECT r.attempted_at FROM replies r
              WHERE r.channel_id = c.channel_id AND r.conversation_id = c.conversation_id
                AND r.newest_known_at >= COALESCE(customer.last_at, 0) AND r.echo_fingerprint IS NOT NULL
                AND r.status IN ('attempting', 'uncertain', 'unknown', 'sent', 'delivered', 'read')
                AND NOT EXISTS (SELECT FROM echoes e
                                 WHERE e.channel_id = r.channel_id AND e.message_id = r.tiktok_message_id)) answer
   ) answers
   WHERE c.conversation_id = ANY($1::text[])`;

interface ConversationRow {
  readonly conversation_id: string;
  readonly channel_id: string;
  readonly newest_message_at: bigint;
  readonly is_whole: boolean;
  readonly listed_at: bigint | null;
  readonly is_follower: boolean | null;
  readonly closed_after: bigint | null;
  readonly images_asked_at: bigint | null;
  readonly can_send_images: boolean | null;
  readonly messages: number;
  readonly last_at: bigint | null;
  readonly has_echoes: boolean;
  readonly total: number;
  readonly late: number;
}

const factOf = (rows: readonly ConversationRow[], channelId: string): ConversationFact => {
  const own = rows.find((row) => row.channel_id === channelId);
  return own === undefined ? { kind: rows.length > 0 ? 'of_other_channel' : 'unknown' } : knownOf(own);
};

const knownOf = (row: ConversationRow): KnownConversation => ({
  kind: 'known',
  newestMessageAtMs: Number(row.newest_message_at),
  hasEchoes: row.has_echoes,
  listedAtMs: numberOrNull(row.listed_at),
  imageCapability:
    row.can_send_images === null || row.images_asked_at === null
      ? null
      : { canSend: row.can_send_images, askedAtMs: Number(row.images_asked_at) },
  window: {
    customerMessages: row.messages,
    lastCustomerMessageMs: numberOrNull(row.last_at),
    answers: row.total,
    lateAnswers: row.late,
    isFirstMessageKnown: row.is_whole,
    isFollower: row.is_follower,
    isClosedByTikTok: row.closed_after !== null && (row.last_at ?? 0n) <= row.closed_after,
  },
});

const numberOrNull = (value: bigint | null): number | null => (value === null ? null : Number(value));
