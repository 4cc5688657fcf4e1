import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { WaitingReplies } from '../../application/ports.ts';
import type { Database } from './database.ts';

export const createWaitingReplies = (database: Database): WaitingReplies => ({
  waitingSince: async (atMs, limit) => {
    const rows = await onDatabase(() =>
      database.$queryRawUnsafe<{ readonly stream_id: string }[]>(
        `SELECT stream_id FROM replies WHERE status = 'queued' AND waits_since <= $1::bigint
          ORDER BY waits_since LIMIT $2::int`,
        atMs,
        limit,
      ),
    );
    return rows.map((row) => row.stream_id);
  },

  forget: async (streamIds) => {
    await onDatabase(() =>
      database.$executeRawUnsafe(
        'UPDATE replies SET waits_since = NULL WHERE stream_id = ANY($1::text[]) AND waits_since IS NOT NULL',
        streamIds,
      ),
    );
  },
});
