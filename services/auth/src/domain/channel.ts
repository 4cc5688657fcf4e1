import { assertNever, ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { ScopeGrant } from './scopes.ts';
import type { RefreshRefusalReason, RemovalReason, StatusReason } from './status-reasons.ts';

/**
 * - `expiring`: TikTok refuses to renew the token, which still works until it expires.
 * - `needs_reauthorization`: no token works, or one that is not enough; its owner must authorise again.
 * - `disconnected`: by an administrator, or released by an operator.
 */
export type ChannelStatus = 'connected' | 'expiring' | 'needs_reauthorization' | 'disconnected';

export interface Profile {
  readonly username: string | null;
  readonly displayName: string | null;
  /** A temporary address at TikTok. */
  readonly profileImageUrl: string | null;
}

/** A TikTok business account that belongs to an account of ours, which never changes until an operator releases it. */
export interface Channel extends Profile {
  readonly channelId: string;
  readonly accountId: string;
  readonly status: ChannelStatus;
  /** Why it is not connected; null when it is. */
  readonly statusReason: StatusReason | null;
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

/** The pair was renewed. `isUsable`: with the scopes that came with it messages can be read and answered. */
interface RecordRefresh {
  readonly type: 'RecordRefresh';
  readonly scopes: ScopeGrant;
  readonly isUsable: boolean;
  readonly atMs: number;
}

/** TikTok will not renew the pair. */
interface RecordRefreshRefusal {
  readonly type: 'RecordRefreshRefusal';
  readonly tokenStillWorks: boolean;
  readonly reason: RefreshRefusalReason;
  readonly atMs: number;
}

/** No token of the channel works, and none will without its owner. */
interface RecordTokenLoss {
  readonly type: 'RecordTokenLoss';
  readonly reason: RemovalReason | 'token_refused';
  readonly atMs: number;
}

export interface DisconnectChannel {
  readonly type: 'DisconnectChannel';
  readonly accountId: string;
  readonly atMs: number;
}

/** Ends that the channel belongs to an account. What is older than `atMs` is shown to nobody from then on. */
export interface ReleaseChannel {
  readonly type: 'ReleaseChannel';
  readonly atMs: number;
}

export type ChannelCommand =
  | AuthorizeChannel
  | RecordRefresh
  | RecordRefreshRefusal
  | RecordTokenLoss
  | DisconnectChannel
  | ReleaseChannel;

/** Each event carries the whole state after it. */
export interface ChannelEvent {
  readonly type:
    | 'ChannelConnected'
    | 'ChannelReauthorized'
    | 'ChannelUpdated'
    | 'ChannelReauthorizationRequired'
    | 'ChannelDisconnected';
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
    case 'RecordRefresh':
      return recordRefresh(command, state);
    case 'RecordRefreshRefusal':
      return recordRefusal(command, state);
    case 'RecordTokenLoss':
      return update(state, command.atMs, { status: 'needs_reauthorization', statusReason: command.reason });
    case 'DisconnectChannel':
      return disconnect(command, state);
    case 'ReleaseChannel':
      return release(command, state);
    default:
      return assertNever(command);
  }
};

export const channelDecider = {
  initial: null as ChannelState,
  decide,
  evolve: (_state: ChannelState, event: ChannelEvent): ChannelState => event.channel,
};

export const isReleased = ({ status, statusReason }: Channel): boolean =>
  status === 'disconnected' && statusReason === 'released_by_operator';

const authorize = (command: AuthorizeChannel, state: ChannelState): Decision => {
  if (command.expectedChannelId !== null && command.expectedChannelId !== command.channelId) {
    return refuse('other_tiktok_account');
  }
  const isFree = state === null || isReleased(state);
  if (!isFree && state.accountId !== command.accountId) return refuse('channel_of_another_account');

  const { channelId, accountId, profile, scopes, atMs } = command;
  const channel: Channel = {
    channelId,
    accountId,
    status: 'connected',
    statusReason: null,
    username: profile.username ?? state?.username ?? null,
    displayName: profile.displayName ?? state?.displayName ?? null,
    profileImageUrl: profile.profileImageUrl ?? state?.profileImageUrl ?? null,
    grantedScopes: scopes.granted,
    missingScopes: scopes.missing,
    authorizedAtMs: atMs,
    visibleFromMs: state?.visibleFromMs ?? null,
  };
  return ok([{ type: isFree ? 'ChannelConnected' : 'ChannelReauthorized', channel, atMs }]);
};

const recordRefresh = ({ scopes, isUsable, atMs }: RecordRefresh, state: ChannelState): Decision =>
  update(state, atMs, {
    ...(isUsable
      ? { status: 'connected', statusReason: null }
      : { status: 'needs_reauthorization', statusReason: 'required_scope_missing' }),
    grantedScopes: scopes.granted,
    missingScopes: scopes.missing,
  });

/** Of a channel that is lost already, one more refusal says nothing new: the reason stays the first one. */
const recordRefusal = ({ tokenStillWorks, reason, atMs }: RecordRefreshRefusal, state: ChannelState): Decision => {
  if (state?.status === 'needs_reauthorization') return ok([]);
  return update(state, atMs, {
    status: tokenStillWorks ? 'expiring' : 'needs_reauthorization',
    // Why the channel is expiring is also why it ends.
    statusReason: state?.status === 'expiring' ? state.statusReason : reason,
  });
};

const disconnect = ({ accountId, atMs }: DisconnectChannel, state: ChannelState): Decision => {
  if (state?.accountId !== accountId || isReleased(state)) return refuse('channel_unknown');
  if (state.status === 'disconnected') return ok([]);

  const channel: Channel = { ...state, status: 'disconnected', statusReason: 'disconnected_by_administrator' };
  return ok([{ type: 'ChannelDisconnected', channel, atMs }]);
};

/** Its names go as well: they belong to what is shown to nobody any more. */
const release = ({ atMs }: ReleaseChannel, state: ChannelState): Decision => {
  if (state === null) return refuse('channel_unknown');
  if (isReleased(state)) return ok([]);

  const channel: Channel = {
    ...state,
    status: 'disconnected',
    statusReason: 'released_by_operator',
    username: null,
    displayName: null,
    profileImageUrl: null,
    grantedScopes: [],
    missingScopes: [],
    visibleFromMs: atMs,
  };
  return ok([{ type: 'ChannelDisconnected', channel, atMs }]);
};

type Changes = Partial<Pick<Channel, 'status' | 'statusReason' | 'grantedScopes' | 'missingScopes'>>;

const update = (state: ChannelState, atMs: number, changes: Changes): Decision => {
  if (state === null) return refuse('channel_unknown');
  // A refresh that was under way when somebody disconnected must not bring the channel back.
  if (state.status === 'disconnected') return ok([]);

  const channel = { ...state, ...changes };
  if (isSame(channel, state)) return ok([]);
  const isLost = channel.status === 'needs_reauthorization' && state.status !== 'needs_reauthorization';
  return ok([{ type: isLost ? 'ChannelReauthorizationRequired' : 'ChannelUpdated', channel, atMs }]);
};

const isSame = (a: Channel, b: Channel): boolean =>
  a.status === b.status &&
  a.statusReason === b.statusReason &&
  hasSameItems(a.grantedScopes, b.grantedScopes) &&
  hasSameItems(a.missingScopes, b.missingScopes);

const hasSameItems = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item) => b.includes(item));
