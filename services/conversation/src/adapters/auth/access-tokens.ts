import { type HttpClient, HttpClientError, jsonOf } from '@tiktok-channel/platform/http-client';
import { type Clock, fingerprint } from '@tiktok-channel/platform/kernel';
import { z } from 'zod';
import type { AccessTokens } from '../../application/ports.ts';

/** For so long at most a token is used without asking; a record about its channel forgets it at once. */
const REMEMBERED_MS = 60_000;
/** A token that ends sooner is not begun with. */
const MARGIN_MS = 30_000;

const answer = z.object({ accessToken: z.string().nullable(), goodUntil: z.number().nullable() });

interface Remembered {
  readonly accessToken: string;
  readonly untilMs: number;
}

export const createAccessTokens = ({
  client,
  baseUrl,
  serviceToken,
  clock,
}: {
  readonly client: Pick<HttpClient, 'call'>;
  /** Auth's internal address. */
  readonly baseUrl: string;
  readonly serviceToken: (audience: string) => Promise<string>;
  readonly clock: Clock;
}): AccessTokens => {
  const remembered = new Map<string, Remembered>();
  /** Fingerprints of tokens that TikTok refused, by channel, until auth has been told. */
  const refusals = new Map<string, string>();

  const ask = async (channelId: string): ReturnType<AccessTokens['of']> => {
    const refusedTokenFingerprint = refusals.get(channelId);
    const { status, ...rest } = await client.call({
      method: 'POST',
      url: `${baseUrl}/internal/v1/channels/${encodeURIComponent(channelId)}/access-token`,
      headers: { authorization: `Bearer ${await serviceToken('auth')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ refusedTokenFingerprint }),
    });
    if (status === 404) return { kind: 'none' };
    if (status !== 200) return { kind: 'unavailable' };
    const { accessToken, goodUntil } = answer.parse(jsonOf({ status, ...rest }, 'auth'));
    if (refusals.get(channelId) === refusedTokenFingerprint) refusals.delete(channelId);
    if (accessToken === null) return { kind: 'none' };
    const untilMs = Math.min(clock.now() + REMEMBERED_MS, (goodUntil ?? Number.POSITIVE_INFINITY) - MARGIN_MS);
    remembered.set(channelId, { accessToken, untilMs });
    return { kind: 'token', accessToken };
  };
  return {
    of: async (channelId) => {
      const known = remembered.get(channelId);
      if (known !== undefined && clock.now() < known.untilMs) return { kind: 'token', accessToken: known.accessToken };
      remembered.delete(channelId);
      try {
        return await ask(channelId);
      } catch (error) {
        if (error instanceof HttpClientError || error instanceof z.ZodError) return { kind: 'unavailable' };
        throw error;
      }
    },
    drop: (channelId) => remembered.delete(channelId),
    refused: (channelId, accessToken) => {
      if (remembered.get(channelId)?.accessToken === accessToken) remembered.delete(channelId);
      refusals.set(channelId, fingerprint(accessToken));
    },
  };
};
