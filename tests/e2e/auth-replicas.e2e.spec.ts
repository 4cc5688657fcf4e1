import { randomUUID } from 'node:crypto';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { useSystem } from '../support/system.ts';

const HOUR = 3_600;
const CHANNELS = 6;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

const call = async (url: string, init: RequestInit = {}): Promise<Answer> => {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : {} };
};

const post = (url: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
  call(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });

/** The whole product with two of each service, and people who connect through TikTok's consent page. */
describe('connecting with two replicas of auth', () => {
  const system = useSystem(undefined, { replicas: 2 });
  const accountId = 'account-of-replicas';
  let bearer: Record<string, string>;

  const auth = (replica: number): string => {
    const address = system().addresses.replicas.auth[replica];
    if (address === undefined) throw new Error(`there is no replica ${replica}`);
    return address.public;
  };
  const control = (path: string) => `${system().addresses.simulator}/_control${path}`;

  before(async () => {
    const { body } = await post(`${auth(0)}/local/token`, { role: 'administrator', accountId });
    bearer = { authorization: `Bearer ${body.token}` };
    await call(control('/faults'), {
      method: 'PUT',
      body: JSON.stringify({ rate_limit_qps: 0 }),
      headers: { 'content-type': 'application/json' },
    });
  });

  const newBusiness = async (): Promise<string> => {
    const username = `shop.${randomUUID().slice(0, 8)}`;
    return String((await post(control('/businesses'), { username, displayName: username })).body.businessId);
  };
  /** Where TikTok sends the browser back to, and the browser's cookie; not followed yet. */
  const consent = async (businessId: string, startedAt: number) => {
    const started = await post(`${auth(startedAt)}/v1/accounts/${accountId}/tiktok/authorization`, {}, bearer);
    const cookie = started.headers.get('set-cookie')?.split(';')[0] ?? '';
    const { body } = await post(control('/connect'), { businessId, url: started.body.url, cookie, follow: false });
    return { callback: new URL(String(body.callback)), cookie };
  };
  type Consent = Awaited<ReturnType<typeof consent>>;
  /** As a balancer would: the address is the public one, and the replica whichever it is. */
  const comeBackTo = async (replica: number, { callback, cookie }: Consent) => {
    const { headers } = await call(`${auth(replica)}${callback.pathname}${callback.search}`, { headers: { cookie } });
    return Object.fromEntries(new URL(String(headers.get('location'))).searchParams);
  };
  const stateAt = async (replica: number, channelId: string) =>
    (await call(`${auth(replica)}/v1/channels/${channelId}`, { headers: bearer })).body.state;

  it('ends at the replica where it did not start, and both know the channel', async () => {
    for (const [startedAt, endedAt] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const businessId = await newBusiness();
      const back = await consent(businessId, startedAt);
      expect(back.callback.origin).to.equal(system().addresses.public);
      expect(await comeBackTo(endedAt, back)).to.deep.equal({ connected: businessId });
      expect([await stateAt(0, businessId), await stateAt(1, businessId)]).to.deep.equal(['connected', 'connected']);
    }
  });

  it('ends once when the browser comes back to both at the same time', async () => {
    const businessId = await newBusiness();
    const back = await consent(businessId, 0);
    const ends = await Promise.all([0, 1, 0, 1].map((replica) => comeBackTo(replica, back)));
    expect(ends.filter(({ connected }) => connected === businessId)).to.have.length(1);
    expect(ends.filter(({ error }) => error === 'state_reused')).to.have.length(3);
  });

  it('ends through the one public origin when the replica where it started has died', async function () {
    this.timeout(60_000);
    const businessId = await newBusiness();
    const { callback, cookie } = await consent(businessId, 1);
    await system().kill('auth-2', 'SIGKILL');
    const { headers } = await call(callback.href, { headers: { cookie } });
    const ended = new URL(String(headers.get('location')));
    expect(ended.origin).to.equal(system().addresses.public);
    expect(ended.searchParams.get('connected')).to.equal(businessId);
    await system().ready('auth-2');
  });

  it('is followed by one renewal of each channel, though both replicas see them become due', async function () {
    this.timeout(90_000);
    for (let n = 0; n < CHANNELS; n += 1) {
      const businessId = await newBusiness();
      expect(await comeBackTo(n % 2, await consent(businessId, (n + 1) % 2))).to.deep.equal({ connected: businessId });
    }
    const items = (await call(`${auth(0)}/v1/channels`, { headers: bearer })).body.items as { channelId: string }[];
    const renewals = async () => {
      const response = await fetch(control('/calls?path=/tt_user/oauth2/refresh_token/'));
      return ((await response.json()) as unknown[]).length;
    };
    const renewedAt = async (channelId: string) => {
      const { body } = await call(`${auth(0)}/v1/channels/${channelId}`, { headers: bearer });
      return (body.token as { renewedAt: number }).renewedAt;
    };
    const before = new Map(
      await Promise.all(items.map(async ({ channelId }) => [channelId, await renewedAt(channelId)] as const)),
    );
    // The demo channel is one more.
    const channels = items.length + 1;

    await post(control('/clock'), { advanceSeconds: 13 * HOUR });
    const token = await post(`${auth(0)}/local/token`, { role: 'administrator', accountId });
    bearer = { authorization: `Bearer ${token.body.token}` };
    await eventually(
      'every channel is renewed',
      async () => {
        const times = await Promise.all(
          items.map(async ({ channelId }) => [channelId, await renewedAt(channelId)] as const),
        );
        return (
          times.every(([channelId, atMs]) => atMs > (before.get(channelId) ?? 0)) && (await renewals()) === channels
        );
      },
      { withinMs: 60_000 },
    );
    expect(new Set(await Promise.all(items.map(({ channelId }) => stateAt(1, channelId))))).to.deep.equal(
      new Set(['connected']),
    );
    expect(await renewals()).to.equal(channels);
  });
});
