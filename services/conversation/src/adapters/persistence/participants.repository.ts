import { onDatabase, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { ClaimedParticipant, Participant, ParticipantQueue } from '../../application/ports.ts';
import { change } from '../../domain/change.ts';
import { avatarMediaId } from '../../domain/media.ts';
import type { FollowUp } from './change-follower.ts';
import { logChanges } from './change-log.ts';
import type { Database } from './database.ts';
import { wantAvatar } from './media.queue.ts';
import { keysOf } from './search-index.ts';

/** For so long after the last message of a conversation its customer is looked up again and again. */
const REFRESHED_FOR_MS = 30 * 24 * 3_600_000;

/** Whoever is new is looked up at once, and again every `refreshMs` while the conversation is no older than a month. */
export const createParticipantWishes =
  (refreshMs: number): FollowUp =>
  async (tx, { conversations }, atMs) => {
    await tx.$executeRawUnsafe(WANT_SQL, ...keysOf(conversations), atMs, refreshMs, atMs - REFRESHED_FOR_MS);
  };

/** What a look-up brings is a change as well, and so leads to the next one. */
const WANT_SQL = `
INSERT INTO participants AS old (channel_id, conversation_id, next_fetch_at)
SELECT channel_id, conversation_id, $3::bigint FROM unnest($1::text[], $2::text[]) AS new (channel_id, conversation_id)
 ORDER BY conversation_id, channel_id
ON CONFLICT (conversation_id, channel_id) DO UPDATE SET next_fetch_at = old.fetched_at + $4::bigint
 WHERE old.next_fetch_at IS NULL
   AND EXISTS (SELECT FROM conversations c
                WHERE c.channel_id = old.channel_id AND c.conversation_id = old.conversation_id AND c.last_sent_at >= $5::bigint)`;

interface ClaimedRow {
  readonly channel_id: string;
  readonly conversation_id: string;
  readonly attempts: number;
  readonly leased_until: bigint;
}

/** `onStored` is told after a commit that changed what a conversation shows. */
export const createParticipantQueue = (database: Database, onStored: () => void = () => {}): ParticipantQueue => ({
  claim: ({ atMs, leaseMs, limit }) =>
    onDatabase(async () => {
      const rows = await database.$queryRawUnsafe<ClaimedRow[]>(CLAIM_SQL, atMs, atMs + leaseMs, limit);
      return rows.map((row) => ({
        channelId: row.channel_id,
        conversationId: row.conversation_id,
        attempts: row.attempts,
        leasedUntil: Number(row.leased_until),
      }));
    }),

  store: async (claimed, { participant, atMs }) => {
    await database.$transaction((tx) => storeFound(tx, claimed, { participant, atMs }));
    onStored();
  },

  retry: async (claimed, { attempts, atMs }) => {
    await database.$executeRawUnsafe(RETRY_SQL, ...claimOf(claimed), attempts, atMs);
  },
});

/** The picture is wanted only where the customer is: of a released channel there is none any more. */
const storeFound = async (
  tx: SqlClient,
  claimed: ClaimedParticipant,
  { participant, atMs }: Parameters<ParticipantQueue['store']>[1],
): Promise<void> => {
  const { channelId, conversationId } = claimed;
  const { displayName, isFollower, avatar, isWhole } = participant ?? NOTHING_FOUND;
  const wanted = avatar && { channelId, conversationId, ...avatar };
  const changed = await tx.$executeRawUnsafe(
    STORE_SQL,
    ...claimOf(claimed),
    atMs,
    displayName,
    isFollower,
    wanted && avatarMediaId(wanted),
    isWhole,
  );
  if (changed === 0) return;
  if (wanted !== null) await wantAvatar(tx, wanted, atMs);
  await logChanges(tx, [change({ kind: 'conversation', channelId, conversationId })], atMs);
};

const NOTHING_FOUND: Participant = { displayName: null, isFollower: null, avatar: null, isWhole: false };

const CLAIM_SQL = `
UPDATE participants SET leased_until = $2::bigint
 WHERE (conversation_id, channel_id) IN (
   SELECT conversation_id, channel_id FROM participants
    WHERE next_fetch_at <= $1::bigint AND (leased_until IS NULL OR leased_until <= $1::bigint)
      AND EXISTS (SELECT FROM channels
                   WHERE channels.channel_id = participants.channel_id AND status IN ('connected', 'expiring'))
    ORDER BY (fetched_at IS NOT NULL), next_fetch_at LIMIT $3::int
      FOR UPDATE SKIP LOCKED)
RETURNING channel_id, conversation_id, attempts, leased_until`;

const OWN_CLAIM = 'channel_id = $1 AND conversation_id = $2 AND leased_until = $3::bigint';

const claimOf = ({ channelId, conversationId, leasedUntil }: ClaimedParticipant) =>
  [channelId, conversationId, leasedUntil] as const;

/** What TikTok does not show any more stays as it was. */
const STORE_SQL = `
UPDATE participants
   SET fetched_at = $4::bigint, next_fetch_at = NULL, leased_until = NULL, attempts = 0,
       display_name = coalesce($5::text, display_name),
       is_follower = coalesce($6::boolean, is_follower),
       avatar_media_id = coalesce($7::uuid, avatar_media_id),
       is_whole = is_whole OR $8::boolean
 WHERE ${OWN_CLAIM}`;

const RETRY_SQL = `
UPDATE participants SET attempts = $4::int, next_fetch_at = $5::bigint, leased_until = NULL WHERE ${OWN_CLAIM}`;
