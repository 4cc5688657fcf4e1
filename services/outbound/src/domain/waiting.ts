/** Why a reply waits: a closed set, public in `ReplyDelayed.reason`. */
export type DelayReason =
  | 'rate_limited'
  | 'sending_too_fast'
  | 'tiktok_unavailable'
  | 'token_rejected'
  | 'auth_unavailable'
  | 'conversation_unavailable'
  | 'image_pending'
  | 'waiting_for_facts'
  | 'waiting_for_turn'
  /** An operator has paused the channel. */
  | 'channel_paused';

const FIRST_WAIT_MS = 1_000;
/** Source: after a breach of the minute quota TikTok asks for five minutes (fact sheet, section 7.2). */
export const LONGEST_WAIT_MS = 300_000;

/** A wait that is longer than this is told to subscribers by `ReplyDelayed`. */
export const TOLD_FROM_MS = 10_000;

/**
 * Wait before the next try, in milliseconds: exponential with full jitter. `tries` counts the tries that failed in a row,
 * from 1; `random` is in [0, 1).
 */
export const waitMs = (tries: number, random: number): number =>
  Math.round(random * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries - 1, 20)));

/** How long a whole channel waits after TikTok said, for the `blocks`-th time of a reply, that it sends too fast. */
export const slowDownMs = (blocks: number): number => 30_000 * 2 ** (blocks - 1);
