import type { Clock } from '@tiktok-channel/platform/kernel';
import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { ChannelPauses } from '../../application/operator-ports.ts';
import type { Database } from './database.ts';
import { recallChannel } from './lane-recalls.ts';

export const createChannelPauses = ({
  database,
  clock,
}: {
  readonly database: Database;
  readonly clock: Clock;
}): ChannelPauses => ({
  of: async (channelId) => {
    const row = await onDatabase(() => database.pausedChannel.findUnique({ where: { channelId } }));
    return row === null ? null : { pausedMs: Number(row.pausedAt), pausedBy: row.pausedBy };
  },

  pause: async (channelId, pausedBy) => {
    await onDatabase(() =>
      database.$executeRawUnsafe(
        'INSERT INTO paused_channels (channel_id, paused_at, paused_by) VALUES ($1, $2::bigint, $3) ON CONFLICT DO NOTHING',
        channelId,
        clock.now(),
        pausedBy,
      ),
    );
  },

  resume: async (channelId) => {
    await onDatabase(() =>
      database.$transaction(async (tx) => {
        await tx.$executeRawUnsafe('DELETE FROM paused_channels WHERE channel_id = $1', channelId);
        await recallChannel(tx, channelId, clock.now());
      }),
    );
  },
});
