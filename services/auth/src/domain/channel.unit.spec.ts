import { expect } from 'chai';
import {
  type AuthorizeChannel,
  type Channel,
  type ChannelCommand,
  type ChannelEvent,
  channelDecider,
} from './channel.ts';
import type { StatusReason } from './status-reasons.ts';

const given = (...past: readonly ChannelEvent[]) => ({
  when: (command: ChannelCommand) =>
    channelDecider.decide(command, past.reduce(channelDecider.evolve, channelDecider.initial)),
});

const channel = (overrides: Partial<Channel> = {}): Channel => ({
  channelId: 'biz-1',
  accountId: 'account-1',
  status: 'connected',
  statusReason: null,
  username: 'acme.store',
  displayName: 'Acme',
  profileImageUrl: null,
  grantedScopes: ['message.list.read'],
  missingScopes: [],
  authorizedAtMs: 1_000,
  visibleFromMs: null,
  ...overrides,
});

const connected = (overrides: Partial<Channel> = {}): ChannelEvent => ({
  type: 'ChannelConnected',
  channel: channel(overrides),
  atMs: 1_000,
});

const authorize = (overrides: Partial<AuthorizeChannel> = {}): AuthorizeChannel => ({
  type: 'AuthorizeChannel',
  channelId: 'biz-1',
  accountId: 'account-1',
  expectedChannelId: null,
  profile: { username: 'acme.store', displayName: 'Acme', profileImageUrl: null },
  scopes: { granted: ['message.list.read'], missing: [] },
  atMs: 2_000,
  ...overrides,
});

const refreshed = (granted = ['message.list.read'], missing: string[] = []) =>
  ({
    type: 'RecordRefresh',
    scopes: { granted, missing },
    isUsable: true,
    atMs: 3_000,
  }) as const;

const refused = (tokenStillWorks: boolean): ChannelCommand => ({
  type: 'RecordRefreshRefusal',
  tokenStillWorks,
  reason: 'refresh_refused',
  atMs: 3_000,
});

const changedTo = (overrides: Partial<Channel>, type: ChannelEvent['type'] = 'ChannelUpdated') => ({
  ok: true,
  value: [{ type, channel: channel(overrides), atMs: 3_000 }],
});
const updatedTo = (overrides: Partial<Channel>) => changedTo(overrides);
const lostWith = (statusReason: StatusReason, overrides: Partial<Channel> = {}) =>
  changedTo({ status: 'needs_reauthorization', statusReason, ...overrides }, 'ChannelReauthorizationRequired');
const nothing = { ok: true, value: [] };

describe('a channel', () => {
  it('is connected by the first authorisation', () => {
    expect(given().when(authorize())).to.deep.equal({
      ok: true,
      value: [{ type: 'ChannelConnected', channel: channel({ authorizedAtMs: 2_000 }), atMs: 2_000 }],
    });
  });

  it('is reauthorised by the next one, with its new scopes and names', () => {
    const again = authorize({
      profile: { username: 'acme.new', displayName: 'Acme', profileImageUrl: null },
      scopes: { granted: ['a'], missing: ['b'] },
    });
    expect(given(connected({ status: 'needs_reauthorization' })).when(again)).to.deep.equal({
      ok: true,
      value: [
        {
          type: 'ChannelReauthorized',
          channel: channel({ username: 'acme.new', grantedScopes: ['a'], missingScopes: ['b'], authorizedAtMs: 2_000 }),
          atMs: 2_000,
        },
      ],
    });
  });

  it('keeps the names that TikTok does not tell any more', () => {
    const nameless = authorize({ profile: { username: null, displayName: null, profileImageUrl: null } });
    const decided = given(connected()).when(nameless);
    expect(decided.ok && decided.value[0]?.channel).to.include({ username: 'acme.store', displayName: 'Acme' });
  });

  it('keeps what it shows to nobody when it is authorised again', () => {
    const decided = given(connected({ visibleFromMs: 500 })).when(authorize());
    expect(decided.ok && decided.value[0]?.channel.visibleFromMs).to.equal(500);
  });

  it('never goes to another account, not even after a disconnect', () => {
    for (const status of ['connected', 'disconnected'] as const) {
      expect(given(connected({ status })).when(authorize({ accountId: 'account-2' }))).to.deep.equal({
        ok: false,
        error: 'channel_of_another_account',
      });
    }
  });

  it('is not connected in place of the one that was to be reauthorised', () => {
    expect(given().when(authorize({ expectedChannelId: 'biz-2' }))).to.deep.equal({
      ok: false,
      error: 'other_tiktok_account',
    });
  });

  it('is reauthorised when it is the one that was to be', () => {
    const decided = given(connected()).when(authorize({ expectedChannelId: 'biz-1' }));
    expect(decided.ok && decided.value[0]?.type).to.equal('ChannelReauthorized');
  });
});

