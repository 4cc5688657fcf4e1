import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { AgentReadMarks } from '../../application/ports.ts';
import { change } from '../../domain/change.ts';
import { logChanges } from './change-log.ts';
import type { Database } from './database.ts';

/** `onMoved` is told after a commit. */
export const createAgentReadMarks = (database: Database, onMoved: () => void): AgentReadMarks => ({
  move: ({ accountId, userId, channelId, conversationId, readUpTo, atMs }) =>
    onDatabase(async () => {
      const hasMoved = await database.$transaction(async (tx) => {
        const moved = await tx.$executeRawUnsafe(MOVE_SQL, accountId, userId, channelId, conversationId, readUpTo);
        if (moved === 0) return false;
        await logChanges(tx, [change({ kind: 'read', channelId, conversationId, accountId, userId })], atMs);
        return true;
      });
      if (hasMoved) onMoved();
      return hasMoved;
    }),
});

const MOVE_SQL = `
INSERT INTO agent_read_marks AS old (account_id, user_id, channel_id, conversation_id, read_up_to)
VALUES ($1, $2, $3, $4, $5::bigint)
ON CONFLICT (conversation_id, channel_id, user_id, account_id) DO UPDATE SET read_up_to = excluded.read_up_to
 WHERE excluded.read_up_to > old.read_up_to`;
