import type { RemovalReason } from './status-reasons.ts';

/** TikTok's notice that an account no longer authorises the app. */
export interface AuthorizationRemoval {
  readonly channelId: string;
  readonly reason: RemovalReason;
  /** By TikTok's clock, or when it arrived where TikTok did not say. */
  readonly occurredAtMs: number;
}

/** TikTok's clock and ours differ, and its notices are stamped in whole seconds. Within this TikTok is asked. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** It speaks of an authorisation that was replaced since. */
export const isOfEarlierAuthorization = (
  { occurredAtMs }: AuthorizationRemoval,
  { authorizedAtMs }: { readonly authorizedAtMs: number },
): boolean => occurredAtMs + CLOCK_TOLERANCE_MS < authorizedAtMs;
