import type { SqlClient } from '@tiktok-channel/platform/postgres';

/** What the heads of those lanes wait for is over, also for whoever works on one just now. `$1`: now. Which ones is left to add. */
export const RECALL_SQL = `
  UPDATE reply_lanes SET recalls = recalls + 1,
         due_at = CASE WHEN claim_id IS NULL THEN LEAST(due_at, $1::bigint) ELSE due_at END`;

export const recallChannel = (client: SqlClient, channelId: string, atMs: number): Promise<number> =>
  client.$executeRawUnsafe(`${RECALL_SQL} WHERE channel_id = $2`, atMs, channelId);
