import type { RefreshRefusalReason } from './status-reasons.ts';

/** The two tokens of a channel and their lifetimes, as TikTok answered them. */
export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly issuedAtMs: number;
  readonly accessExpiresAtMs: number;
  readonly refreshExpiresAtMs: number;
}

/** A pair, and what has become of it since it was stored. */
export interface StoredTokens extends TokenPair {
  /** Grows with every pair that is stored for the channel. */
  readonly version: number;
  /** No refresh before this time. */
  readonly refreshNotBeforeMs: number;
  /** When TikTok refused the access token to a service; null while nobody has said so. */
  readonly accessRefusedAtMs: number | null;
  /** The pair before this one was renewed because TikTok refused its access token. */
  readonly replacesRefused: boolean;
}

/** The soonest ends of tokens of channels that are connected; null without one. */
export interface TokenHorizon {
  readonly accessExpiresAtMs: number | null;
  readonly refreshExpiresAtMs: number | null;
}

/**
 * A token is given out until this long before TikTok ends it: the call that it was asked for must still arrive, and
 * clocks differ. Callers keep it for 60 s at most and drop it at `goodUntil`.
 */
const SAFETY_MARGIN_MS = 60_000;

/** A refusal is asked about again: its cause may be a setting of ours, which an operator puts right. */
const REFUSED_REFRESH_PAUSE_MS = 5 * 60_000;

const LONGEST_REFUSED_PAUSE_MS = 24 * 60 * 60_000;

/** TikTok was away. */
export const FAILED_REFRESH_PAUSE_MS = 15_000;

/** A new token that is refused sooner than this is no better than the one it replaced: one more would not be either. */
const REFUSED_AGAIN_WITHIN_MS = 10 * 60_000;

/** Until the owner has authorised again there is nothing to ask. */
export const NEVER_MS = Number.MAX_SAFE_INTEGER;

export const goodUntil = ({ accessExpiresAtMs }: TokenPair): number => accessExpiresAtMs - SAFETY_MARGIN_MS;

export const works = (tokens: StoredTokens, nowMs: number): boolean =>
  tokens.accessRefusedAtMs === null && nowMs < goodUntil(tokens);

/** Half of its life is over: there is as much time again to get over an outage of TikTok. Or TikTok refuses it already. */
export const isRefreshDue = (tokens: StoredTokens, nowMs: number): boolean => {
  const { issuedAtMs, accessExpiresAtMs, accessRefusedAtMs, refreshNotBeforeMs } = tokens;
  const isHalfOver = nowMs >= issuedAtMs + (accessExpiresAtMs - issuedAtMs) / 2;
  return nowMs >= refreshNotBeforeMs && (isHalfOver || accessRefusedAtMs !== null);
};

export const canRefresh = ({ refreshExpiresAtMs }: TokenPair, nowMs: number): boolean => nowMs < refreshExpiresAtMs;

/** TikTok refuses each new access token as well as the old one: renewing on and on would hide that from everybody. */
export const isRefusedAgain = ({ replacesRefused, issuedAtMs }: StoredTokens, nowMs: number): boolean =>
  replacesRefused && nowMs < issuedAtMs + REFUSED_AGAIN_WITHIN_MS;

/** Once more at the moment when the token ends, before the channel is given up; then at ever longer intervals. */
export const askAgainAfterRefusal = (tokens: StoredTokens, nowMs: number): number => {
  if (works(tokens, nowMs)) return Math.min(nowMs + REFUSED_REFRESH_PAUSE_MS, goodUntil(tokens));

  const lostForMs = nowMs - (tokens.accessRefusedAtMs ?? goodUntil(tokens));
  return nowMs + Math.min(Math.max(lostForMs, REFUSED_REFRESH_PAUSE_MS), LONGEST_REFUSED_PAUSE_MS);
};

/**
 * Why a pair is not renewed any more. `wasBegunBefore`: a refresh of the same pair was begun earlier and its answer never
 * got here, so that TikTok may have ended this refresh token in favour of one that is lost.
 */
export const refusalReason = (
  tokens: StoredTokens,
  { nowMs, wasBegunBefore }: { readonly nowMs: number; readonly wasBegunBefore: boolean },
): RefreshRefusalReason => {
  if (!canRefresh(tokens, nowMs)) return 'refresh_token_expired';
  if (wasBegunBefore) return 'refresh_answer_lost';
  return tokens.accessRefusedAtMs === null ? 'refresh_refused' : 'token_refused';
};
