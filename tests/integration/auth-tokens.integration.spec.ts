import { expect } from 'chai';
import { type AuthWorld, createAuthWorld } from '../support/auth.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;

describe('access tokens for services', () => {
  let world: AuthWorld;
  let businessId: string;

  before(async () => {
    world = await createAuthWorld({ replicas: 2 });
  });
  after(() => world?.stop());
  beforeEach(async () => {
    await world.faults({ rate_limit_qps: 0 });
    businessId = await world.newBusiness();
    await world.connect('account-1', businessId);
    world.calls.length = 0;
  });
  // Its token would be renewed beside that of the next one, and be counted there.
  afterEach(() =>
    world.send('POST', `/v1/channels/${businessId}/disconnect`, { role: 'administrator', accountId: 'account-1' }, {}),
  );

  const refreshes = () => world.calls.filter((call) => call.includes('refresh_token')).length;
  const works = async (token: unknown): Promise<boolean> => {
    const query = new URLSearchParams({ business_id: businessId, fields: '["username"]' });
    const response = await fetch(`${world.simulator.url}/open_api/v1.3/business/get/?${query}`, {
      headers: { 'Access-Token': String(token) },
    });
    return ((await response.json()) as { code: number }).code === 0;
  };

  it('answers the token with the channel that it is for', async () => {
    const { status, body } = await world.accessToken(businessId);

    expect(status).to.equal(200);
    expect(body).to.include({ channelId: businessId, accountId: 'account-1', status: 'connected' });
    expect(body.grantedScopes).to.include('message.list.send');
    expect(body.goodUntil).to.be.a('number');
    expect(await works(body.accessToken)).to.equal(true);
    expect(refreshes()).to.equal(0);
  });

  it('knows no channel that was never connected', async () => {
    const { status, body } = await world.accessToken('nobody');
    expect([status, body.code]).to.deep.equal([404, 'channel_unknown']);
  });

  it('gives none to a service that is not on the list, nor to a person', async () => {
    expect((await world.accessToken(businessId, { service: 'console' })).status).to.equal(401);
    const person = await fetch(
      `${world.auths[0]?.addresses().internal}/internal/v1/channels/${businessId}/access-token`,
      { method: 'POST', headers: { authorization: `Bearer ${await world.token('operator', 'account-1')}` } },
    );
    expect(person.status).to.equal(401);
  });

  it('serves none on the public port', async () => {
    const response = await fetch(`${world.environment.PUBLIC_URL}/internal/v1/channels/${businessId}/access-token`, {
      method: 'POST',
    });
    expect(response.status).to.equal(404);
  });

  it('renews a token once half of its life is over, and keeps the new refresh token', async () => {
    const first = await world.accessToken(businessId);
    await world.advance(13 * HOUR);
    const second = await world.accessToken(businessId);
    expect(second.body.accessToken).not.to.equal(first.body.accessToken);
    expect(await works(second.body.accessToken)).to.equal(true);

    // TikTok's refresh tokens rotate: this works only with the one that came with the last answer.
    await world.advance(13 * HOUR);
    const third = await world.accessToken(businessId);
    expect(third.body.accessToken).not.to.equal(second.body.accessToken);
    expect(refreshes()).to.equal(2);
  });

  it('renews once when two replicas are asked at once, many times, for a token that has expired', async () => {
    await world.advance(2 * DAY);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => world.accessToken(businessId, { replica: index % 2 })),
    );

    expect(answers.map(({ status }) => status)).to.deep.equal(Array(20).fill(200));
    const tokens = new Set(answers.map(({ body }) => body.accessToken));
    expect(tokens.size).to.equal(1);
    expect(await works([...tokens][0])).to.equal(true);
    expect(refreshes()).to.equal(1);
  });

  it('gives the old token while it works and TikTok is away, and none that has expired', async () => {
    const first = await world.accessToken(businessId);
    await world.faults({ token_endpoint_away: true });
    await world.advance(13 * HOUR);
    const meanwhile = await world.accessToken(businessId);
    expect(meanwhile.body).to.include({ accessToken: first.body.accessToken, status: 'connected' });

    await world.advance(12 * HOUR);
    const expired = await world.accessToken(businessId);
    expect([expired.status, expired.body.code]).to.deep.equal([503, 'unavailable']);

    await world.faults({});
    await world.advance(60);
    const back = await world.accessToken(businessId);
    expect(back.status).to.equal(200);
    expect(await works(back.body.accessToken)).to.equal(true);
  });

  it('tells that the channel is expiring, then that its owner must authorise again, once TikTok refuses', async () => {
    await world.removeAtTikTok(businessId);
    await world.advance(13 * HOUR);
    const refused = await world.accessToken(businessId);
    expect(refused.body.status).to.equal('expiring');
    expect(refused.body.accessToken).to.be.a('string');

    await world.advance(12 * HOUR);
    const gone = await world.accessToken(businessId);
    expect(gone.body).to.include({ status: 'needs_reauthorization', accessToken: null, goodUntil: null });
    const shown = await world.get(`/v1/channels/${businessId}`, await world.token('agent', 'account-1'));
    expect(shown.body.state).to.equal('needs_reauthorization');

    await world.connect('account-1', businessId);
    const again = await world.accessToken(businessId);
    expect(again.body.status).to.equal('connected');
    expect(await works(again.body.accessToken)).to.equal(true);
    const events = (await world.published()).filter(
      ({ record, name }) => record.key === businessId && name?.startsWith('Channel'),
    );
    expect(events.map(({ value }) => (value.channel as { status: string }).status)).to.deep.equal([
      'CONNECTED',
      'EXPIRING',
      'NEEDS_REAUTHORIZATION',
      'CONNECTED',
    ]);
  });
});
