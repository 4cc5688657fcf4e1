import type { Profile } from '../domain/channel.ts';
import type { TokenPair } from '../domain/refresh-rules.ts';

/** TikTok's answer as far as an operator needs it; null when there was none. */
export type TikTokTrace = { readonly code: number; readonly requestId: string | null } | null;

export interface TikTokFailure {
  readonly kind: 'failed';
  readonly failure: 'code_refused' | 'region_or_permission' | 'tiktok_unavailable';
  readonly trace: TikTokTrace;
}

export interface Grant {
  readonly kind: 'granted';
  readonly channelId: string;
  readonly tokens: TokenPair;
  readonly scopes: readonly string[];
}

/**
 * - `refused`: TikTok will not renew this pair.
 * - `unavailable`: nothing is known of the pair, which may still be good. `mayHaveRenewed`: the request may have got there, and
 *   with it the end of this refresh token.
 */
export type RefreshAnswer =
  | { readonly kind: 'refreshed'; readonly tokens: TokenPair; readonly scopes: readonly string[] }
  | { readonly kind: 'refused'; readonly trace: TikTokTrace }
  | { readonly kind: 'unavailable'; readonly mayHaveRenewed: boolean; readonly trace: TikTokTrace };

/** What TikTok makes of a token or of a request about one. */
export interface TokenVerdict {
  readonly kind: 'taken' | 'refused' | 'unavailable';
  readonly trace: TikTokTrace;
}

/**
 * None of these throws for what TikTok or the network does. Those that wait for their turn throw `DependencyUnavailable` while
 * the database that gives it is away; they have asked TikTok nothing then.
 */
export interface TikTok {
  /** Address of the consent page. */
  consentUrl(state: string): string;
  exchange(code: string): Promise<Grant | TikTokFailure>;
  profile(grant: Grant): Promise<{ readonly kind: 'known'; readonly profile: Profile } | TikTokFailure>;
  refresh(tokens: TokenPair): Promise<RefreshAnswer>;
  /** Whether the token is still one of this channel. */
  inspect(channelId: string, accessToken: string): Promise<TokenVerdict>;
  /** `refused`: it was no good any more. */
  revoke(accessToken: string): Promise<TokenVerdict>;
}

/** TikTok's side of the app's webhook for direct messages. */
export interface TikTokWebhooks {
  /** `callbackUrl` null: not subscribed. */
  callback(): Promise<
    | { readonly kind: 'known'; readonly callbackUrl: string | null }
    | { readonly kind: 'refused' | 'unavailable'; readonly trace: TikTokTrace }
  >;
  register(callbackUrl: string): Promise<TokenVerdict>;
}
