import {
  type Clock,
  DependencyUnavailable,
  fingerprint,
  ok,
  type Result,
  refuse,
} from '@tiktok-channel/platform/kernel';
import { type AuthorizationState, DEFAULT_RETURN_TO, readConsent } from '../domain/authorization.ts';
import type { AuthorizationFailure } from '../domain/authorization-failures.ts';
import type { Profile } from '../domain/channel.ts';
import { compareScopes, isUsable, type ScopeGrant, type ScopePolicy } from '../domain/scopes.ts';
import type { IsFeatureOn } from './features.ts';
import type { AuthorizationAttempts, Channels, ReportAuthorization, StateTokens } from './ports.ts';
import type { Grant, TikTok, TikTokTrace } from './tiktok-ports.ts';

/** What TikTok's redirect and the browser brought. */
export interface AuthorizationCallback {
  readonly state: string | null;
  readonly code: string | null;
  readonly error: string | null;
  /** What the browser kept from the start of this attempt. */
  readonly browserKeyOf: (attemptId: string) => string | null;
}

/** `attemptId` is null as long as it is not known which attempt this was. */
export type Completion = { readonly returnTo: string; readonly attemptId: string | null } & (
  | { readonly kind: 'connected'; readonly channelId: string }
  | { readonly kind: 'failed'; readonly failure: AuthorizationFailure }
);

interface Dependencies {
  readonly attempts: AuthorizationAttempts;
  readonly channels: Pick<Channels, 'authorize'>;
  readonly isFeatureOn: IsFeatureOn;
  readonly states: StateTokens;
  readonly tiktok: TikTok;
  readonly scopePolicy: ScopePolicy;
  readonly clock: Clock;
  readonly report: ReportAuthorization;
}

interface Failure {
  readonly failure: AuthorizationFailure;
  readonly trace?: TikTokTrace;
  readonly missingScopes?: readonly string[];
  readonly tiktokUsername?: string | null;
}

interface Authorized {
  readonly grant: Grant;
  readonly scopes: ScopeGrant;
  readonly profile: Profile;
}

/**
 * The end of an authorisation. The attempt is used up before the code is exchanged, so that a second delivery of the
 * same redirect asks TikTok nothing; whatever fails after that, nothing is stored and the person starts again.
 */
export const createCompleteAuthorization = (dependencies: Dependencies) => {
  return async (callback: AuthorizationCallback): Promise<Completion> => {
    const claimed = await orUnavailable(() => claim(dependencies, callback));
    if (!claimed.ok) return conclude(dependencies, null, claimed);

    const state = claimed.value;
    const connected = await orUnavailable(() => connect(dependencies, state, callback));
    if (!connected.ok) await keepFailure(dependencies, state, connected.error);
    return conclude(dependencies, state, connected);
  };
};

/** Checks that this browser started this attempt, and uses the attempt up. */
const claim = async (
  { states, attempts }: Dependencies,
  { state: token, browserKeyOf }: AuthorizationCallback,
): Promise<Result<AuthorizationState, Failure>> => {
  if (token === null) return refuse({ failure: 'state_missing' });
  const read = await states.read(token);
  if (!read.ok) return refuse({ failure: read.error });

  const state = read.value;
  const browserKey = browserKeyOf(state.attemptId);
  // A foreign browser must not be able to use up somebody's attempt, so this comes first.
  if (browserKey === null || fingerprint(browserKey) !== state.browser) {
    return refuse({ failure: 'state_of_other_browser' });
  }
  switch (await attempts.use(state)) {
    case 'used':
      return ok(state);
    case 'used_before':
      return refuse({ failure: 'state_reused' });
    case 'unknown':
      return refuse({ failure: 'state_invalid' });
  }
};

const connect = async (
  dependencies: Dependencies,
  state: AuthorizationState,
  callback: AuthorizationCallback,
): Promise<Result<string, Failure>> => {
  if (!(await dependencies.isFeatureOn(state.accountId, 'tiktok_channel'))) return refuse({ failure: 'feature_off' });
  const consent = readConsent(callback);
  if (consent.kind === 'failed') return refuse({ failure: consent.failure });
  const authorized = await authorize(dependencies, consent.code);
  if (!authorized.ok) return authorized;

  const { grant, scopes, profile } = authorized.value;
  const connected = await dependencies.channels.authorize(
    {
      type: 'AuthorizeChannel',
      channelId: grant.channelId,
      accountId: state.accountId,
      expectedChannelId: state.channelId,
      profile,
      scopes,
      atMs: dependencies.clock.now(),
    },
    { tokens: grant.tokens, attempt: state },
  );
  if (connected.ok) return ok(grant.channelId);
  const failure = connected.error === 'channel_unknown' ? 'state_invalid' : connected.error;
  return refuse({ failure, tiktokUsername: profile.username });
};

/** Scopes are compared before the profile is asked for: a missing one must not look like a missing permission. */
const authorize = async ({ tiktok, scopePolicy }: Dependencies, code: string): Promise<Result<Authorized, Failure>> => {
  const grant = await tiktok.exchange(code);
  if (grant.kind === 'failed') return refuse(grant);
  const scopes = compareScopes(scopePolicy, grant.scopes);
  if (!isUsable(scopePolicy, scopes)) return refuse({ failure: 'scope_missing', missingScopes: scopes.missing });

  const known = await tiktok.profile(grant);
  return known.kind === 'failed' ? refuse(known) : ok({ grant, scopes, profile: known.profile });
};

const orUnavailable = async <T>(work: () => Promise<Result<T, Failure>>): Promise<Result<T, Failure>> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DependencyUnavailable) return refuse({ failure: 'service_unavailable' });
    throw error;
  }
};

/** For the channels page. That it cannot be kept changes nothing for who waits: they have their code. */
const keepFailure = async ({ attempts }: Dependencies, state: AuthorizationState, ended: Failure): Promise<void> => {
  const { failure, trace = null, missingScopes = [], tiktokUsername = null } = ended;
  try {
    await attempts.fail(state.attemptId, { failure, trace, missingScopes, tiktokUsername });
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
  }
};

const conclude = (
  { report }: Dependencies,
  state: AuthorizationState | null,
  result: { readonly ok: true; readonly value: string } | { readonly ok: false; readonly error: Failure },
): Completion => {
  const to = { returnTo: state?.returnTo ?? DEFAULT_RETURN_TO, attemptId: state?.attemptId ?? null };
  const who = { accountId: state?.accountId, userId: state?.userId, attemptId: state?.attemptId };
  if (result.ok) {
    report({ outcome: 'connected', ...who, channelId: result.value, trace: null });
    return { ...to, kind: 'connected', channelId: result.value };
  }
  const { failure, trace = null } = result.error;
  report({ outcome: failure, ...who, trace });
  return { ...to, kind: 'failed', failure };
};
