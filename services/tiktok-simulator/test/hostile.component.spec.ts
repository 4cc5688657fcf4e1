import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { APP_ID, APP_SECRET, startWorld, type TestWorld } from './support.ts';

describe('the simulator, whatever it is given', () => {
  let world: TestWorld;
  let businessId: string;

  beforeEach(async () => {
    world = await startWorld();
    ({ businessId } = await world.addBusiness());
  });
  afterEach(() => world.stop());

  const send = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
    fetch(`${world.simulator.url}${path}`, {
      method,
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body }),
    });
  const attempts = async () =>
    (await world.control<{ attempts: { error: string | null }[] }[]>('GET', 'deliveries')).flatMap(
      (delivery) => delivery.attempts,
    );

  it('lives on when the callback has an address that nobody can call', async () => {
    const body = { app_id: APP_ID, secret: APP_SECRET, event_type: 'DIRECT_MESSAGE' };
    const callback_url = 'http://a%zz@127.0.0.1:9/webhooks';
    await world.open('POST', 'business/webhook/update/', { body: { ...body, callback_url } });
    await world.customerSends(businessId);

    await eventually('a failed attempt', async () => (await attempts())[0]?.error?.includes('malformed') === true);
  });

  for (const webhookUrl of ['mailto:anna@example.com', 'ftp://127.0.0.1/x']) {
    it(`takes ${webhookUrl} for no callback`, async () => {
      expect((await send('PUT', '/_control/app', JSON.stringify({ webhookUrl }))).status).to.equal(400);
    });
  }

  for (const switches of [
    { deliveries_duplicated: 1_001 },
    { echoes_duplicated: 1_001 },
    { deliveries_timeout_ms: 2 ** 31 },
    { api_fails_with: 199 },
  ]) {
    it(`takes no switches ${JSON.stringify(switches)}`, async () => {
      const refused = await send('PUT', '/_control/faults', JSON.stringify(switches));
      expect(refused.status).to.equal(400);
      expect(await refused.text()).to.include(Object.keys(switches)[0]);
    });
  }

  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const customer = (path: string) => `/_control/businesses/${businessId}/customers/anna/${path}`;

  it('takes no block so deep that the phone could not show it again', async () => {
    expect((await send('POST', customer('messages'), `{"type":"voice","block":${deep(150)}}`)).status).to.equal(201);
    const refused = await send('POST', customer('messages'), `{"type":"voice","block":${deep(20_000)}}`);
    expect(refused.status).to.equal(400);
    expect(await world.phone(businessId, 'anna')).to.have.length(1);
  });

  for (const body of [deep(50_000), `{"content":${deep(50_000)}}`]) {
    it(`takes no raw delivery ${body.slice(0, 14)}…`, async () => {
      expect((await send('POST', '/_control/raw-deliveries', body)).status).to.equal(400);
    });
  }

  it('takes a raw delivery whose business is an object', async () => {
    const taken = await send('POST', '/_control/raw-deliveries', '{"user_openid":{"toString":1}}');
    expect(taken.status).to.equal(201);
  });

  for (const [path, method, headers, status] of [
    ['/_control/businesses/%ZZ/customers', 'GET', {}, 400],
    ['/avatars/%ZZ', 'GET', {}, 400],
    ['/media/%FF', 'GET', {}, 400],
    ['/_control/businesses', 'POST', { 'content-encoding': 'compress' }, 415],
    ['/_control/businesses', 'POST', { 'content-encoding': 'gzip' }, 400],
    ['/_control/businesses', 'POST', { 'content-type': 'application/json; charset=x' }, 415],
    ['/v2/auth/authorize', 'POST', { 'content-type': 'application/x-www-form-urlencoded; charset=x' }, 415],
  ] as const) {
    it(`lays ${method} ${path} ${JSON.stringify(headers)} at the caller's door`, async () => {
      const answer = await send(method, path, method === 'POST' ? 'x' : undefined, headers);
      expect(answer.status).to.equal(status);
    });
  }
});
