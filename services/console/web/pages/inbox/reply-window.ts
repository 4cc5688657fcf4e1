import type { ReplyWindow } from '../../api/types.ts';

/**
 * Whether somebody may answer, now. `open` and `closing`: time is left (`closing`: half a day at most). `silence`: the time is
 * over, and some messages are left. `closed`: TikTok takes nothing until the customer writes.
 */
export type WindowState =
  | {
      readonly kind: 'open' | 'closing';
      readonly leftMs: number;
      /** Of the whole time, between 0 and 1. */
      readonly share: number;
      /** Null is any number. */
      readonly remaining: number | null;
    }
  | { readonly kind: 'silence'; readonly remaining: number }
  | { readonly kind: 'closed' };

const HOUR_MS = 3_600_000;
/** TikTok's time to answer (48 hours after the customer's last message), for the picture of it alone. */
const WHOLE_MS = 48 * HOUR_MS;
const SOON_MS = 12 * HOUR_MS;

export const windowStateAt = ({ closesAt, remaining }: ReplyWindow, nowMs: number): WindowState => {
  if (remaining === 0) return { kind: 'closed' };
  if (closesAt === null) return remaining === null ? { kind: 'closed' } : { kind: 'silence', remaining };
  const leftMs = closesAt - nowMs;
  // What holds after that moment the server tells when it is asked again.
  if (leftMs <= 0) return { kind: 'closed' };
  return {
    kind: leftMs <= SOON_MS ? 'closing' : 'open',
    leftMs,
    share: Math.min(1, leftMs / WHOLE_MS),
    remaining,
  };
};
