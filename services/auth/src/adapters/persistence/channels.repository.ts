import { ok } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { Act, Channels } from '../../application/ports.ts';
import type { AuthorizationState } from '../../domain/authorization.ts';
import type { Channel, ChannelEvent, ChannelStatus } from '../../domain/channel.ts';
import type { StatusReason } from '../../domain/status-reasons.ts';
import { type HandleChannelCommand, streamIdOf } from './channel-stream.ts';
import type { Database, Transaction } from './database.ts';
import type { Channel as ChannelRow } from './generated/client.ts';
import type { Sealing } from './sealing.ts';
import { sealPair, storePair } from './token-rows.ts';

interface Dependencies {
  readonly database: Database;
  readonly handleChannel: HandleChannelCommand;
  readonly sealing: Sealing;
  /** What is published beside a channel that was authorised. */
  readonly completed: (attempt: AuthorizationState, event: ChannelEvent) => readonly OutboxRow[];
  readonly auditEnd: (act: Act, event: ChannelEvent) => OutboxRow;
}

export const createChannels = ({ database, handleChannel, sealing, completed, auditEnd }: Dependencies): Channels => ({
  authorize: async (command, { tokens, attempt }) => {
    const { channelId } = command;
    const sealed = await sealPair(sealing, channelId, tokens);
    const handled = await handleChannel(channelId, command, async (tx, events) => {
      await storePair(tx, channelId, sealed);
      // Revoking what is left of an earlier authorisation could end this one as well.
      await tx.tokenRevocation.deleteMany({ where: { channelId } });
      await tx.authorization.updateMany({
        where: { attemptId: attempt.attemptId },
        data: { outcome: 'connected', endedAt: BigInt(command.atMs), channelId },
      });
      return events.flatMap((event) => completed(attempt, event));
    });
    return handled.ok ? ok(undefined) : handled;
  },

  end: async (channelId, command, act) => {
    const handled = await handleChannel(channelId, command, async (tx, events) => {
      if (events.length === 0) return [];
      await putTokensAside(tx, channelId, command.atMs);
      if (command.type === 'ReleaseChannel') await erase(tx, channelId);
      return events.map((event) => auditEnd(act, event));
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

  countByStatus: async () => {
    const rows = await onDatabase(() => database.channel.groupBy({ by: ['status'], _count: true }));
    const counted = new Map<ChannelStatus, number>(STATUSES.map((status) => [status, 0]));
    for (const { status, _count } of rows) counted.set(status as ChannelStatus, _count);
    return counted;
  },
});

const STATUSES: readonly ChannelStatus[] = ['connected', 'expiring', 'needs_reauthorization', 'disconnected'];

const putTokensAside = async (tx: Transaction, channelId: string, atMs: number): Promise<void> => {
  const row = await tx.channelTokens.findUnique({ where: { channelId } });
  if (row === null) return;
  const { sealed, accessExpiresAt } = row;
  const aside = { sealed, accessExpiresAt, requestedAt: BigInt(atMs), notBefore: 0n };
  await tx.channelTokens.delete({ where: { channelId } });
  await tx.tokenRevocation.upsert({ where: { channelId }, create: { channelId, ...aside }, update: aside });
};

/** Rows that tell whose channel it was and what it did, and the names in its past events; that it was stays, for its version. */
const erase = async (tx: Transaction, channelId: string): Promise<void> => {
  await tx.authorization.deleteMany({ where: { channelId } });
  await tx.channelActivity.deleteMany({ where: { channelId } });
  await tx.$executeRawUnsafe(
    `UPDATE events SET data = jsonb_set(data, '{channel}', data->'channel' || $2::jsonb) WHERE stream_id = $1`,
    streamIdOf(channelId),
    JSON.stringify({ username: null, displayName: null, profileImageUrl: null }),
  );
};

export const channelOf = ({ authorizedAt, visibleFrom, status, statusReason, ...rest }: ChannelRow): Channel => ({
  ...rest,
  status: status as ChannelStatus,
  statusReason: statusReason as StatusReason | null,
  authorizedAtMs: Number(authorizedAt),
  visibleFromMs: visibleFrom === null ? null : Number(visibleFrom),
});
