import { assertNever, ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { ScopeGrant } from './scopes.ts';

/**
 * - `expiring`: TikTok refuses to renew the token, which still works until it expires.
 * - `needs_reauthorization`: no token works; its owner must authorise again.
 */
export type ChannelStatus = 'connected' | 'expiring' | 'needs_reauthorization' | 'disconnected';

export interface Profile {
  readonly username: string | null;
  readonly displayName: string | null;
  /** A temporary address at TikTok. */
  readonly profileImageUrl: string | null;
}

/** A TikTok business account that belongs to an account of ours, which never changes. */
export interface Channel extends Profile {
  readonly channelId: string;
  readonly accountId: string;
  readonly status: ChannelStatus;
  readonly grantedScopes: readonly string[];
  readonly missingScopes: readonly string[];
  readonly authorizedAtMs: number;
  /** What is older is shown to nobody; null when all is visible. */
  readonly visibleFromMs: number | null;
}

export interface AuthorizeChannel {
  readonly type: 'AuthorizeChannel';
  readonly channelId: string;
  readonly accountId: string;
  /** The channel that somebody set out to reauthorise; null when any TikTok account will do. */
  readonly expectedChannelId: string | null;
  readonly profile: Profile;
  readonly scopes: ScopeGrant;
  readonly atMs: number;
}

export type ChannelCommand =
  | AuthorizeChannel
  | { readonly type: 'RecordRefresh'; readonly scopes: ScopeGrant; readonly atMs: number }
  | { readonly type: 'RecordRefreshRefusal'; readonly tokenStillWorks: boolean; readonly atMs: number };

/** Each event carries the whole state after it. */
export interface ChannelEvent {
  readonly type: 'ChannelConnected' | 'ChannelReauthorized' | 'ChannelUpdated';
  readonly channel: Channel;
  readonly atMs: number;
}

export type ChannelState = Channel | null;

export type ChannelRefusal = 'channel_unknown' | 'channel_of_another_account' | 'other_tiktok_account';

type Decision = Result<readonly ChannelEvent[], ChannelRefusal>;

const decide = (command: ChannelCommand, state: ChannelState): Decision => {
  switch (command.type) {
    case 'AuthorizeChannel':
      return authorize(command, state);
    case 'RecordRefresh': {
      const { granted, missing } = command.scopes;
      return update(state, command.atMs, { status: 'connected', grantedScopes: granted, missingScopes: missing });
    }
    case 'RecordRefreshRefusal':
      return update(state, command.atMs, {
        status: command.tokenStillWorks ? 'expiring' : 'needs_reauthorization',
      });
    default:
      return assertNever(command);
  }
};

export const channelDecider = {
  initial: null as ChannelState,
  decide,
  evolve: (_state: ChannelState, event: ChannelEvent): ChannelState => event.channel,
};

const authorize = (command: AuthorizeChannel, state: ChannelState): Decision => {
  if (command.expectedChannelId !== null && command.expectedChannelId !== command.channelId) {
    return refuse('other_tiktok_account');
  }
  if (state !== null && state.accountId !== command.accountId) return refuse('channel_of_another_account');

  const { channelId, accountId, profile, scopes, atMs } = command;
  const channel: Channel = {
    channelId,
    accountId,
    status: 'connected',
    username: profile.username ?? state?.username ?? null,
    displayName: profile.displayName ?? state?.displayName ?? null,
    profileImageUrl: profile.profileImageUrl ?? state?.profileImageUrl ?? null,
    grantedScopes: scopes.granted,
    missingScopes: scopes.missing,
    authorizedAtMs: atMs,
    visibleFromMs: state?.visibleFromMs ?? null,
  };
  return ok([{ type: state === null ? 'ChannelConnected' : 'ChannelReauthorized', channel, atMs }]);
};

type Changes = Partial<Pick<Channel, 'status' | 'grantedScopes' | 'missingScopes'>>;

const update = (state: ChannelState, atMs: number, changes: Changes): Decision => {
  if (state === null) return refuse('channel_unknown');
  // A refresh that was under way when somebody disconnected must not bring the channel back.
  if (state.status === 'disconnected') return ok([]);

  const channel = { ...state, ...changes };
  return ok(isSame(channel, state) ? [] : [{ type: 'ChannelUpdated', channel, atMs }]);
};

const isSame = (a: Channel, b: Channel): boolean =>
  a.status === b.status &&
  hasSameItems(a.grantedScopes, b.grantedScopes) &&
  hasSameItems(a.missingScopes, b.missingScopes);

const hasSameItems = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item) => b.includes(item));
