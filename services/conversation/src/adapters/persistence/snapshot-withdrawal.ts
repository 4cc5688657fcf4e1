import { naturalId } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import { enqueue, type SqlClient } from '@tiktok-channel/platform/postgres';
import { topics } from '@tiktok-channel/schemas';

interface Gone {
  readonly channel_id: string;
  readonly conversation_id: string;
}

/**
 * Takes back what was published of conversations of these channels that are not there any more. Call it under the lock of an
 * erasure: a conversation that is being stored would count as gone.
 */
export const withdrawSnapshots = async (tx: SqlClient, channelIds: readonly string[], atMs: number): Promise<void> => {
  if (channelIds.length === 0) return;
  const gone = await tx.$queryRawUnsafe<readonly Gone[]>(WITHDRAW_SQL, channelIds);
  await enqueue(
    tx,
    gone.map((conversation) => tombstone(conversation, atMs)),
    atMs,
  );
};

/** No value, as a compacted topic wants it, and no type: whoever looks for one passes it over. */
const tombstone = ({ channel_id: channelId, conversation_id: conversationId }: Gone, atMs: number): OutboxRow => {
  const topic = topics.conversations.name;
  return {
    eventId: naturalId([topic, channelId, conversationId, String(atMs)]),
    record: { topic, key: conversationId, value: null, headers: {} },
  };
};

const WITHDRAW_SQL = `
DELETE FROM snapshots s
 WHERE channel_id = ANY($1::text[])
   AND NOT EXISTS (SELECT FROM conversations c WHERE c.channel_id = s.channel_id AND c.conversation_id = s.conversation_id)
RETURNING channel_id, conversation_id`;