describe('a refresh of the token', () => {
  it('changes nothing of a channel that is as it was', () => {
    expect(given(connected()).when(refreshed())).to.deep.equal(nothing);
  });

  it('does not care in which order TikTok names the scopes', () => {
    expect(given(connected({ grantedScopes: ['a', 'b'] })).when(refreshed(['b', 'a']))).to.deep.equal(nothing);
  });

  it('updates a channel whose scopes have changed', () => {
    expect(given(connected()).when(refreshed(['a'], ['message.list.read']))).to.deep.equal(
      updatedTo({ grantedScopes: ['a'], missingScopes: ['message.list.read'] }),
    );
  });

  it('makes an expiring channel connected', () => {
    expect(given(connected({ status: 'expiring' })).when(refreshed())).to.deep.equal(updatedTo({}));
  });

  it('that is refused makes the channel expiring while its token works', () => {
    expect(given(connected()).when(refused(true))).to.deep.equal(
      updatedTo({ status: 'expiring', statusReason: 'refresh_refused' }),
    );
  });

  it('that is refused once more changes nothing', () => {
    const expiring = connected({ status: 'expiring', statusReason: 'refresh_refused' });
    expect(given(expiring).when(refused(true))).to.deep.equal(nothing);
  });

  it('that is refused when the token has expired leaves the channel to its owner, for the reason why it was expiring', () => {
    const expiring = connected({ status: 'expiring', statusReason: 'refresh_answer_lost' });
    expect(given(expiring).when(refused(false))).to.deep.equal(lostWith('refresh_answer_lost'));
  });

  it('that is refused for a lost channel says nothing new', () => {
    const lost = connected({ status: 'needs_reauthorization', statusReason: 'removed_by_owner' });
    expect(given(lost).when(refused(false))).to.deep.equal(nothing);
  });

  it('without a required scope leaves the channel to its owner, and with it again connects it', () => {
    const lostScope = lostWith('required_scope_missing', { grantedScopes: [], missingScopes: ['message.list.read'] });
    expect(given(connected()).when({ ...refreshed([], ['message.list.read']), isUsable: false })).to.deep.equal(
      lostScope,
    );
    expect(given(...(lostScope.value as ChannelEvent[])).when(refreshed())).to.deep.equal(updatedTo({}));
  });

  it('does not bring a disconnected channel back', () => {
    expect(given(connected({ status: 'disconnected' })).when(refreshed())).to.deep.equal(nothing);
    expect(given(connected({ status: 'disconnected' })).when(refused(false))).to.deep.equal(nothing);
  });

  it('is refused for a channel that never was', () => {
    expect(given().when(refreshed())).to.deep.equal({ ok: false, error: 'channel_unknown' });
  });
});

describe('the loss of a token', () => {
  const lose = (reason: 'token_refused' | 'removed_by_owner'): ChannelCommand => ({
    type: 'RecordTokenLoss',
    reason,
    atMs: 3_000,
  });

  it('leaves the channel to its owner', () => {
    expect(given(connected()).when(lose('token_refused'))).to.deep.equal(lostWith('token_refused'));
  });

  it('that TikTok explains later changes the reason alone', () => {
    const lost = connected({ status: 'needs_reauthorization', statusReason: 'token_refused' });
    expect(given(lost).when(lose('removed_by_owner'))).to.deep.equal(
      updatedTo({ status: 'needs_reauthorization', statusReason: 'removed_by_owner' }),
    );
  });

  it('is nothing to a channel that was disconnected', () => {
    const disconnected = connected({ status: 'disconnected', statusReason: 'disconnected_by_administrator' });
    expect(given(disconnected).when(lose('token_refused'))).to.deep.equal(nothing);
  });
});

describe('the end of a channel', () => {
  const disconnect = (accountId = 'account-1'): ChannelCommand => ({
    type: 'DisconnectChannel',
    accountId,
    atMs: 3_000,
  });
  const release: ChannelCommand = { type: 'ReleaseChannel', atMs: 3_000 };
  const disconnected = connected({ status: 'disconnected', statusReason: 'disconnected_by_administrator' });
  const released = connected({
    status: 'disconnected',
    statusReason: 'released_by_operator',
    username: null,
    displayName: null,
    grantedScopes: [],
    visibleFromMs: 3_000,
  });

  it('by an administrator keeps all that it has', () => {
    expect(given(connected()).when(disconnect())).to.deep.equal(
      changedTo({ status: 'disconnected', statusReason: 'disconnected_by_administrator' }, 'ChannelDisconnected'),
    );
  });

  it('is asked for once more without effect, and by another account in vain', () => {
    expect(given(disconnected).when(disconnect())).to.deep.equal(nothing);
    expect(given(connected()).when(disconnect('account-2'))).to.deep.equal({ ok: false, error: 'channel_unknown' });
  });

  it('is over for the same account when it connects again', () => {
    const decided = given(disconnected).when(authorize());
    expect(decided.ok && decided.value[0]).to.deep.include({
      type: 'ChannelReauthorized',
      channel: channel({ authorizedAtMs: 2_000 }),
    });
  });

  it('by an operator takes its names and hides what is older', () => {
    expect(given(connected()).when(release)).to.deep.equal({
      ok: true,
      value: [{ ...released, type: 'ChannelDisconnected', atMs: 3_000 }],
    });
    expect(given(released).when(release)).to.deep.equal(nothing);
    expect(given().when(release)).to.deep.equal({ ok: false, error: 'channel_unknown' });
  });

  it('by an operator lets any account connect it, which sees nothing older', () => {
    const decided = given(released).when(authorize({ accountId: 'account-2' }));
    expect(decided.ok && decided.value[0]).to.deep.include({
      type: 'ChannelConnected',
      channel: channel({ accountId: 'account-2', authorizedAtMs: 2_000, visibleFromMs: 3_000 }),
    });
    expect(given(released).when(disconnect())).to.deep.equal({ ok: false, error: 'channel_unknown' });
  });
});
