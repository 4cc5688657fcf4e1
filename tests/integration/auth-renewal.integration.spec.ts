import { type Auth, composeAuth, readAuthSettings } from '@tiktok-channel/auth';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type AuthWorld, createAuthWorld } from '../support/auth.ts';

const HOUR = 3_600;

describe('the renewal of tokens by two replicas', () => {
  let world: AuthWorld;

  before(async () => {
    world = await createAuthWorld({ replicas: 2 });
    await world.faults({ rate_limit_qps: 0 });
  });
  after(() => world?.stop());
  afterEach(() => world.faults({ rate_limit_qps: 0 }));

  const refreshes = () => world.calls.filter((call) => call.includes('refresh_token')).length;
  const connected = async (): Promise<string> => {
    const businessId = await world.newBusiness();
    await world.connect('account-1', businessId);
    return businessId;
  };
  const versions = async (): Promise<readonly number[]> => {
    const rows = await world.database.client.$queryRawUnsafe<{ version: number }[]>(
      'SELECT version FROM channel_tokens ORDER BY version',
    );
    return rows.map(({ version }) => version);
  };
  const shown = async (channelId: string) =>
    (await world.get(`/v1/channels/${channelId}`, await world.token('agent', 'account-1'))).body;
  const renewedAt = async (channelId: string): Promise<number> =>
    ((await shown(channelId)).token as { readonly renewedAt: number }).renewedAt;

  it('asks TikTok once for each of many channels, unasked and in both at once', async function () {
    this.timeout(120_000);
    const count = 200;
    const channels: string[] = [];
    for (let n = 0; n < count; n += 1) channels.push(await connected());
    world.calls.length = 0;

    await world.advance(13 * HOUR);
    await eventually('every channel is renewed', async () => (await versions()).every((version) => version === 2), {
      withinMs: 60_000,
    });
    expect(refreshes()).to.equal(count);
    const tokens = await Promise.all(channels.map((channel, n) => world.accessToken(channel, { replica: n % 2 })));
    expect(new Set(tokens.map(({ body }) => body.status))).to.deep.equal(new Set(['connected']));
    expect(refreshes()).to.equal(count);
  });

  it('is one when services of both name the same refused token, many times, and none for an older one', async () => {
    const channel = await connected();
    const { body: first } = await world.accessToken(channel);
    world.calls.length = 0;

    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => world.accessToken(channel, { replica: n % 2, refused: first.accessToken })),
    );
    const tokens = new Set(answers.map(({ body }) => body.accessToken));
    expect([tokens.size, tokens.has(first.accessToken)]).to.deep.equal([1, false]);
    expect(refreshes()).to.equal(1);

    const late = await world.accessToken(channel, { refused: first.accessToken });
    expect(late.body.accessToken).to.equal([...tokens][0]);
    expect(refreshes()).to.equal(1);
  });

  it('says that a channel is lost when TikTok refuses its token and to renew it', async () => {
    const channel = await connected();
    const { body: first } = await world.accessToken(channel);
    await world.removeAtTikTok(channel);

    const refused = await world.accessToken(channel, { refused: first.accessToken });
    expect(refused.body).to.include({ status: 'needs_reauthorization', accessToken: null });
    expect((await shown(channel)).reason).to.include({ code: 'token_refused' });
    const last = (await world.published())
      .filter(({ record, name }) => record.key === channel && name?.startsWith('Channel'))
      .at(-1);
    expect(last?.name).to.equal('ChannelReauthorizationRequired');
    expect(last?.value).to.include({ reason: 'token_refused', version: 2 });

    await world.connect('account-1', channel);
    expect((await world.accessToken(channel)).body.status).to.equal('connected');
  });

  it('does not keep a channel connected whose new tokens TikTok refuses one after the other', async () => {
    const channel = await connected();
    const { body: first } = await world.accessToken(channel);
    const { body: second } = await world.accessToken(channel, { refused: first.accessToken });
    expect(second.accessToken).to.be.a('string');
    world.calls.length = 0;

    const { body: third } = await world.accessToken(channel, { refused: second.accessToken });
    expect(third).to.include({ status: 'needs_reauthorization', accessToken: null });
    await world.advance(25 * HOUR);
    expect((await world.accessToken(channel)).body.status).to.equal('needs_reauthorization');
    expect(world.calls.filter((call) => call.includes('refresh_token'))).to.have.length.below(2);
  });

  it('marks no channel while TikTok is away for an hour, and goes on when it is back', async () => {
    const channel = await connected();
    const connectedAt = await renewedAt(channel);
    await world.faults({ token_endpoint_away: true, rate_limit_qps: 0 });
    await world.advance(12 * HOUR + 60);
    for (let minutes = 0; minutes < 60; minutes += 15) {
      world.calls.length = 0;
      await world.advance(15 * 60);
      await eventually('it is tried', () => refreshes() > 0);
      expect(await shown(channel)).to.include({ state: 'connected', reason: null });
    }

    await world.faults({ rate_limit_qps: 0 });
    await world.advance(60);
    await eventually('it is renewed', async () => (await renewedAt(channel)) > connectedAt);
    expect((await world.accessToken(channel)).body.status).to.equal('connected');
  });
});

describe('scopes that change while a channel is connected', () => {
  let world: AuthWorld;
  let running: Auth | undefined;

  before(async () => {
    world = await createAuthWorld({ replicas: 0 });
    await world.faults({ rate_limit_qps: 0 });
  });
  afterEach(() => running?.lifecycle.stop());
  after(() => world?.stop());

  /** TikTok's grant stays as it was; asking for more than it holds stands for an owner who took something back. */
  const runWith = async (scopes: object = {}): Promise<void> => {
    await running?.lifecycle.stop();
    running = composeAuth({ settings: readAuthSettings({ ...world.environment, ...scopes }), logger: world.logger });
    await running.lifecycle.start();
  };
  const shown = async (channelId: string) =>
    (await world.get(`/v1/channels/${channelId}`, await world.token('agent', 'account-1'))).body;

  it('are found at the next renewal: an optional one limits, a required one asks its owner, and back again', async () => {
    const channelId = await world.newBusiness();
    await runWith();
    await world.connect('account-1', channelId);

    await runWith({ TIKTOK_SCOPES: 'required:message.list.read optional:comment.list' });
    await world.advance(13 * HOUR);
    await eventually('the limit is seen', async () => (await shown(channelId)).missingScopes?.toString() !== '');
    expect(await shown(channelId)).to.deep.include({ state: 'connected', missingScopes: ['comment.list'] });

    await runWith({ TIKTOK_SCOPES: 'required:message.list.read,comment.list' });
    await world.advance(13 * HOUR);
    await eventually('it is lost', async () => (await shown(channelId)).state === 'needs_reauthorization');
    expect((await shown(channelId)).reason).to.include({ code: 'required_scope_missing' });
    expect((await world.accessToken(channelId)).body).to.include({ accessToken: null });

    await runWith();
    await world.advance(13 * HOUR);
    await eventually('it is back', async () => (await shown(channelId)).state === 'connected');
    expect((await world.accessToken(channelId)).body.accessToken).to.be.a('string');
    const records = (await world.published()).filter(
      ({ record, name }) => record.key === channelId && name?.startsWith('Channel'),
    );
    expect(records.map(({ name }) => name)).to.deep.equal([
      'ChannelConnected',
      'ChannelUpdated',
      'ChannelReauthorizationRequired',
      'ChannelUpdated',
    ]);
  });
});
