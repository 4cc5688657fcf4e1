import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { Facts } from '../../application/ports.ts';
import { OWN_SOURCES } from '../../domain/echo.ts';
import type { Database } from './database.ts';

interface ConversationRow {
  readonly channel_id: string;
  readonly newest_message_at: bigint;
  readonly has_echoes: boolean;
}

export const createFacts = ({ database }: { readonly database: Database }): Facts => ({
  conversation: async ({ channelId, conversationId }) => {
    const rows = await onDatabase(() =>
      database.$queryRawUnsafe<ConversationRow[]>(
        `SELECT channel_id, newest_message_at,
                EXISTS (SELECT FROM echoes e
                         WHERE e.channel_id = c.channel_id AND e.conversation_id = c.conversation_id) AS has_echoes
           FROM conversations c WHERE conversation_id = $1`,
        conversationId,
      ),
    );
    const own = rows.find((row) => row.channel_id === channelId);
    if (own !== undefined) {
      return { kind: 'known', newestMessageAtMs: Number(own.newest_message_at), hasEchoes: own.has_echoes };
    }
    return { kind: rows.length > 0 ? 'of_other_channel' : 'unknown' };
  },

  learnConversation: async ({ channelId, conversationId }, newestMessageAtMs) => {
    await onDatabase(() =>
      database.$executeRawUnsafe(
        `INSERT INTO conversations (conversation_id, channel_id, newest_message_at) VALUES ($1, $2, $3::bigint)
         ON CONFLICT DO NOTHING`,
        conversationId,
        channelId,
        newestMessageAtMs,
      ),
    );
  },

  findEcho: async ({ channelId, conversationId }, { fingerprint, newerThanMs }) => {
    const [echo] = await onDatabase(() =>
      database.$queryRawUnsafe<{ readonly message_id: string }[]>(
        `SELECT message_id FROM echoes e
          WHERE channel_id = $1 AND conversation_id = $2 AND sent_at > $3::bigint
            AND fingerprint = $4 AND source = ANY($5::text[])
            AND NOT EXISTS (SELECT FROM replies r
                             WHERE r.channel_id = e.channel_id AND r.tiktok_message_id = e.message_id)
          ORDER BY sent_at, message_id LIMIT 1`,
        channelId,
        conversationId,
        newerThanMs,
        fingerprint,
        [...OWN_SOURCES],
      ),
    );
    return echo?.message_id ?? null;
  },
});
