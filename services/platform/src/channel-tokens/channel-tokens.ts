import { z } from 'zod';
import { type HttpClient, HttpClientError, jsonOf } from '../http-client/index.ts';
import { type Clock, DependencyUnavailable, fingerprint } from '../kernel/index.ts';

const answered = z.object({
  status: z.enum(['connected', 'expiring', 'needs_reauthorization', 'disconnected']),
  grantedScopes: z.array(z.string()),
  /** Null when there is none that works. */
  accessToken: z.string().nullable(),
  /** Epoch milliseconds. */
  goodUntil: z.number().nullable(),
});

/** What auth says of a channel. `unknown`: it was never connected. */
export type ChannelAccess =
  | { readonly kind: 'unknown' }
  | ({ readonly kind: 'known' } & Readonly<Omit<z.infer<typeof answered>, 'goodUntil'>>);

export interface ChannelTokens {
  /** Throws `DependencyUnavailable` while auth does not answer. */
  access(channelId: string): Promise<ChannelAccess>;
  /** TikTok refused this token: it is not used again, and auth is told of it with the next question. */
  refused(channelId: string, accessToken: string): void;
  /** A record says that something of this channel has changed: auth is asked again. */
  forget(channelId: string): void;
}

/** For so long at most an answer is used without asking again. */
const REMEMBERED_MS = 60_000;
/** A token that ends sooner is not begun with. */
const MARGIN_MS = 30_000;
/** For the client of who can wait: auth may ask TikTok for a new token before it answers. */
export const TOKEN_DEADLINE_MS = 15_000;
/** Ids that no path can hold: with them the address is another one, where nobody knows anything of channels. */
const NO_SEGMENT = /^\.{0,2}$/;

interface Remembered {
  readonly access: Extract<ChannelAccess, { readonly kind: 'known' }>;
  readonly untilMs: number;
}

/** Access tokens by auth's internal endpoint. Only what can be called with is remembered: a refusal may be over at any time. */
export const createChannelTokens = ({
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
}): ChannelTokens => {
  const remembered = new Map<string, Remembered>();
  /** Fingerprints of tokens that TikTok refused, by channel, until auth has been told. */
  const refusals = new Map<string, string>();

  const ask = async (channelId: string): Promise<ChannelAccess> => {
    const refusedTokenFingerprint = refusals.get(channelId);
    const answer = await client.call({
      method: 'POST',
      url: `${baseUrl}/internal/v1/channels/${encodeURIComponent(channelId)}/access-token`,
      headers: { authorization: `Bearer ${await serviceToken('auth')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ refusedTokenFingerprint }),
    });
    if (answer.status === 404 && problemCodeOf(jsonOf(answer, 'auth')) === 'channel_unknown') {
      return { kind: 'unknown' };
    }
    if (answer.status !== 200) throw new DependencyUnavailable('auth');
    const { goodUntil, ...known } = answered.parse(jsonOf(answer, 'auth'));
    const access = { kind: 'known', ...known } as const;
    if (refusals.get(channelId) === refusedTokenFingerprint) refusals.delete(channelId);
    if (access.accessToken !== null) {
      const endsAtMs = (goodUntil ?? Number.POSITIVE_INFINITY) - MARGIN_MS;
      remembered.set(channelId, { access, untilMs: Math.min(clock.now() + REMEMBERED_MS, endsAtMs) });
    }
    return access;
  };
  return {
    async access(channelId) {
      if (NO_SEGMENT.test(channelId)) return { kind: 'unknown' };
      const found = remembered.get(channelId);
      if (found !== undefined && clock.now() < found.untilMs) return found.access;
      remembered.delete(channelId);
      return orUnavailable(() => ask(channelId));
    },
    refused(channelId, accessToken) {
      if (remembered.get(channelId)?.access.accessToken === accessToken) remembered.delete(channelId);
      refusals.set(channelId, fingerprint(accessToken));
    },
    forget: (channelId) => void remembered.delete(channelId),
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
