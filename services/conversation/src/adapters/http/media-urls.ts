import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@tiktok-channel/platform/config';
import { type Clock, ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { z } from 'zod';
import { MEDIA_PATH } from './paths.ts';

/** Addresses of media for pages: an `<img>` sends no header, and a token has no place in an address. */
export interface MediaUrls {
  /** Good for people of this account, for some minutes. */
  of(accountId: string, mediaId: string): string;
  /** The account that an address was made for. Whether the medium is that account's is another question. */
  accountOf(mediaId: string, query: SignedQuery): Result<string, 'media_url_invalid' | 'media_url_expired'>;
}

/** `sig` is among the parameters that no span shows. */
export const signedQuery = z.object({
  account: z.string().max(1_000),
  until: z.string().regex(/^\d{1,15}$/, 'is no time'),
  sig: z.string().max(100),
});

export type SignedQuery = z.infer<typeof signedQuery>;

const LIFETIME_MS = 300_000;
/** For so long an address stays the same, so that a page which asks again finds its pictures in the browser's cache. */
const SAME_FOR_MS = 150_000;

/** The first of `secrets` signs, all verify. */
export const createMediaUrls = ({
  secrets,
  clock,
}: {
  readonly secrets: readonly Secret[];
  readonly clock: Clock;
}): MediaUrls => {
  const [current] = secrets;
  if (current === undefined) throw new Error('media URLs need a secret');
  return {
    of: (account, mediaId) => {
      const until = String(Math.floor(clock.now() / SAME_FOR_MS) * SAME_FOR_MS + LIFETIME_MS);
      const sig = signatureOf(current, { mediaId, account, until }).toString('base64url');
      return `${MEDIA_PATH}/${encodeURIComponent(mediaId)}?${new URLSearchParams({ account, until, sig })}`;
    },

    accountOf: (mediaId, { account, until, sig }) => {
      const claimed = Buffer.from(sig, 'base64url');
      const isOurs = secrets.some((secret) => isSame(signatureOf(secret, { mediaId, account, until }), claimed));
      if (!isOurs) return refuse('media_url_invalid');
      return clock.now() < Number(until) ? ok(account) : refuse('media_url_expired');
    },
  };
};

/** As JSON, so that no two triples are signed as one text. */
const signatureOf = (secret: Secret, { mediaId, account, until }: Omit<SignedQuery, 'sig'> & { mediaId: string }) =>
  createHmac('sha256', secret.reveal())
    .update(JSON.stringify([until, mediaId, account]))
    .digest();

const isSame = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
