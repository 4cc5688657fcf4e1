import { ok } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { Channels } from '../../application/ports.ts';
import type { AuthorizationState } from '../../domain/authorization.ts';
import type { Channel, ChannelEvent, ChannelStatus } from '../../domain/channel.ts';
import type { HandleChannelCommand } from './channel-stream.ts';
import type { Database } from './database.ts';
import type { Channel as ChannelRow } from './generated/client.ts';
import type { Sealing } from './sealing.ts';
import { sealPair, storePair } from './token-rows.ts';

interface Dependencies {
  readonly database: Database;
  readonly handleChannel: HandleChannelCommand;
  readonly sealing: Sealing;
  readonly auditCompletion: (attempt: AuthorizationState, event: ChannelEvent) => OutboxRow;
}

export const createChannels = ({ database, handleChannel, sealing, auditCompletion }: Dependencies): Channels => ({
  authorize: async (command, { tokens, attempt }) => {
    const { channelId } = command;
    const sealed = await sealPair(sealing, channelId, tokens);
    const handled = await handleChannel(channelId, command, async (tx, events) => {
      await storePair(tx, channelId, sealed);
      return events.map((event) => auditCompletion(attempt, event));
    });
    return handled.ok ? ok(undefined) : handled;
  },

  find: async (accountId, channelId) => {
    const row = await onDatabase(() => database.channel.findFirst({ where: { accountId, channelId } }));
    return row === null ? null : channelOf(row);
  },

  ofAccount: async (accountId) => {
    const rows = await onDatabase(() =>
      database.channel.findMany({ where: { accountId }, orderBy: { channelId: 'asc' } }),
    );
    return rows.map(channelOf);
  },
});

export const channelOf = ({ authorizedAt, visibleFrom, status, ...rest }: ChannelRow): Channel => ({
  ...rest,
  status: status as ChannelStatus,
  authorizedAtMs: Number(authorizedAt),
  visibleFromMs: visibleFrom === null ? null : Number(visibleFrom),
});
