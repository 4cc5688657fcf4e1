import { z } from 'zod';
import type { StoredTokens } from '../../application/ports.ts';
import type { TokenPair } from '../../domain/refresh-rules.ts';
import type { Transaction } from './database.ts';
import type { ChannelTokens } from './generated/client.ts';
import { SealBroken, type Sealing } from './sealing.ts';

/** A pair as it may be stored: the tokens sealed, their times in clear. */
export interface SealedPair {
  readonly sealed: string;
  readonly issuedAt: bigint;
  readonly accessExpiresAt: bigint;
  readonly refreshExpiresAt: bigint;
}

/** The channel's id is sealed with its tokens, so that a row cannot be passed off as another channel's. */
export const sealPair = async (sealing: Sealing, channelId: string, pair: TokenPair): Promise<SealedPair> => ({
  sealed: await sealing.seal({ channelId, accessToken: pair.accessToken, refreshToken: pair.refreshToken }),
  issuedAt: BigInt(pair.issuedAtMs),
  accessExpiresAt: BigInt(pair.accessExpiresAtMs),
  refreshExpiresAt: BigInt(pair.refreshExpiresAtMs),
});

const secrets = z.object({ channelId: z.string(), accessToken: z.string(), refreshToken: z.string() });

export const openPair = async (sealing: Sealing, row: ChannelTokens): Promise<StoredTokens> => {
  const opened = secrets.safeParse(await sealing.open(row.sealed));
  if (!opened.success || opened.data.channelId !== row.channelId) throw new SealBroken('it is not of this channel');

  return {
    accessToken: opened.data.accessToken,
    refreshToken: opened.data.refreshToken,
    version: row.version,
    issuedAtMs: Number(row.issuedAt),
    accessExpiresAtMs: Number(row.accessExpiresAt),
    refreshExpiresAtMs: Number(row.refreshExpiresAt),
    refreshNotBeforeMs: Number(row.refreshNotBefore),
  };
};

/** A new pair ends the lease on the old one. */
const fresh = { refreshNotBefore: 0n, leaseHolder: null, leaseUntil: null } as const;

/** Takes the place of whatever pair was there. */
export const storePair = async (tx: Transaction, channelId: string, pair: SealedPair): Promise<void> => {
  await tx.channelTokens.upsert({
    where: { channelId },
    create: { channelId, version: 1, ...pair, ...fresh },
    update: { version: { increment: 1 }, ...pair, ...fresh },
  });
};

/** What a new pair changes in the row of the old one. */
export const replacementOf = (pair: SealedPair) => ({ version: { increment: 1 }, ...pair, ...fresh });
