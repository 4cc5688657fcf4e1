import { type HttpClient, HttpClientError, jsonOf } from '@tiktok-channel/platform/http-client';
import { type Clock, DependencyUnavailable, fingerprint } from '@tiktok-channel/platform/kernel';
import { z } from 'zod';
import type { Channels } from '../../application/ports.ts';
import type { ChannelAccess } from '../../domain/channel.ts';

/** For so long at most an answer is used without asking again. */
const REMEMBERED_MS = 60_000;
/** A token that ends sooner is not begun with. */
const MARGIN_MS = 30_000;
const DEADLINE_MS = 15_000;
/** Ids that no path can hold: with them the address is another one, where nobody knows anything of channels. */
const DOTS = /^\.{1,2}$/;

const channel = z.object({
  status: z.enum(['connected', 'expiring', 'needs_reauthorization', 'disconnected']),
  grantedScopes: z.array(z.string()),
  accessToken: z.string().nullable(),
  goodUntil: z.number().nullable(),
});

interface Remembered {
  readonly access: ChannelAccess;
  readonly untilMs: number;
}

/** Channels by auth's internal endpoint; `forget` is for when a channel has changed. Only what can be sent with is remembered: a refusal may be over at any time. */
export const createChannels = ({
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
}): Channels & { forget(channelId: string): void } => {
  const remembered = new Map<string, Remembered>();
  /** Fingerprints of tokens that TikTok refused, by channel, until auth has given another. */
  const refusedTokens = new Map<string, string>();

  const remember = (channelId: string, { goodUntil, ...known }: z.infer<typeof channel>): ChannelAccess => {
    const access: ChannelAccess = { kind: 'known', ...known };
    if (known.accessToken === null) return access;
    if (fingerprint(known.accessToken) !== refusedTokens.get(channelId)) refusedTokens.delete(channelId);
    const untilMs = Math.min(clock.now() + REMEMBERED_MS, (goodUntil ?? Number.POSITIVE_INFINITY) - MARGIN_MS);
    remembered.set(channelId, { access, untilMs });
    return access;
  };

  const ask = async (channelId: string): Promise<ChannelAccess> => {
    if (DOTS.test(channelId)) return { kind: 'unknown' };
    const answer = await client.call({
      method: 'POST',
      url: `${baseUrl}/internal/v1/channels/${encodeURIComponent(channelId)}/access-token`,
      headers: { authorization: `Bearer ${await serviceToken('auth')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ refusedTokenFingerprint: refusedTokens.get(channelId) ?? null }),
      deadlineMs: DEADLINE_MS,
    });
    if (answer.status === 404 && problemCodeOf(jsonOf(answer, 'auth')) === 'channel_unknown') {
      return { kind: 'unknown' };
    }
    if (answer.status !== 200) throw new DependencyUnavailable('auth');
    return remember(channelId, channel.parse(jsonOf(answer, 'auth')));
  };
  return {
    access: async (channelId) => {
      const known = remembered.get(channelId);
      if (known !== undefined && clock.now() < known.untilMs) return known.access;
      remembered.delete(channelId);
      try {
        return await ask(channelId);
      } catch (error) {
        if (error instanceof HttpClientError || error instanceof z.ZodError) {
          throw new DependencyUnavailable('auth', error);
        }
        throw error;
      }
    },
    forget: (channelId) => {
      remembered.delete(channelId);
    },
    refused: (channelId, accessToken) => {
      refusedTokens.set(channelId, fingerprint(accessToken));
      const known = remembered.get(channelId)?.access;
      if (known?.kind === 'known' && known.accessToken === accessToken) remembered.delete(channelId);
    },
  };
};

const problem = z.object({ code: z.string() });

const problemCodeOf = (body: unknown): string | null => problem.safeParse(body).data?.code ?? null;
