import { expect } from 'chai';
import {
  type AuthorizeChannel,
  type Channel,
  type ChannelCommand,
  type ChannelEvent,
  channelDecider,
} from './channel.ts';

const given = (...past: readonly ChannelEvent[]) => ({
  when: (command: ChannelCommand) =>
    channelDecider.decide(command, past.reduce(channelDecider.evolve, channelDecider.initial)),
});

const channel = (overrides: Partial<Channel> = {}): Channel => ({
  channelId: 'biz-1',
  accountId: 'account-1',
  status: 'connected',
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

const refreshed = (granted = ['message.list.read'], missing: string[] = []): ChannelCommand => ({
  type: 'RecordRefresh',
  scopes: { granted, missing },
  atMs: 3_000,
});

const refused = (tokenStillWorks: boolean): ChannelCommand => ({
  type: 'RecordRefreshRefusal',
  tokenStillWorks,
  atMs: 3_000,
});

const updatedTo = (overrides: Partial<Channel>) => ({
  ok: true,
  value: [{ type: 'ChannelUpdated', channel: channel(overrides), atMs: 3_000 }],
});
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
    expect(given(connected()).when(refused(true))).to.deep.equal(updatedTo({ status: 'expiring' }));
  });

  it('that is refused once more changes nothing', () => {
    expect(given(connected({ status: 'expiring' })).when(refused(true))).to.deep.equal(nothing);
  });

  it('that is refused when the token has expired leaves the channel to its owner', () => {
    expect(given(connected({ status: 'expiring' })).when(refused(false))).to.deep.equal(
      updatedTo({ status: 'needs_reauthorization' }),
    );
  });

  it('does not bring a disconnected channel back', () => {
    expect(given(connected({ status: 'disconnected' })).when(refreshed())).to.deep.equal(nothing);
    expect(given(connected({ status: 'disconnected' })).when(refused(false))).to.deep.equal(nothing);
  });

  it('is refused for a channel that never was', () => {
    expect(given().when(refreshed())).to.deep.equal({ ok: false, error: 'channel_unknown' });
  });
});
