import { expect } from 'chai';
import { type AuthWorld, createAuthWorld } from '../support/auth.ts';

const REQUIRED = [
  'message.list.read',
  'message.list.send',
  'message.list.manage',
  'user.info.basic',
  'user.info.username',
];

describe('connecting a TikTok account', () => {
  let world: AuthWorld;
  let accountId: string;
  let businessId: string;

  before(async () => {
    world = await createAuthWorld();
  });
  after(() => world?.stop());
  beforeEach(async function (this: Mocha.Context) {
    await world.faults({ rate_limit_qps: 0 });
    accountId = `account-${world.calls.length}-${this.currentTest?.title.length}`;
    businessId = await world.newBusiness();
  });

  const channels = async (account = accountId) => {
    const { body } = await world.get('/v1/channels', await world.token('agent', account));
    return body.items as Record<string, unknown>[];
  };
  const outcome = (location: string): Record<string, string> => Object.fromEntries(new URL(location).searchParams);
  const published = async (channelId = businessId) =>
    (await world.published()).filter(({ record }) => record.headers.ce_subject === channelId);

  it('makes it a channel of the account, with its names and scopes', async () => {
    const location = await world.consent(businessId, await world.startConnect(accountId));

    expect(new URL(location).pathname).to.equal('/channels');
    expect(outcome(location)).to.deep.equal({ connected: businessId });
    const [channel, ...others] = await channels();
    expect(others).to.deep.equal([]);
    expect(channel).to.include({ channelId: businessId, state: 'connected' });
    expect(channel?.username).to.match(/^shop\./);
    expect(channel?.displayName).to.equal(`The ${channel?.username}`);
    expect(channel?.scopes).to.include.members(REQUIRED);
    expect(channel?.missingScopes).to.deep.equal([]);
  });

  it('is on the topic once, with the whole state, under the channel as key', async () => {
    await world.connect(accountId, businessId);

    const events = (await published()).filter(({ name }) => name?.startsWith('Channel'));
    expect(events.map(({ name }) => name)).to.deep.equal(['ChannelConnected']);
    const [{ record, value } = {} as never] = events;
    expect(record.key).to.equal(businessId);
    expect(record.headers).to.include({
      ce_type: 'tiktok.channels.v1.ChannelConnected',
      ce_source: '/tiktok-channel/auth',
    });
    expect(value).to.have.property('version', 1);
    expect(value.channel).to.include({ channelId: businessId, accountId, status: 'CONNECTED', visibleFrom: null });
  });

  it('is in the audit at its start and at its end, with who did it', async () => {
    await world.connect(accountId, businessId);

    const audit = (await world.published()).filter(
      ({ name, value }) => name === 'OperatorActed' && value.accountId === accountId,
    );
    expect(audit.map(({ value }) => value.action)).to.deep.equal([
      'channel.authorization_started',
      'channel.connected',
    ]);
    expect(audit.map(({ value }) => value.actor)).to.deep.equal(['local-administrator', 'local-administrator']);
    expect(audit.map(({ value }) => value.subject)).to.deep.equal([null, businessId]);
  });

  it('keeps the channel when it is connected again', async () => {
    await world.connect(accountId, businessId);
    await world.connect(accountId, businessId);

    expect(await channels()).to.have.length(1);
    const events = (await published()).filter(({ name }) => name?.startsWith('Channel'));
    expect(events.map(({ name, value }) => [name, value.version])).to.deep.equal([
      ['ChannelConnected', 1],
      ['ChannelReauthorized', 2],
    ]);
  });

  it('connects with limits when only an optional scope was left out', async () => {
    await world.consent(businessId, await world.startConnect(accountId), { grant: REQUIRED });

    const [channel] = await channels();
    expect(channel?.state).to.equal('connected');
    expect(channel?.missingScopes).to.have.members(['user.account.type', 'user.info.profile']);
  });

  it('shows a channel to its own account only', async () => {
    await world.connect(accountId, businessId);

    const path = `/v1/channels/${encodeURIComponent(businessId)}`;
    expect((await world.get(path, await world.token('agent', accountId))).status).to.equal(200);
    const foreign = await world.get(path, await world.token('agent', 'somebody-else'));
    expect(foreign.status).to.equal(404);
    expect(await channels('somebody-else')).to.deep.equal([]);
  });

  describe('ends with its code, and with no channel,', () => {
    const expectNothing = async () => {
      expect(await channels()).to.deep.equal([]);
      expect((await published()).filter(({ name }) => name !== 'OperatorActed')).to.deep.equal([]);
      expect((await world.accessToken(businessId)).status).to.equal(404);
    };

    it('denied: the owner cancels', async () => {
      const location = await world.consent(businessId, await world.startConnect(accountId), { deny: true });
      expect(outcome(location)).to.deep.equal({ error: 'denied' });
      await expectNothing();
    });

    it('scope_missing: the owner leaves out what messages need', async () => {
      const grant = REQUIRED.filter((scope) => scope !== 'message.list.send');
      const location = await world.consent(businessId, await world.startConnect(accountId), { grant });
      expect(outcome(location)).to.deep.equal({ error: 'scope_missing' });
      await expectNothing();
    });

    it('tiktok_unavailable: TikTok is away when the code is exchanged', async () => {
      const started = await world.startConnect(accountId);
      await world.faults({ token_endpoint_away: true });
      expect(outcome(await world.consent(businessId, started))).to.deep.equal({ error: 'tiktok_unavailable' });
      await world.faults({});
      await expectNothing();
    });

    it('code_refused: TikTok does not take the code', async () => {
      const started = await world.startConnect(accountId);
      const state = new URL(started.url).searchParams.get('state') ?? '';
      const location = await visit(world, { state, code: 'made-up' }, started.cookie);
      expect(outcome(location)).to.deep.equal({ error: 'code_refused' });
      await expectNothing();
    });

    it('state_expired: it takes longer than ten minutes', async () => {
      const started = await world.startConnect(accountId);
      await world.advance(601);
      expect(outcome(await world.consent(businessId, started))).to.deep.equal({ error: 'state_expired' });
      await expectNothing();
    });

    it('state_of_other_browser: it ends where it did not start', async () => {
      const started = await world.startConnect(accountId);
      const location = await world.consent(businessId, { ...started, cookie: 'nothing=here' });
      expect(outcome(location)).to.deep.equal({ error: 'state_of_other_browser' });
      await expectNothing();
    });
  });

  it('takes a callback once: the second ends with state_reused and the channel stays', async () => {
    const started = await world.startConnect(accountId);
    const state = new URL(started.url).searchParams.get('state') ?? '';
    await world.consent(businessId, started);

    const again = await visit(world, { state, code: 'whatever' }, started.cookie);
    expect(outcome(again)).to.deep.equal({ error: 'state_reused' });
    expect(await channels()).to.have.length(1);
  });

  it('refuses a TikTok account that belongs to another account here, and leaves it there', async () => {
    await world.connect('its-owner', businessId);
    const before = await world.accessToken(businessId);

    const location = await world.consent(businessId, await world.startConnect(accountId));
    expect(outcome(location)).to.deep.equal({ error: 'channel_of_another_account' });
    expect(await channels()).to.deep.equal([]);
    expect((await world.accessToken(businessId)).body).to.deep.equal(before.body);
  });

  it('refuses another TikTok account than the one to reauthorise', async () => {
    await world.connect(accountId, businessId);
    const other = await world.newBusiness();

    const started = await world.startConnect(accountId, { channelId: businessId });
    expect(outcome(await world.consent(other, started))).to.deep.equal({ error: 'other_tiktok_account' });
    expect((await channels()).map(({ channelId }) => channelId)).to.deep.equal([businessId]);
  });
});

const visit = async (world: AuthWorld, query: Record<string, string>, setCookie: string): Promise<string> => {
  const response = await fetch(`${world.environment.PUBLIC_URL}/tiktok/callback?${new URLSearchParams(query)}`, {
    headers: { cookie: setCookie.split(';')[0] ?? '' },
    redirect: 'manual',
  });
  return response.headers.get('location') ?? '';
};
