import type { SqlClient } from '@tiktok-channel/platform/postgres';
import type { ConversationSighting, EchoSighting, MessageSighting, Sighting } from '../../application/ports.ts';

/**
 * Stores what was seen of conversations; repeating it changes nothing, and order does not matter. Conversations first and
 * sorted: their rows are the lock that the sending side holds, too. Answers the conversations.
 */
export const storeSightings = async (
  tx: SqlClient,
  sightings: readonly Sighting[],
): Promise<readonly ConversationSighting[]> => {
  const conversations = mergedByConversation(sightings.map(({ conversation }) => conversation));
  const received = sightings.flatMap((each) => each.received ?? []);
  const echoes = sightings.flatMap(({ echo }) => echo ?? []);
  if (conversations.length > 0) await storeConversations(tx, conversations);
  if (received.length > 0) await storeReceived(tx, received);
  if (echoes.length > 0) await storeEchoes(tx, echoes);
  return conversations;
};

const storeConversations = async (tx: SqlClient, conversations: readonly ConversationSighting[]): Promise<void> => {
  await tx.$executeRawUnsafe(
    `INSERT INTO conversations AS c
       (channel_id, conversation_id, newest_message_at, read_up_to, is_follower, follower_at)
     SELECT channel_id, conversation_id, newest_at, read_up_to, is_follower,
            CASE WHEN is_follower IS NOT NULL THEN newest_at END
       FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::boolean[])
            AS seen (channel_id, conversation_id, newest_at, read_up_to, is_follower)
     ON CONFLICT (conversation_id, channel_id)
     DO UPDATE SET newest_message_at = GREATEST(c.newest_message_at, EXCLUDED.newest_message_at),
                   read_up_to = GREATEST(c.read_up_to, EXCLUDED.read_up_to),
                   is_follower = CASE WHEN EXCLUDED.follower_at >= COALESCE(c.follower_at, 0)
                                      THEN EXCLUDED.is_follower ELSE c.is_follower END,
                   follower_at = GREATEST(c.follower_at, EXCLUDED.follower_at)`,
    conversations.map(({ channelId }) => channelId),
    conversations.map(({ conversationId }) => conversationId),
    conversations.map(({ newestMessageAtMs }) => newestMessageAtMs),
    conversations.map(({ readUpToMs }) => readUpToMs),
    conversations.map(({ isFollower }) => isFollower),
  );
};

const storeReceived = async (tx: SqlClient, messages: readonly MessageSighting[]): Promise<void> => {
  await tx.$executeRawUnsafe(
    `INSERT INTO customer_messages (channel_id, message_id, conversation_id, sent_at, is_quotable)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[])
     ON CONFLICT DO NOTHING`,
    ...columnsOf(messages),
  );
};

const storeEchoes = async (tx: SqlClient, echoes: readonly EchoSighting[]): Promise<void> => {
  await tx.$executeRawUnsafe(
    `INSERT INTO echoes
       (channel_id, message_id, conversation_id, sent_at, is_quotable, source, fingerprint, is_automatic, traceparent)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[], $6::text[], $7::text[],
                          $8::boolean[], $9::text[])
     ON CONFLICT DO NOTHING`,
    ...columnsOf(echoes),
    echoes.map(({ source }) => source),
    echoes.map(({ fingerprint }) => fingerprint),
    echoes.map(({ isAutomatic }) => isAutomatic),
    echoes.map(({ traceparent }) => traceparent),
  );
};

const columnsOf = (messages: readonly MessageSighting[]) => [
  messages.map(({ channelId }) => channelId),
  messages.map(({ messageId }) => messageId),
  messages.map(({ conversationId }) => conversationId),
  messages.map(({ sentAtMs }) => sentAtMs),
  messages.map(({ isQuotable }) => isQuotable),
];

const mergedByConversation = (sightings: readonly ConversationSighting[]): readonly ConversationSighting[] => {
  const byKey = Map.groupBy(sightings, ({ channelId, conversationId }) => JSON.stringify([conversationId, channelId]));
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, same]) => same.reduce(merged));
};

/** What the newer one says of following counts, with the newest time: a message may tell nothing of it. */
const merged = (one: ConversationSighting, other: ConversationSighting): ConversationSighting => {
  const [older, newer] = one.newestMessageAtMs <= other.newestMessageAtMs ? [one, other] : [other, one];
  const reads = [one.readUpToMs, other.readUpToMs].filter((readUpToMs) => readUpToMs !== null);
  return {
    ...newer,
    isFollower: newer.isFollower ?? older.isFollower,
    readUpToMs: reads.length === 0 ? null : Math.max(...reads),
  };
};
