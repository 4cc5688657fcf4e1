import type { Clock } from '@tiktok-channel/platform/kernel';
import { movePosition, onDatabase, type PositionMove, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { ConversationSighting, EchoSighting, RecordFacts, Sighting } from '../../application/ports.ts';
import type { Database } from './database.ts';
import { type PublishReplyEvent, recordWhatWasSeen } from './reply-log.ts';

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly publish: PublishReplyEvent;
  /** Wakes the outbox relay. */
  readonly onEnqueued: () => void;
}

/**
 * Stores a batch of sightings with the position behind it. Repeating a batch changes nothing; order does not matter.
 * Conversations first and sorted: their rows are the lock that the sending side holds, too.
 */
export const createFactRecorder =
  ({ database, clock, publish, onEnqueued }: Dependencies): RecordFacts =>
  async (sightings, move) => {
    const atMs = clock.now();
    const echoes = sightings.flatMap(({ echo }) => (echo === null ? [] : [echo]));
    try {
      const hasSeen = await onDatabase(() =>
        database.$transaction(async (tx) => {
          await moveOrThrow(tx, move);
          if (sightings.length === 0) return false;
          const conversations = await storeConversations(tx, sightings);
          if (echoes.length > 0) await storeEchoes(tx, echoes);
          return recordWhatWasSeen(tx, conversations, { publish, atMs });
        }),
      );
      if (hasSeen) onEnqueued();
      return 'recorded';
    } catch (error) {
      if (error instanceof Superseded) return 'superseded';
      throw error;
    }
  };

class Superseded extends Error {}

/** First, so that of two owners of a partition the late one gives up before it waits for anything else. */
const moveOrThrow = async (tx: SqlClient, move: PositionMove): Promise<void> => {
  if (!(await movePosition(tx, move))) throw new Superseded();
};

const storeConversations = async (
  tx: SqlClient,
  sightings: readonly Sighting[],
): Promise<readonly ConversationSighting[]> => {
  const conversations = newestOfEach(sightings.map(({ conversation }) => conversation));
  await tx.$executeRawUnsafe(
    `INSERT INTO conversations AS c (channel_id, conversation_id, newest_message_at, read_up_to)
     SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
     ON CONFLICT (conversation_id, channel_id)
     DO UPDATE SET newest_message_at = GREATEST(c.newest_message_at, EXCLUDED.newest_message_at),
                   read_up_to = GREATEST(c.read_up_to, EXCLUDED.read_up_to)`,
    conversations.map(({ channelId }) => channelId),
    conversations.map(({ conversationId }) => conversationId),
    conversations.map(({ newestMessageAtMs }) => newestMessageAtMs),
    conversations.map(({ readUpToMs }) => readUpToMs),
  );
  return conversations;
};

const storeEchoes = async (tx: SqlClient, echoes: readonly EchoSighting[]): Promise<void> => {
  await tx.$executeRawUnsafe(
    `INSERT INTO echoes (channel_id, message_id, conversation_id, source, fingerprint, sent_at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
     ON CONFLICT DO NOTHING`,
    echoes.map(({ channelId }) => channelId),
    echoes.map(({ messageId }) => messageId),
    echoes.map(({ conversationId }) => conversationId),
    echoes.map(({ source }) => source),
    echoes.map(({ fingerprint }) => fingerprint),
    echoes.map(({ sentAtMs }) => sentAtMs),
  );
};

const newestOfEach = (conversations: readonly ConversationSighting[]): readonly ConversationSighting[] => {
  const byKey = Map.groupBy(conversations, ({ channelId, conversationId }) =>
    JSON.stringify([conversationId, channelId]),
  );
  return [...byKey.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, sightings]) => {
      const [first] = sightings;
      if (first === undefined) return [];
      const reads = sightings.flatMap(({ readUpToMs }) => (readUpToMs === null ? [] : [readUpToMs]));
      return [
        {
          ...first,
          newestMessageAtMs: Math.max(...sightings.map(({ newestMessageAtMs }) => newestMessageAtMs)),
          readUpToMs: reads.length === 0 ? null : Math.max(...reads),
        },
      ];
    });
};
