import type { Result } from '@tiktok-channel/platform/kernel';
import type { Attempt } from '../domain/attempts.ts';
import type { AuthorizationState } from '../domain/authorization.ts';
import type { AuthorizationFailure } from '../domain/authorization-failures.ts';
import type {
  AuthorizeChannel,
  Channel,
  ChannelCommand,
  ChannelRefusal,
  ChannelStatus,
  DisconnectChannel,
  ReleaseChannel,
} from '../domain/channel.ts';
import type { Feature } from '../domain/features.ts';
import type { StoredTokens, TokenPair } from '../domain/refresh-rules.ts';
import type { RefreshAnswer, TikTokTrace, TokenVerdict } from './tiktok-ports.ts';

/** Who acts, as the person's token says. */
export interface Actor {
  readonly userId: string;
  readonly accountId: string;
}

/** What an administrator or operator does, for the audit. */
export interface Act {
  /** Of this act alone: makes the id of its record. */
  readonly actId: string;
  readonly userId: string;
  readonly role: 'administrator' | 'operator';
  /** Why, in their words. */
  readonly reason: string | null;
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

/** How an authorisation ended; ids as far as they are known. */
export type ReportAuthorization = (ended: {
  readonly outcome: 'connected' | AuthorizationFailure | 'no_callback';
  readonly accountId?: string | undefined;
  readonly userId?: string | undefined;
  readonly attemptId?: string | undefined;
  readonly channelId?: string | undefined;
  readonly trace: TikTokTrace;
}) => void;

/**
 * - `superseded`: the tokens had moved on meanwhile, and what TikTok answered was dropped.
 * - `not_asked`: our own database was away when the call's turn was to come, so TikTok knows nothing of it.
 */
export type ReportRefresh = (tried: {
  readonly outcome: RefreshAnswer['kind'] | 'superseded' | 'not_asked';
  readonly channelId: string;
  readonly version: number;
  readonly trace: TikTokTrace;
}) => void;

export interface AuthorizationAttempts {
  /** Stores the attempt, with its audit record. */
  start(state: AuthorizationState): Promise<void>;
  /** Uses it up, once across all replicas. */
  use(state: AuthorizationState): Promise<'used' | 'used_before' | 'unknown'>;
  /** Keeps how it failed, unless an end of it is known. */
  fail(attemptId: string, end: FailedAttempt): Promise<void>;
  /** Newest first, at most 20. */
  ofAccount(accountId: string): Promise<readonly Attempt[]>;
  /** Marks those that TikTok never came back for, forgets those of `forgetBeforeMs`, and answers what it marked. */
  sweep(times: { readonly nowMs: number; readonly forgetBeforeMs: number }): Promise<readonly Attempt[]>;
}

/** Beside the code of the failure, what an administrator is told about it. */
export interface FailedAttempt {
  readonly failure: AuthorizationFailure;
  readonly missingScopes: readonly string[];
  /** Whose account it was that TikTok answered for. */
  readonly tiktokUsername: string | null;
  readonly trace: TikTokTrace;
}

export interface Channels {
  /** Events, projection, tokens and audit record in one transaction. */
  authorize(
    command: AuthorizeChannel,
    beside: { readonly tokens: TokenPair; readonly attempt: AuthorizationState },
  ): Promise<Result<void, ChannelRefusal>>;
  /** Its tokens are put aside to be revoked; of a released channel every row goes. */
  end(channelId: string, command: DisconnectChannel | ReleaseChannel, act: Act): Promise<Result<void, ChannelRefusal>>;
  find(accountId: string, channelId: string): Promise<Channel | null>;
  ofAccount(accountId: string): Promise<readonly Channel[]>;
  countByStatus(): Promise<ReadonlyMap<ChannelStatus, number>>;
}

/** The right to refresh one version of a channel's tokens, held by one caller in all replicas until it ends. */
export interface RefreshLease {
  readonly channelId: string;
  readonly version: number;
  readonly holder: string;
  /** When a refresh of this version was begun before whose answer is not known. */
  readonly begunBeforeAtMs: number | null;
}

type RefreshCommand = Extract<ChannelCommand, { readonly type: 'RecordRefresh' | 'RecordRefreshRefusal' }>;
type LossCommand = Extract<ChannelCommand, { readonly type: 'RecordTokenLoss' }>;

export interface ChannelTokens {
  readonly channel: Channel;
  /** Null once they are forgotten. */
  readonly tokens: StoredTokens | null;
}

/** Writes about one version answer false, having written nothing, when the tokens or the lease have moved on. */
export interface Tokens {
  read(channelId: string): Promise<ChannelTokens | null>;
  /** Channels whose tokens are to be renewed and that nobody is at, those that end first coming first. */
  due(wanted: {
    readonly nowMs: number;
    readonly limit: number;
    /** Left out of the answer. */
    readonly except: readonly string[];
  }): Promise<readonly string[]>;
  /** Writes ahead that a refresh of this version begins. Null: another caller holds the lease, or the version has moved on. */
  takeLease(
    channelId: string,
    lease: { readonly version: number; readonly nowMs: number; readonly untilMs: number },
  ): Promise<RefreshLease | null>;
  /**
   * Both tokens and the channel's events in one transaction. A pair that comes when the channel has ended is put aside to be
   * revoked: nobody else has it. `replacesRefused`: TikTok refused the access token before.
   */
  storeRefreshed(
    lease: RefreshLease,
    renewed: { readonly tokens: TokenPair; readonly replacesRefused: boolean },
    command: RefreshCommand,
  ): Promise<boolean>;
  /**
   * Ends the lease; no refresh before `notBeforeMs`. `begunAtMs`: since when an answer of TikTok is missing. Events of
   * `command`, if there is one, in the same transaction.
   */
  postpone(
    lease: RefreshLease,
    until: { readonly notBeforeMs: number; readonly begunAtMs: number | null },
    command?: RefreshCommand,
  ): Promise<boolean>;
  /** TikTok refused this version's access token: it is given to nobody any more, and may be renewed at once. */
  recordRefusedAccess(channelId: string, version: number, atMs: number): Promise<boolean>;
  /** Nothing will make this version good again: it is neither given out nor renewed. */
  giveUp(channelId: string, version: number, command: LossCommand): Promise<boolean>;
  /** Says why a channel is lost that is lost already; whether it can be renewed goes on being asked. */
  explainLoss(channelId: string, version: number, command: LossCommand): Promise<boolean>;
}

/** Tokens of channels that were disconnected, until TikTok has revoked them. */
export interface Revocations {
  /** Takes what is due, of one channel or of all, so that nobody else does until `untilMs`. */
  claim(claim: {
    readonly channelId: string | null;
    readonly nowMs: number;
    readonly untilMs: number;
    readonly limit: number;
  }): Promise<readonly PendingRevocation[]>;
  /** TikTok has answered, or the token has ended by itself. */
  forget(revocation: PendingRevocation): Promise<void>;
}

export interface PendingRevocation {
  readonly channelId: string;
  /** Null when it cannot be opened: its key is missing, or its row was changed. */
  readonly accessToken: string | null;
  readonly accessExpiresAtMs: number;
  readonly requestedAtMs: number;
}

export type ReportRevocation = (tried: {
  readonly outcome: TokenVerdict['kind'] | 'expired' | 'unreadable';
  readonly channelId: string;
  readonly trace: TikTokTrace;
}) => void;

/** What an operator switches for an account. */
export interface Features {
  /** Null when nobody has switched it. */
  read(accountId: string, feature: Feature): Promise<boolean | null>;
  /** With its audit record, unless it is so already. */
  switch(
    wanted: { readonly accountId: string; readonly feature: Feature; readonly isEnabled: boolean },
    act: Act,
  ): Promise<void>;
}

export interface WebhookRegistration {
  /** `refused`: TikTok does not take our credentials or our address. `unavailable`: it has not answered. */
  readonly state: 'registered' | 'refused' | 'unavailable';
  /** What TikTok calls, as far as is known. */
  readonly callbackUrl: string | null;
  readonly checkedAtMs: number;
}

export interface WebhookRegistrations {
  /** Null before the first check. */
  read(): Promise<WebhookRegistration | null>;
  /** The right to check, if it is time. */
  claim(claim: { readonly nowMs: number; readonly untilMs: number }): Promise<boolean>;
  record(seen: WebhookRegistration & { readonly isRepaired: boolean; readonly nextCheckAtMs: number }): Promise<void>;
}

/** `found`: what TikTok called before. */
export type ReportWebhookCheck = (checked: {
  readonly outcome: 'unchanged' | 'registered' | 'repaired' | 'refused' | 'unavailable';
  readonly found: string | null;
  readonly trace: TikTokTrace;
}) => void;

/** When TikTok last delivered something for a channel, and last accepted something from it. */
export interface Activity {
  readonly channelId: string;
  readonly lastDeliveryAtMs: number | null;
  readonly lastSentAtMs: number | null;
}

/** Each time the later of what is kept and what is noted: the order of notes does not matter. */
export interface ChannelActivities {
  note(activities: readonly Activity[]): Promise<void>;
}

/** Times of a channel's tokens; the tokens themselves stay where they are. */
interface TokenTimes {
  readonly renewedAtMs: number;
  readonly accessExpiresAtMs: number;
  readonly refreshExpiresAtMs: number;
  readonly accessRefusedAtMs: number | null;
}

/** All that a page about a channel shows. */
export interface ChannelHealth {
  readonly channel: Channel;
  readonly tokens: TokenTimes | null;
  readonly activity: Activity | null;
  readonly webhook: WebhookRegistration | null;
}

export interface ChannelHealths {
  find(accountId: string, channelId: string): Promise<ChannelHealth | null>;
  ofAccount(accountId: string): Promise<readonly ChannelHealth[]>;
}

/** Sealed values of every kind, to be sealed anew with the first key. */
export interface SealedValues {
  /** Seals up to `limit` values of an older key with the first one; answers how many. What cannot be opened stays as it is. */
  reseal(limit: number): Promise<number>;
  /** How many values each key has sealed, by key id. */
  countByKey(): Promise<ReadonlyMap<string, number>>;
}
