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
  /** Fingerprints of tokens that TikTok refused, by channel, until auth has been told. */
  const refusals = new Map<string, string>();

  const remember = (channelId: string, access: ChannelAccess, goodUntilMs: number): void => {
    remembered.set(channelId, { access, untilMs: Math.min(clock.now() + REMEMBERED_MS, goodUntilMs - MARGIN_MS) });
  };
  const ask = async (channelId: string): Promise<ChannelAccess> => {
    const refusedTokenFingerprint = refusals.get(channelId);
    const answer = await client.call({
      method: 'POST',
      url: `${baseUrl}/internal/v1/channels/${encodeURIComponent(channelId)}/access-token`,
      headers: { authorization: `Bearer ${await serviceToken('auth')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ refusedTokenFingerprint }),
      deadlineMs: DEADLINE_MS,
    });
    if (answer.status === 404 && problemCodeOf(jsonOf(answer, 'auth')) === 'channel_unknown') {
      return { kind: 'unknown' };
    }
    if (answer.status !== 200) throw new DependencyUnavailable('auth');
    const { goodUntil, ...known } = channel.parse(jsonOf(answer, 'auth'));
    if (refusals.get(channelId) === refusedTokenFingerprint) refusals.delete(channelId);
    const access = { kind: 'known', ...known } as const;
    if (known.accessToken !== null) remember(channelId, access, goodUntil ?? Number.POSITIVE_INFINITY);
    return access;
  };
  return {
    access: async (channelId) => {
      if (DOTS.test(channelId)) return { kind: 'unknown' };
      const known = remembered.get(channelId);
      if (known !== undefined && clock.now() < known.untilMs) return known.access;
      remembered.delete(channelId);
      return orUnavailable(() => ask(channelId));
    },
    forget: (channelId) => {
      remembered.delete(channelId);
    },
    refused: (channelId, accessToken) => {
      const known = remembered.get(channelId)?.access;
      if (known?.kind === 'known' && known.accessToken === accessToken) remembered.delete(channelId);
      refusals.set(channelId, fingerprint(accessToken));
    },
  };
};

const orUnavailable = async <T>(ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof HttpClientError || error instanceof z.ZodError) throw new DependencyUnavailable('auth', error);
    throw error;
  }
};

const problem = z.object({ code: z.string() });

const problemCodeOf = (body: unknown): string | null => problem.safeParse(body).data?.code ?? null;
