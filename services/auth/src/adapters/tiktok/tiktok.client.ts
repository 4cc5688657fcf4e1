import type { Secret } from '@tiktok-channel/platform/config';
import { HttpClientError, retrying } from '@tiktok-channel/platform/http-client';
import { type Clock, storableText } from '@tiktok-channel/platform/kernel';
import { type TikTokAnswer, type TikTokApi, tiktokCodes } from '@tiktok-channel/platform/tiktok';
import { z } from 'zod';
import type { Grant, RefreshAnswer, TikTok, TikTokFailure } from '../../application/tiktok-ports.ts';
import type { TokenPair } from '../../domain/refresh-rules.ts';
import { answerOrNull, traceOf, verdictOf } from './answers.ts';
import { createAppCalls } from './app-calls.ts';

export interface TikTokAppSettings {
  /** TikTok's consent page. */
  readonly authorizeUrl: string;
  readonly appId: string;
  /** More than one while it is being changed at TikTok: which one TikTok takes at the moment is found out. */
  readonly appSecrets: readonly Secret[];
  /** Must match what is registered with TikTok, character for character. */
  readonly redirectUri: string;
  readonly scopes: readonly string[];
}

/** Of one call; shorter than what whoever asks for a token waits. */
const DEADLINE_MS = 10_000;
const PROFILE_ATTEMPTS = 3;
const PROFILE_FIELDS = ['username', 'display_name', 'profile_image'];

/** TikTok as this service needs it. None of the answers throws for what TikTok or the network does. */
export const createTikTokClient = ({
  api,
  settings,
  clock,
}: {
  readonly api: TikTokApi;
  readonly settings: TikTokAppSettings;
  readonly clock: Clock;
}): TikTok => {
  const { appId, redirectUri } = settings;
  const asApp = createAppCalls(settings.appSecrets);
  const postToken = (path: string, body: object) =>
    asApp((secret) =>
      api.post(`tt_user/${path}/`, {
        body: { client_id: appId, client_secret: secret, ...body },
        deadlineMs: DEADLINE_MS,
      }),
    );

  return {
    consentUrl: (state) => consentUrl(settings, state),

    exchange: async (code) => {
      const askedAtMs = clock.now();
      const body = { grant_type: 'authorization_code', auth_code: code, redirect_uri: redirectUri };
      return grantOf(await answerOrNull(() => postToken('oauth2/token', body)), askedAtMs);
    },

    profile: async ({ channelId, tokens: { accessToken } }) => {
      const query = { business_id: channelId, fields: JSON.stringify(PROFILE_FIELDS) };
      const ask = () => api.get('business/get/', { query, accessToken, deadlineMs: DEADLINE_MS });
      return profileOf(
        await answerOrNull(() => retrying(ask, { attempts: PROFILE_ATTEMPTS, isRetryable: isWorthAnotherTry })),
      );
    },

    refresh: async ({ refreshToken }) => {
      const askedAtMs = clock.now();
      const body = { grant_type: 'refresh_token', refresh_token: refreshToken };
      try {
        return refreshOf(await postToken('oauth2/refresh_token', body), askedAtMs);
      } catch (error) {
        if (!(error instanceof HttpClientError)) throw error;
        return { kind: 'unavailable', mayHaveRenewed: error.code !== 'unreachable', trace: null };
      }
    },

    inspect: async (channelId, accessToken) => {
      const body = { app_id: appId, access_token: accessToken };
      const ask = () => api.post('tt_user/token_info/get/', { body, deadlineMs: DEADLINE_MS });
      const answer = await answerOrNull(ask);
      const verdict = verdictOf(answer, TOKEN_REFUSALS);
      const isOfChannel = verdict.kind !== 'taken' || creatorOf(answer) === channelId;
      return isOfChannel ? verdict : { ...verdict, kind: 'unavailable' };
    },

    revoke: async (accessToken) =>
      verdictOf(await answerOrNull(() => postToken('oauth2/revoke', { access_token: accessToken })), TOKEN_REFUSALS),
  };
};

/** `disable_auto_auth`: a silent redirect of somebody who authorised before can come back without a code. */
const consentUrl = ({ authorizeUrl, appId, redirectUri, scopes }: TikTokAppSettings, state: string): string => {
  const url = new URL(authorizeUrl);
  url.search = new URLSearchParams({
    client_key: appId,
    response_type: 'code',
    scope: scopes.join(','),
    redirect_uri: redirectUri,
    state,
    disable_auto_auth: '1',
  }).toString();
  return url.href;
};

const isWorthAnotherTry = (error: unknown): boolean => error instanceof HttpClientError && error.retryable;

const text = z.string().min(1);
const seconds = z.number().positive();

