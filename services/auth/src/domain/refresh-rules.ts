/** The two tokens of a channel and their lifetimes, as TikTok answered them. */
export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly issuedAtMs: number;
  readonly accessExpiresAtMs: number;
  readonly refreshExpiresAtMs: number;
}

/**
 * A token is given out until this long before TikTok ends it: the call that it was asked for must still arrive, and
 * clocks differ. Callers keep it for 60 s at most and drop it at `goodUntil`.
 */
const SAFETY_MARGIN_MS = 60_000;

/** A refusal is asked about again: its cause may be a setting of ours, which an operator puts right. */
export const REFUSED_REFRESH_PAUSE_MS = 5 * 60_000;

/** TikTok was away. */
export const FAILED_REFRESH_PAUSE_MS = 15_000;

export const goodUntil = ({ accessExpiresAtMs }: TokenPair): number => accessExpiresAtMs - SAFETY_MARGIN_MS;

export const works = (tokens: TokenPair, nowMs: number): boolean => nowMs < goodUntil(tokens);

/** Half of its life is over: there is as much time again to get over an outage of TikTok. */
export const isRefreshDue = ({ issuedAtMs, accessExpiresAtMs }: TokenPair, nowMs: number): boolean =>
  nowMs >= issuedAtMs + (accessExpiresAtMs - issuedAtMs) / 2;

export const canRefresh = ({ refreshExpiresAtMs }: TokenPair, nowMs: number): boolean => nowMs < refreshExpiresAtMs;
