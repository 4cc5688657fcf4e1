import type { SqlClient } from '@tiktok-channel/platform/postgres';
import type { ConversationKey } from '../../application/ports.ts';
import { OWN_SOURCES } from '../../domain/echo.ts';

/**
 * The oldest echo that can be `r`'s: of the same words, newer in TikTok's time than what was known at its attempt, by the API or
 * by nobody named, and nobody else's. Where several replies of the same words look for theirs, an echo belongs to the one whose
 * attempt is nearest in time: two such attempts are ten minutes apart, which is more than clocks may differ.
 */
const ECHO_OF_R = `
  SELECT e.message_id FROM echoes e
   WHERE e.channel_id = r.channel_id AND e.conversation_id = r.conversation_id
     AND e.sent_at > r.newest_known_at AND e.fingerprint = r.echo_fingerprint AND e.source = ANY($1::text[])
     AND NOT EXISTS (SELECT FROM replies claimant
                      WHERE claimant.channel_id = e.channel_id AND claimant.tiktok_message_id = e.message_id)
     AND NOT EXISTS (SELECT FROM replies other
                      WHERE other.channel_id = r.channel_id AND other.conversation_id = r.conversation_id
                        AND other.status IN ('attempting', 'uncertain', 'unknown') AND other.stream_id <> r.stream_id
                        AND other.echo_fingerprint = r.echo_fingerprint AND e.sent_at > other.newest_known_at
                        AND abs(e.sent_at - other.attempted_at) < abs(e.sent_at - r.attempted_at))
   ORDER BY e.sent_at, e.message_id LIMIT 1`;

/** The message that is the reply's; null while there is none. */
export const findEchoOf = async (client: SqlClient, streamId: string): Promise<string | null> => {
  const [echo] = await client.$queryRawUnsafe<{ readonly message_id: string }[]>(
    `SELECT match.message_id FROM replies r CROSS JOIN LATERAL (${ECHO_OF_R}) match WHERE r.stream_id = $2`,
    [...OWN_SOURCES],
    streamId,
  );
  return echo?.message_id ?? null;
};

interface Correction {
  readonly stream_id: string;
  readonly message_id: string;
}

/** Replies that were settled as unknown and whose message is there after all. */
export const findCorrections = (
  client: SqlClient,
  conversations: readonly ConversationKey[],
): Promise<readonly Correction[]> =>
  client.$queryRawUnsafe<Correction[]>(
    `SELECT DISTINCT ON (r.channel_id, match.message_id) r.stream_id, match.message_id
       FROM unnest($2::text[], $3::text[]) AS touched (channel_id, conversation_id)
       JOIN replies r ON r.channel_id = touched.channel_id AND r.conversation_id = touched.conversation_id
        AND r.status = 'unknown'
      CROSS JOIN LATERAL (${ECHO_OF_R}) match
      ORDER BY r.channel_id, match.message_id, r.lane_position`,
    [...OWN_SOURCES],
    conversations.map(({ channelId }) => channelId),
    conversations.map(({ conversationId }) => conversationId),
  );
