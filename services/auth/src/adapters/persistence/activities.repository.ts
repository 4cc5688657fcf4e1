import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { ChannelActivities } from '../../application/ports.ts';
import type { Database } from './database.ts';

/** GREATEST ignores what is null. In the order of the ids, so that two that note the same channels do not deadlock. */
const NOTE_SQL = `INSERT INTO channel_activity AS kept (channel_id, last_delivery_at, last_sent_at)
  SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS noted (channel_id, delivery, sent) ORDER BY channel_id
  ON CONFLICT (channel_id) DO UPDATE SET
    last_delivery_at = GREATEST(kept.last_delivery_at, EXCLUDED.last_delivery_at),
    last_sent_at = GREATEST(kept.last_sent_at, EXCLUDED.last_sent_at)`;

export const createChannelActivities = (database: Database): ChannelActivities => ({
  note: async (activities) => {
    if (activities.length === 0) return;
    await onDatabase(() =>
      database.$executeRawUnsafe(
        NOTE_SQL,
        activities.map(({ channelId }) => channelId),
        activities.map(({ lastDeliveryAtMs }) => lastDeliveryAtMs),
        activities.map(({ lastSentAtMs }) => lastSentAtMs),
      ),
    );
  },
});