/** Fact sheet, section 4.3. Lifetimes are taken from here alone: sources differ about the refresh token's. */
const tokenAnswer = z.object({
  access_token: text,
  expires_in: seconds,
  refresh_token: text,
  refresh_token_expires_in: seconds,
  scope: z.string(),
});

const exchangeAnswer = tokenAnswer.extend({ open_id: text });

/** A person's words: what PostgreSQL and UTF-8 do not take becomes U+FFFD. */
const words = z.string().transform(storableText).nullish();

/** Fields whose scope was not granted are absent. */
const profileAnswer = z.object({ username: words, display_name: words, profile_image: words });

const tokenInfo = z.object({ creator_id: z.string() });

const creatorOf = (answer: TikTokAnswer | null): string | null =>
  tokenInfo.safeParse(answer?.data).data?.creator_id ?? null;

/** Lives are counted from before the call, so that a slow answer never makes a token look younger than it is. */
const pairOf = (answer: z.infer<typeof tokenAnswer>, askedAtMs: number): TokenPair => ({
  accessToken: answer.access_token,
  refreshToken: answer.refresh_token,
  issuedAtMs: askedAtMs,
  accessExpiresAtMs: askedAtMs + answer.expires_in * 1000,
  refreshExpiresAtMs: askedAtMs + answer.refresh_token_expires_in * 1000,
});

const scopesOf = ({ scope }: z.infer<typeof tokenAnswer>): readonly string[] =>
  scope
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

const grantOf = (answer: TikTokAnswer | null, askedAtMs: number): Grant | TikTokFailure => {
  if (answer?.code !== tiktokCodes.ok) return failureOf(answer);
  const parsed = exchangeAnswer.safeParse(answer.data);
  if (!parsed.success) return { kind: 'failed', failure: 'tiktok_unavailable', trace: traceOf(answer) };

  const { data } = parsed;
  return { kind: 'granted', channelId: data.open_id, tokens: pairOf(data, askedAtMs), scopes: scopesOf(data) };
};

const profileOf = (answer: TikTokAnswer | null): Awaited<ReturnType<TikTok['profile']>> => {
  if (answer?.code !== tiktokCodes.ok) return failureOf(answer);
  const parsed = profileAnswer.safeParse(answer.data);
  if (!parsed.success) return { kind: 'failed', failure: 'tiktok_unavailable', trace: traceOf(answer) };

  const { username, display_name: displayName, profile_image: profileImageUrl } = parsed.data;
  return {
    kind: 'known',
    profile: {
      username: username ?? null,
      displayName: displayName ?? null,
      profileImageUrl: profileImageUrl ?? null,
    },
  };
};

/** An answer of TikTok that is not understood may have renewed all the same. */
const refreshOf = (answer: TikTokAnswer, askedAtMs: number): RefreshAnswer => {
  const trace = traceOf(answer);
  if (answer.code !== tiktokCodes.ok) {
    if (REFRESH_REFUSALS.has(answer.code)) return { kind: 'refused', trace };
    return { kind: 'unavailable', mayHaveRenewed: answer.code !== tiktokCodes.tooManyRequests, trace };
  }
  const parsed = tokenAnswer.safeParse(answer.data);
  if (!parsed.success) return { kind: 'unavailable', mayHaveRenewed: true, trace };

  return { kind: 'refreshed', tokens: pairOf(parsed.data, askedAtMs), scopes: scopesOf(parsed.data) };
};

/**
 * Codes that say that this refresh token will not do (fact sheet, section 8.1). A code that is not listed proves nothing, and
 * a channel is not given up for it.
 */
const REFRESH_REFUSALS: ReadonlySet<number> = new Set([
  tiktokCodes.noPermission,
  tiktokCodes.invalidParameter,
  tiktokCodes.notFound,
  tiktokCodes.tokenExpired,
  tiktokCodes.tokenRejected,
  tiktokCodes.authorizationCodeExpired,
]);

/** Codes that say that an access token will not do. */
const TOKEN_REFUSALS: ReadonlySet<number> = new Set([tiktokCodes.tokenExpired, tiktokCodes.tokenRejected]);

/** TikTok is away, overloaded or says so. */
const OUTAGES: ReadonlySet<number> = new Set([
  tiktokCodes.tooManyRequests,
  tiktokCodes.serverError,
  tiktokCodes.systemError,
]);

/** TikTok documents no code for a region that it does not serve; 40001 is its word for every missing permission. */
const failureOf = (answer: TikTokAnswer | null): TikTokFailure => ({
  kind: 'failed',
  failure: failureCodeOf(answer),
  trace: traceOf(answer),
});

const failureCodeOf = (answer: TikTokAnswer | null): TikTokFailure['failure'] => {
  if (answer === null || answer.httpStatus >= 500 || OUTAGES.has(answer.code)) return 'tiktok_unavailable';
  return answer.code === tiktokCodes.noPermission ? 'region_or_permission' : 'code_refused';
};
