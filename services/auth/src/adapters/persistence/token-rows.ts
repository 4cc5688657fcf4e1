import { z } from 'zod';
import type { StoredTokens, TokenPair } from '../../domain/refresh-rules.ts';
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

/** The two tokens in a sealed text of a channel. Throws `SealBroken`. */
export const openTokens = async (
  sealing: Sealing,
  { channelId, sealed }: { readonly channelId: string; readonly sealed: string },
): Promise<Pick<TokenPair, 'accessToken' | 'refreshToken'>> => {
  const opened = secrets.safeParse(await sealing.open(sealed));
  if (!opened.success || opened.data.channelId !== channelId) throw new SealBroken('it is not of this channel');
  const { accessToken, refreshToken } = opened.data;
  return { accessToken, refreshToken };
};

export const openPair = async (sealing: Sealing, row: ChannelTokens): Promise<StoredTokens> => {
  return {
    ...(await openTokens(sealing, row)),
    version: row.version,
    issuedAtMs: Number(row.issuedAt),
    accessExpiresAtMs: Number(row.accessExpiresAt),
    refreshExpiresAtMs: Number(row.refreshExpiresAt),
    refreshNotBeforeMs: Number(row.refreshNotBefore),
    accessRefusedAtMs: row.accessRefusedAt === null ? null : Number(row.accessRefusedAt),
    replacesRefused: row.replacesRefused,
  };
};

/** Nothing of what became of the old pair holds for a new one. */
const fresh = {
  refreshNotBefore: 0n,
  leaseHolder: null,
  leaseUntil: null,
  refreshBegunAt: null,
  accessRefusedAt: null,
  replacesRefused: false,
} as const;

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
