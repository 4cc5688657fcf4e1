import type { SqlClient } from '@tiktok-channel/platform/postgres';
import type { ClaimedMedia, MediaQueue } from '../../application/ports.ts';
import { type Change, change } from '../../domain/change.ts';
import {
  type Avatar,
  avatarMediaId,
  MEDIA_FAILURES,
  type TikTokMediaType,
  type WantedMedia,
} from '../../domain/media.ts';
import { logChanges } from './change-log.ts';
import type { Database } from './database.ts';

/** Leaves work for the media flow, once per message and media id, in the transaction that stores the message. */
export const wantMedia = async (tx: SqlClient, media: readonly WantedMedia[], atMs: number): Promise<void> => {
  if (media.length === 0) return;
  await tx.$executeRawUnsafe(
    `INSERT INTO media (media_id, state, channel_id, conversation_id, message_id, tiktok_media_id, media_type,
                        next_attempt_at, created_at)
     SELECT media_id, 'pending', channel_id, conversation_id, message_id, tiktok_media_id, media_type, $7::bigint, $7::bigint
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
            AS wanted (media_id, channel_id, conversation_id, message_id, tiktok_media_id, media_type)
      ORDER BY media_id
     ON CONFLICT DO NOTHING`,
    media.map(({ mediaId }) => mediaId),
    media.map(({ channelId }) => channelId),
    media.map(({ conversationId }) => conversationId),
    media.map(({ messageId }) => messageId),
    media.map(({ tiktokMediaId }) => tiktokMediaId),
    media.map(({ mediaType }) => mediaType),
    atMs,
  );
};

/** Answers the id of the picture; one that could not be fetched is tried again with the new address. */
export const wantAvatar = async (tx: SqlClient, avatar: Avatar, atMs: number): Promise<string> => {
  const mediaId = avatarMediaId(avatar);
  await tx.$executeRawUnsafe(
    `INSERT INTO media AS old (media_id, state, channel_id, conversation_id, source_url, next_attempt_at, created_at)
     VALUES ($1::uuid, 'pending', $2, $3, $4, $5::bigint, $5::bigint)
     ON CONFLICT (media_id) DO UPDATE
        SET state = 'pending', source_url = excluded.source_url, attempts = 0, failure = NULL, leased_until = NULL,
            next_attempt_at = excluded.next_attempt_at, created_at = excluded.created_at
      WHERE old.state <> 'stored'`,
    mediaId,
    avatar.channelId,
    avatar.conversationId,
    avatar.url,
    atMs,
  );
  return mediaId;
};

interface ClaimedRow {
  readonly media_id: string;
  readonly channel_id: string;
  readonly conversation_id: string;
  readonly message_id: string | null;
  readonly tiktok_media_id: string | null;
  readonly media_type: string | null;
  readonly source_url: string | null;
  readonly attempts: number;
  readonly created_at: bigint;
  readonly leased_until: bigint;
}

/** `onSettled` is told after a commit that changed what a message shows. */
export const createMediaQueue = (database: Database, onSettled: () => void = () => {}): MediaQueue => ({
  claim: async ({ atMs, leaseMs, limit }) => {
    const rows = await database.$queryRawUnsafe<ClaimedRow[]>(CLAIM_SQL, atMs, atMs + leaseMs, limit);
    return rows.map(claimedOf);
  },

  store: async (media, { contentType, bytes, atMs }) => {
    await database.$transaction(async (tx) => {
      const { count } = await tx.media.updateMany({
        where: claimOf(media),
        data: { state: 'stored', contentType, sizeBytes: bytes.length, nextAttemptAt: null, leasedUntil: null },
      });
      if (count === 0) return;
      await tx.mediaBytes.create({ data: { mediaId: media.mediaId, bytes: Uint8Array.from(bytes) } });
      await logChanges(tx, [changeOf(media)], atMs);
    });
    onSettled();
  },

  fail: async (media, { reason, atMs }) => {
    await database.$transaction(async (tx) => {
      const { count } = await tx.media.updateMany({
        where: claimOf(media),
        data: { state: MEDIA_FAILURES[reason].state, failure: reason, nextAttemptAt: null, leasedUntil: null },
      });
      if (count === 1) await logChanges(tx, [changeOf(media)], atMs);
    });
    onSettled();
  },

  retry: async (media, { attempts, atMs }) => {
    await database.media.updateMany({
      where: claimOf(media),
      data: { attempts, nextAttemptAt: atMs, leasedUntil: null },
    });
  },
});

/** Replicas take different rows; a row whose lease has lapsed is anybody's again. */
const CLAIM_SQL = `
UPDATE media SET leased_until = $2::bigint
 WHERE media_id IN (
   SELECT media_id FROM media
    WHERE state = 'pending' AND next_attempt_at <= $1::bigint AND (leased_until IS NULL OR leased_until <= $1::bigint)
      AND EXISTS (SELECT FROM channels
                   WHERE channels.channel_id = media.channel_id AND status IN ('connected', 'expiring'))
    ORDER BY next_attempt_at LIMIT $3::int
      FOR UPDATE SKIP LOCKED)
RETURNING media_id, channel_id, conversation_id, message_id, tiktok_media_id, media_type, source_url, attempts, created_at, leased_until`;

const claimedOf = (row: ClaimedRow): ClaimedMedia => ({
  mediaId: row.media_id,
  channelId: row.channel_id,
  conversationId: row.conversation_id,
  source:
    row.source_url === null
      ? {
          kind: 'message',
          messageId: row.message_id ?? '',
          tiktokMediaId: row.tiktok_media_id ?? '',
          mediaType: row.media_type as TikTokMediaType,
        }
      : { kind: 'avatar', url: row.source_url },
  attempts: row.attempts,
  wantedAt: Number(row.created_at),
  leasedUntil: Number(row.leased_until),
});

const changeOf = ({ channelId, conversationId, source }: ClaimedMedia): Change =>
  source.kind === 'message'
    ? change({ kind: 'message', channelId, conversationId, subjectId: source.messageId })
    : change({ kind: 'conversation', channelId, conversationId });

const claimOf = ({ mediaId, leasedUntil }: ClaimedMedia) => ({
  mediaId,
  state: 'pending',
  leasedUntil: BigInt(leasedUntil),
});
