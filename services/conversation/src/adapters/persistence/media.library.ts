import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { FoundMedia, MediaLibrary } from '../../application/ports.ts';
import type { MediaState } from '../../domain/media.ts';
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

  find: async (mediaId): Promise<FoundMedia | null> => {
    if (!isUuid(mediaId)) return null;
    const row = await onDatabase(() => database.media.findUnique({ where: { mediaId } }));
    if (row === null) return null;
    const { state, contentType, sizeBytes } = row;
    return state === 'stored' && contentType !== null && sizeBytes !== null
      ? { state, contentType, sizeBytes }
      : { state: state as Exclude<MediaState, 'stored'> };
  },

  readBytes: (mediaId, { start, end }) =>
    onDatabase(async () => {
      const [row] = await database.$queryRawUnsafe<{ readonly part: Uint8Array }[]>(
        'SELECT substring(bytes FROM $2::int FOR $3::int) AS part FROM media_bytes WHERE media_id = $1::uuid',
        mediaId,
        start + 1,
        end - start + 1,
      );
      return Buffer.from(row?.part ?? []);
    }),
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
