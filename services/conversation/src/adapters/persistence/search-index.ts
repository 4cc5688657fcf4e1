import { wordsOf } from '../../domain/words.ts';
import type { ConversationKey, FollowUp } from './change-follower.ts';

interface TextRow {
  readonly channel_id: string;
  readonly conversation_id: string;
  readonly message_id: string;
  readonly sent_at: bigint;
  readonly text: string;
}

/** Keeps the words of changed messages and of the customers' names, which have the place of a message without an id. */
export const indexForSearch: FollowUp = async (tx, { conversations, messages }) => {
  const texts = await tx.$queryRawUnsafe<TextRow[]>(
    TEXTS_SQL,
    ...keysOf(messages),
    messages.map(({ messageId }) => messageId),
  );
  const names = await tx.$queryRawUnsafe<TextRow[]>(NAMES_SQL, ...keysOf(conversations));
  const documents = [...texts, ...names].map((row) => ({ ...row, words: wordsOf(row.text) }));
  const found = documents.filter(({ words }) => words.length > 0);
  if (found.length === 0) return;
  await tx.$executeRawUnsafe(
    STORE_SQL,
    found.map((row) => row.channel_id),
    found.map((row) => row.conversation_id),
    found.map((row) => row.message_id),
    found.map((row) => row.sent_at),
    found.map(({ words }) => words.join(' ')),
  );
};

export const keysOf = (conversations: readonly ConversationKey[]): [string[], string[]] => [
  conversations.map(({ channelId }) => channelId),
  conversations.map(({ conversationId }) => conversationId),
];

const TEXTS_SQL = `
SELECT channel_id, conversation_id, message_id, sent_at, body AS text
  FROM unnest($1::text[], $2::text[], $3::text[]) AS changed (channel_id, conversation_id, message_id)
  JOIN messages USING (channel_id, conversation_id, message_id)
 WHERE body IS NOT NULL AND message_id <> ''`;

const NAMES_SQL = `
SELECT channel_id, conversation_id, '' AS message_id, last_sent_at AS sent_at,
       concat_ws(' ', customer_username, display_name) AS text
  FROM unnest($1::text[], $2::text[]) AS changed (channel_id, conversation_id)
  JOIN conversations USING (channel_id, conversation_id)
  LEFT JOIN participants USING (channel_id, conversation_id)`;

/** Words hold no space. */
const STORE_SQL = `
INSERT INTO search_documents AS old (channel_id, conversation_id, message_id, sent_at, words)
SELECT channel_id, conversation_id, message_id, sent_at, array_to_tsvector(string_to_array(words, ' '))
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])
       AS new (channel_id, conversation_id, message_id, sent_at, words)
 ORDER BY channel_id, conversation_id, message_id
ON CONFLICT (channel_id, conversation_id, message_id) DO UPDATE SET sent_at = excluded.sent_at, words = excluded.words
 WHERE (old.sent_at, old.words) IS DISTINCT FROM (excluded.sent_at, excluded.words)`;
