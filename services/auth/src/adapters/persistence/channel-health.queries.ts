import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { ChannelHealth, ChannelHealths, WebhookRegistrations } from '../../application/ports.ts';
import { channelOf } from './channels.repository.ts';
import type { Database } from './database.ts';
import type { ChannelActivity, Channel as ChannelRow, ChannelTokens } from './generated/client.ts';

interface Dependencies {
  readonly database: Database;
  readonly registrations: Pick<WebhookRegistrations, 'read'>;
}

/** What a page about channels shows. Sealed tokens are not read. */
export const createChannelHealths = ({ database, registrations }: Dependencies): ChannelHealths => {
  const withHealth = async (rows: readonly ChannelRow[]): Promise<readonly ChannelHealth[]> => {
    const where = { channelId: { in: rows.map(({ channelId }) => channelId) } };
    const [tokens, activities, webhook] = await Promise.all([
      database.channelTokens.findMany({ where, omit: { sealed: true } }),
      database.channelActivity.findMany({ where }),
      registrations.read(),
    ]);
    const tokensOf = new Map(tokens.map((row) => [row.channelId, row]));
    const activityOf = new Map(activities.map((row) => [row.channelId, row]));
    return rows.map((row) => ({
      channel: channelOf(row),
      tokens: timesOf(tokensOf.get(row.channelId)),
      activity: lastOf(activityOf.get(row.channelId)),
      webhook,
    }));
  };
  return {
    find: (accountId, channelId) =>
      onDatabase(async () => {
        const rows = await database.channel.findMany({ where: { accountId, channelId } });
        return (await withHealth(rows))[0] ?? null;
      }),
    ofAccount: (accountId) =>
      onDatabase(async () =>
        withHealth(await database.channel.findMany({ where: { accountId }, orderBy: { channelId: 'asc' } })),
      ),
  };
};

const timesOf = (row: Omit<ChannelTokens, 'sealed'> | undefined): ChannelHealth['tokens'] =>
  row === undefined
    ? null
    : {
        renewedAtMs: Number(row.issuedAt),
        accessExpiresAtMs: Number(row.accessExpiresAt),
        refreshExpiresAtMs: Number(row.refreshExpiresAt),
        accessRefusedAtMs: numberOrNull(row.accessRefusedAt),
      };

const lastOf = (row: ChannelActivity | undefined): ChannelHealth['activity'] =>
  row === undefined
    ? null
    : {
        channelId: row.channelId,
        lastDeliveryAtMs: numberOrNull(row.lastDeliveryAt),
        lastSentAtMs: numberOrNull(row.lastSentAt),
      };

const numberOrNull = (value: bigint | null): number | null => (value === null ? null : Number(value));
