import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { MediaContent, MediaLibrary } from '../../application/ports.ts';
import type { MediaState } from '../../application/views.ts';
import type { Database } from './database.ts';

/** Bytes lie in a table of their own beside the rows about them; an object store can take their place. */
export const createMediaLibrary = (database: Database): MediaLibrary => ({
  addUpload: async ({ mediaId, accountId, contentType, sizeBytes, bytes, atMs }) => {
    await onDatabase(() =>
      database.media.create({
        data: {
          mediaId,
          state: 'stored',
          accountId,
          contentType,
          sizeBytes,
          createdAt: atMs,
          bytes: { create: { bytes: Uint8Array.from(bytes) } },
        },
      }),
    );
  },

  belongsTo: async (accountId, mediaId) => {
    if (!isUuid(mediaId)) return false;
    const rows = await onDatabase(() => database.$queryRawUnsafe<unknown[]>(BELONGS_SQL, accountId, mediaId));
    return rows.length > 0;
  },

  read: async (mediaId): Promise<MediaContent | null> => {
    if (!isUuid(mediaId)) return null;
    const row = await onDatabase(() => database.media.findUnique({ where: { mediaId }, include: { bytes: true } }));
    if (row === null) return null;
    if (row.bytes === null || row.contentType === null) {
      return { state: row.state as Exclude<MediaState, 'stored'> };
    }
    return { state: 'stored', contentType: row.contentType, bytes: Buffer.from(row.bytes.bytes) };
  },
});

const isUuid = (id: string): boolean => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id);

const BELONGS_SQL = `
SELECT media_id::text FROM media
 WHERE media_id = $2::uuid
   AND (account_id = $1
     OR EXISTS (SELECT FROM channels channel
                  JOIN conversations c ON c.channel_id = channel.channel_id
                 WHERE media.source_url IS NOT NULL
                   AND channel.channel_id = media.channel_id AND channel.account_id = $1
                   AND channel.status <> 'disconnected'
                   AND c.conversation_id = media.conversation_id
                   AND c.last_sent_at >= coalesce(channel.visible_from, 0))
     OR EXISTS (SELECT FROM channels channel
                  JOIN messages m ON m.channel_id = channel.channel_id
                 WHERE channel.channel_id = media.channel_id AND channel.account_id = $1
                   AND channel.status <> 'disconnected'
                   AND m.conversation_id = media.conversation_id AND m.message_id = media.message_id
                   AND m.sent_at >= coalesce(channel.visible_from, 0)))`;
