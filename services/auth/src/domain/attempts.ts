import { type AuthorizationFailure, authorizationFailures } from './authorization-failures.ts';
import { limitsOf, type ScopeLimit } from './scopes.ts';

/**
 * - `pending`: somebody may be on TikTok's page, or on the way back.
 * - `interrupted`: they came back, and how it ended was not kept: the process died, or the database was away.
 * - `no_callback`: TikTok never came back.
 */
export type AttemptOutcome = 'connected' | AuthorizationFailure | 'pending' | 'interrupted' | 'no_callback';

/** An authorisation that somebody started, as it is kept. */
export interface Attempt {
  readonly attemptId: string;
  readonly accountId: string;
  readonly userId: string;
  /** The channel to come back for; null for any. */
  readonly channelId: string | null;
  readonly startedAtMs: number;
  readonly expiresAtMs: number;
  readonly usedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly outcome: 'connected' | AuthorizationFailure | 'no_callback' | null;
  readonly missingScopes: readonly string[];
  readonly tiktokUsername: string | null;
  readonly tiktokCode: number | null;
  readonly tiktokRequestId: string | null;
}

/** The end of an attempt is stored so soon after it was used, if at all. */
const ENDS_WITHIN_MS = 60_000;

export const outcomeOf = ({ outcome, usedAtMs, expiresAtMs }: Attempt, nowMs: number): AttemptOutcome => {
  if (outcome !== null) return outcome;
  if (usedAtMs !== null) return nowMs < usedAtMs + ENDS_WITHIN_MS ? 'pending' : 'interrupted';
  return nowMs < expiresAtMs ? 'pending' : 'no_callback';
};

interface AttemptExplanation {
  readonly sentence: string;
  readonly advice: string | null;
  /** What it may have been, the likeliest first. */
  readonly likelyCauses: readonly string[];
  readonly missingScopes: readonly ScopeLimit[];
}

export interface NamedChannel {
  readonly username: string | null;
}

/** What an administrator is told. `channel`: the one that was to be reauthorised. */
export const explain = (
  attempt: Attempt,
  outcome: AttemptOutcome,
  { channel, redirectUri }: { readonly channel: NamedChannel | null; readonly redirectUri: string },
): AttemptExplanation => {
  const missingScopes = limitsOf(attempt.missingScopes);
  switch (outcome) {
    case 'connected':
      return { sentence: 'The account was connected.', advice: null, likelyCauses: [], missingScopes };
    case 'pending':
      return { sentence: 'The connection is under way.', advice: null, likelyCauses: [], missingScopes };
    case 'interrupted':
      return {
        sentence: 'The connection was interrupted here after TikTok had come back.',
        advice: 'Look whether the channel is there; start again if it is not.',
        likelyCauses: [],
        missingScopes,
      };
    case 'no_callback':
      return {
        sentence: 'TikTok never came back from its page.',
        advice: 'Start again. If TikTok shows a page with an error, tell your operator what it says.',
        likelyCauses: likelyCausesOfNoCallback(redirectUri),
        missingScopes,
      };
    case 'other_tiktok_account':
      return { ...ofFailure(outcome), sentence: otherAccount(attempt, channel), missingScopes };
    default:
      return { ...ofFailure(outcome), missingScopes };
  }
};

const ofFailure = (failure: AuthorizationFailure) => ({ ...authorizationFailures[failure], likelyCauses: [] });

const otherAccount = ({ tiktokUsername }: Attempt, channel: NamedChannel | null): string => {
  if (tiktokUsername === null || channel?.username == null) return authorizationFailures.other_tiktok_account.sentence;
  return `TikTok came back with @${tiktokUsername}, but the channel to reconnect is @${channel.username}.`;
};

/** Fact sheet, section 4.1: an app without approval for one scope, or another redirect address, gets TikTok's own error page. */
const likelyCausesOfNoCallback = (redirectUri: string): readonly string[] => [
  'The page was closed, or it took longer than 10 minutes.',
  'The TikTok app is not approved for one of the scopes that it asks for: TikTok then shows its own error page (invalid_scope) and refuses all of them.',
  `The redirect address ${redirectUri} is not registered with the TikTok app, character for character.`,
  'The TikTok account is a personal one, or of a region that TikTok does not offer this to.',
];
