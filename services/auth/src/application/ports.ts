import type { Result } from '@tiktok-channel/platform/kernel';
import type { AuthorizationState } from '../domain/authorization.ts';
import type { AuthorizationFailure } from '../domain/authorization-failures.ts';
import type { AuthorizeChannel, Channel, ChannelCommand, ChannelRefusal, Profile } from '../domain/channel.ts';
import type { TokenPair } from '../domain/refresh-rules.ts';

/** Who acts, as the person's token says. */
export interface Actor {
  readonly userId: string;
  readonly accountId: string;
}

/** `next`: an unguessable text, safe in a cookie. */
export interface KeyGenerator {
  next(): string;
}

export type Pause = (ms: number) => Promise<void>;

/** Signs what travels through TikTok as `state` and reads it back. */
export interface StateTokens {
  sign(state: AuthorizationState): Promise<string>;
  read(token: string): Promise<Result<AuthorizationState, 'state_invalid' | 'state_expired'>>;
}

/** TikTok's answer as far as an operator needs it; null when there was none. */
export type TikTokTrace = { readonly code: number; readonly requestId: string | null } | null;

/** How an authorisation ended; ids as far as they are known. */
export type ReportAuthorization = (ended: {
  readonly outcome: 'connected' | AuthorizationFailure;
  readonly accountId?: string | undefined;
  readonly userId?: string | undefined;
  readonly attemptId?: string | undefined;
  readonly channelId?: string | undefined;
  readonly trace: TikTokTrace;
}) => void;

/** `superseded`: the tokens had moved on meanwhile, and what TikTok answered was dropped. */
export type ReportRefresh = (tried: {
  readonly outcome: RefreshAnswer['kind'] | 'superseded';
  readonly channelId: string;
  readonly version: number;
  readonly trace: TikTokTrace;
}) => void;

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

/** `refused`: TikTok will not renew this pair. `unavailable`: nothing is known; the pair may still be good. */
export type RefreshAnswer =
  | { readonly kind: 'refreshed'; readonly tokens: TokenPair; readonly scopes: readonly string[] }
  | { readonly kind: 'refused' | 'unavailable'; readonly trace: TikTokTrace };

/** None of these throws for what TikTok or the network does. */
export interface TikTok {
  /** Address of the consent page. */
  consentUrl(state: string): string;
  exchange(code: string): Promise<Grant | TikTokFailure>;
  profile(grant: Grant): Promise<{ readonly kind: 'known'; readonly profile: Profile } | TikTokFailure>;
  refresh(tokens: TokenPair): Promise<RefreshAnswer>;
}

export interface AuthorizationAttempts {
  /** Stores the attempt, with its audit record. */
  start(state: AuthorizationState): Promise<void>;
  /** Uses it up, once across all replicas. */
  use(state: AuthorizationState): Promise<'used' | 'used_before' | 'unknown'>;
}

export interface Channels {
  /** Events, projection, tokens and audit record in one transaction. */
  authorize(
    command: AuthorizeChannel,
    beside: { readonly tokens: TokenPair; readonly attempt: AuthorizationState },
  ): Promise<Result<void, ChannelRefusal>>;
  find(accountId: string, channelId: string): Promise<Channel | null>;
  ofAccount(accountId: string): Promise<readonly Channel[]>;
}

export interface StoredTokens extends TokenPair {
  /** Grows with every pair that is stored for the channel. */
  readonly version: number;
  /** No refresh before this time. */
  readonly refreshNotBeforeMs: number;
}

/** The right to refresh one version of a channel's tokens, held by one caller in all replicas until it ends. */
export interface RefreshLease {
  readonly channelId: string;
  readonly version: number;
  readonly holder: string;
}

type RefreshCommand = Extract<ChannelCommand, { readonly type: 'RecordRefresh' | 'RecordRefreshRefusal' }>;

/** Writes under a lease answer false, having written nothing, when the tokens or the lease have moved on. */
export interface Tokens {
  /** `tokens` is null once they are forgotten. */
  read(channelId: string): Promise<{ readonly channel: Channel; readonly tokens: StoredTokens | null } | null>;
  /** Null: another caller holds it, or the version has moved on. */
  takeLease(
    channelId: string,
    lease: { readonly version: number; readonly nowMs: number; readonly untilMs: number },
  ): Promise<RefreshLease | null>;
  /** Both tokens and the channel's events in one transaction. */
  storeRefreshed(lease: RefreshLease, tokens: TokenPair, command: RefreshCommand): Promise<boolean>;
  /** Ends the lease; no refresh before `notBeforeMs`. Events of `command`, if there is one, in the same transaction. */
  postpone(lease: RefreshLease, notBeforeMs: number, command?: RefreshCommand): Promise<boolean>;
}
