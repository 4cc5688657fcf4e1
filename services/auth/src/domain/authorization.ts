import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';

/** How long somebody may stay on TikTok's consent page. TikTok's own code lives as long (fact sheet, section 4.3). */
export const AUTHORIZATION_LIFETIME_MS = 10 * 60_000;

/** What travels through TikTok as `state`, signed. */
export interface AuthorizationState {
  readonly attemptId: string;
  readonly accountId: string;
  readonly userId: string;
  /** A path of the console from the allow-list. */
  readonly returnTo: string;
  /** The channel to come back for; null for any. */
  readonly channelId: string | null;
  /** Fingerprint of the key that the browser keeps in its cookie. */
  readonly browser: string;
  readonly expiresAtMs: number;
}

/** Where a browser is sent when nothing better is known. */
export const DEFAULT_RETURN_TO = '/channels';

/** Only a path that is on the list as it stands: a prefix or a full address would be an open redirect. */
export const chooseReturnTo = (
  wanted: string | null,
  allowed: readonly string[],
): Result<string, 'return_to_not_allowed'> => {
  if (wanted === null) return ok(DEFAULT_RETURN_TO);
  return allowed.includes(wanted) ? ok(wanted) : refuse('return_to_not_allowed');
};

/** What TikTok's redirect says in its query. */
export type ConsentAnswer =
  | { readonly kind: 'granted'; readonly code: string }
  | { readonly kind: 'failed'; readonly failure: 'denied' | 'tiktok_unavailable' | 'authorization_incomplete' };

/** OAuth's names for an outage at TikTok (RFC 6749, section 4.1.2.1). */
const OUTAGES: readonly string[] = ['server_error', 'temporarily_unavailable'];

/** TikTok may also redirect silently, without code and without error (fact sheet, section 4.1, `disable_auto_auth`). */
export const readConsent = ({
  code,
  error,
}: {
  readonly code: string | null;
  readonly error: string | null;
}): ConsentAnswer => {
  if (error === 'access_denied') return { kind: 'failed', failure: 'denied' };
  if (error !== null && OUTAGES.includes(error)) return { kind: 'failed', failure: 'tiktok_unavailable' };
  if (error !== null || code === null) return { kind: 'failed', failure: 'authorization_incomplete' };

  return { kind: 'granted', code };
};
