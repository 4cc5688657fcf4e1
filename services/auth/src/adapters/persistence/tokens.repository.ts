import type { IdGenerator } from '@tiktok-channel/platform/kernel';
import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { RefreshLease, Tokens } from '../../application/ports.ts';
import type { HandleChannelCommand } from './channel-stream.ts';
import { channelOf } from './channels.repository.ts';
import type { Database, Transaction } from './database.ts';
import type { Sealing } from './sealing.ts';
import { openPair, replacementOf, sealPair } from './token-rows.ts';

interface Dependencies {
  readonly database: Database;
  readonly handleChannel: HandleChannelCommand;
  readonly sealing: Sealing;
  readonly ids: IdGenerator;
}

export const createTokens = ({ database, handleChannel, sealing, ids }: Dependencies): Tokens => ({
  read: (channelId) =>
    onDatabase(async () => {
      const [channel, row] = await Promise.all([
        database.channel.findUnique({ where: { channelId } }),
        database.channelTokens.findUnique({ where: { channelId } }),
      ]);
      if (channel === null) return null;
      return { channel: channelOf(channel), tokens: row === null ? null : await openPair(sealing, row) };
    }),

  takeLease: async (channelId, { version, nowMs, untilMs }) => {
    const holder = ids.next();
    const { count } = await onDatabase(() =>
      database.channelTokens.updateMany({
        where: { channelId, version, OR: [{ leaseUntil: null }, { leaseUntil: { lte: BigInt(nowMs) } }] },
        data: { leaseHolder: holder, leaseUntil: BigInt(untilMs) },
      }),
    );
    return count === 0 ? null : { channelId, version, holder };
  },

  storeRefreshed: async (lease, tokens, command) => {
    const pair = await sealPair(sealing, lease.channelId, tokens);
    return unlessLost(() =>
      handleChannel(lease.channelId, command, (tx) => underLease(tx, lease, replacementOf(pair))),
    );
  },

  postpone: (lease, notBeforeMs, command) => {
    const ended = { refreshNotBefore: BigInt(notBeforeMs), leaseHolder: null, leaseUntil: null };
    return unlessLost(() =>
      command === undefined
        ? onDatabase(() => underLease(database, lease, ended))
        : handleChannel(lease.channelId, command, (tx) => underLease(tx, lease, ended)),
    );
  },
});

/** Thrown inside the transaction, so that nothing of it stays. */
class LeaseLost extends Error {}

type Row = Parameters<Transaction['channelTokens']['updateMany']>[0]['data'];

const underLease = async (
  tx: Pick<Transaction, 'channelTokens'>,
  { channelId, version, holder }: RefreshLease,
  data: Row,
): Promise<readonly never[]> => {
  const { count } = await tx.channelTokens.updateMany({ where: { channelId, version, leaseHolder: holder }, data });
  if (count === 0) throw new LeaseLost();
  return [];
};

const unlessLost = async (write: () => Promise<unknown>): Promise<boolean> => {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof LeaseLost) return false;
    throw error;
  }
};
