import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { WaitingReplies } from '../../application/ports.ts';
import type { Database } from './database.ts';

export const createWaitingReplies = (database: Database): WaitingReplies => ({
  waitingSince: (atMs, limit) => queuedBefore(database, 'waits_since', { atMs, limit }),

  expiredAt: (atMs, limit) => queuedBefore(database, 'expires_at', { atMs, limit }),

  forget: async (streamIds) => {
    await onDatabase(() =>
      database.$executeRawUnsafe(
        'UPDATE replies SET waits_since = NULL WHERE stream_id = ANY($1::text[]) AND waits_since IS NOT NULL',
        streamIds,
      ),
    );
  },
});

const queuedBefore = async (
  database: Database,
  column: 'waits_since' | 'expires_at',
  { atMs, limit }: { readonly atMs: number; readonly limit: number },
): Promise<readonly string[]> => {
  const rows = await onDatabase(() =>
    database.$queryRawUnsafe<{ readonly stream_id: string }[]>(
      `SELECT stream_id FROM replies WHERE status = 'queued' AND ${column} <= $1::bigint ORDER BY ${column} LIMIT $2::int`,
      atMs,
      limit,
    ),
  );
  return rows.map((row) => row.stream_id);
};
