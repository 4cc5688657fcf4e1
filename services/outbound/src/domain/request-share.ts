const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** How TikTok has refused calls for their number (40100) lately. Times are epoch milliseconds. */
export interface Strikes {
  /** Refusals in a row, without a call that was taken in between. */
  readonly inARow: number;
  readonly lastAtMs: number | null;
  readonly pausedUntilMs: number | null;
}

export const NO_STRIKES: Strikes = { inARow: 0, lastAtMs: null, pausedUntilMs: null };

/** A share is halved for so long after a refusal. */
export const HALVED_FOR_MS = MINUTE_MS;

/** Calls that were on their way at the same time are refused together, and count as one. */
const ONE_STRIKE_MS = 2_000;

/** So many in a row, at half the share, are no burst any more: a quota of the minute or of the day is used up. */
const STRIKES_OF_QUOTA = 3;

/** Source: a breach of the quota per minute clears after five minutes, one per day at 00:00 UTC (fact sheet, section 7.2). */
const MINUTE_BREACH_MS = 5 * MINUTE_MS;

/** Nobody says which of the two it is, so the day is not waited for without asking now and then: a refused call costs nothing. */
const ASK_AGAIN_MS = 30 * MINUTE_MS;

export const strike = (strikes: Strikes, nowMs: number): Strikes => {
  const { inARow, lastAtMs, pausedUntilMs } = strikes;
  if (lastAtMs !== null && nowMs - lastAtMs < ONE_STRIKE_MS) return strikes;
  const count = inARow + 1;
  return { inARow: count, lastAtMs: nowMs, pausedUntilMs: pauseAfter(count, nowMs) ?? pausedUntilMs };
};

const pauseAfter = (inARow: number, nowMs: number): number | null => {
  if (inARow < STRIKES_OF_QUOTA) return null;
  if (inARow === STRIKES_OF_QUOTA) return nowMs + MINUTE_BREACH_MS;
  return Math.min((Math.floor(nowMs / DAY_MS) + 1) * DAY_MS, nowMs + ASK_AGAIN_MS);
};
