import { type Auth, composeAuth, readAuthSettings } from '@tiktok-channel/auth';
import { createRecordingLogger } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { type AuthWorld, createAuthWorld, type StartedConnect } from '../support/auth.ts';

const STATE_SECRET = 'the-state-secret-of-this-suite';

/** Attacks on what travels through TikTok as `state`, with a code that TikTok has just given. */
describe('the state of an authorisation', () => {
  let world: AuthWorld;
  let businessId: string;
  let started: StartedConnect;

  before(async () => {
    world = await createAuthWorld({ replicas: 2 });
  });
  after(() => world?.stop());
  beforeEach(async () => {
    await world.faults({ rate_limit_qps: 0 });
    businessId = await world.newBusiness();
    started = await world.startConnect('account-1');
  });

  const stateOf = ({ url }: StartedConnect): string => new URL(url).searchParams.get('state') ?? '';
  const claimsOf = (connect: StartedConnect): JWTPayload =>
    JSON.parse(Buffer.from(stateOf(connect).split('.')[1] ?? '', 'base64url').toString());
  const sign = (claims: JWTPayload, secret = STATE_SECRET, alg = 'HS256'): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));

  /** A code of the owner's consent that was not used. */
  const codeOf = async (connect: StartedConnect): Promise<string> => {
    const response = await fetch(`${world.simulator.url}/_control/connect`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ businessId, ...connect, follow: false }),
    });
    const { callback } = (await response.json()) as { callback: string };
    return new URL(callback).searchParams.get('code') ?? '';
  };
  const arrive = async (
    query: Record<string, string>,
    { cookie = started.cookie, origin = world.environment.PUBLIC_URL ?? '' } = {},
  ): Promise<Record<string, string>> => {
    const response = await fetch(`${origin}/tiktok/callback?${new URLSearchParams(query)}`, {
      headers: { cookie: cookie.split(';')[0] ?? '' },
      redirect: 'manual',
    });
    const location = new URL(response.headers.get('location') ?? '');
    expect(location.href.startsWith(`${world.environment.PUBLIC_URL}/channels?`)).to.equal(true);
    return Object.fromEntries(location.searchParams);
  };
  const exchanges = () => world.calls.filter((call) => call.includes('oauth2/token')).length;
  const expectNoChannel = async () => {
    expect((await world.accessToken(businessId)).status).to.equal(404);
    expect(exchanges()).to.equal(0);
  };

  const forgeries: Readonly<Record<string, (claims: JWTPayload) => Promise<string> | string>> = {
    'forged with another secret': (claims) => sign(claims, 'another secret that is long enough'),
    "forged with the app's id as secret": (claims) => sign(claims, world.environment.TIKTOK_APP_ID),
    'with alg none': (claims) => new UnsecuredJWT(claims).encode(),
    'of another algorithm': (claims) => sign(claims, STATE_SECRET, 'HS512'),
    'for another audience': (claims) => sign({ ...claims, aud: 'auth' }),
    'of another issuer': (claims) => sign({ ...claims, iss: 'outbound' }),
    'without an end': ({ exp: _exp, ...claims }) => sign(claims),
    'of an attempt that never started': (claims) => sign({ ...claims, jti: 'made-up' }),
    'altered to another account': (claims) => {
      const [head, , signature] = stateOf(started).split('.');
      const other = Buffer.from(JSON.stringify({ ...claims, account: 'account-2' })).toString('base64url');
      return `${head}.${other}.${signature}`;
    },
    'that is no token': () => 'state',
  };
  for (const [what, forge] of Object.entries(forgeries)) {
    it(`${what} is refused, and TikTok is not asked`, async () => {
      const code = await codeOf(started);
      world.calls.length = 0;
      const cookie = started.cookie.replace(String(claimsOf(started).jti), 'made-up');
      const state = await forge(claimsOf(started));
      expect(await arrive({ state, code }, what.includes('never') ? { cookie } : {})).to.deep.equal({
        error: 'state_invalid',
      });
      await expectNoChannel();
    });
  }

  it('that is missing is refused', async () => {
    expect(await arrive({ code: await codeOf(started) })).to.deep.equal({ error: 'state_missing' });
  });

  it('that has expired is refused', async () => {
    const code = await codeOf(started);
    await world.advance(601);
    expect(await arrive({ state: stateOf(started), code })).to.deep.equal({ error: 'state_expired' });
  });

  it('of another browser is refused, and stays good for the one that started', async () => {
    const code = await codeOf(started);
    const stranger = await world.startConnect('account-1');
    const state = stateOf(started);
    const stolen = started.cookie.replace(/=[^;]*/, `=${stranger.cookie.split(/[=;]/)[1]}`);
    for (const cookie of ['', stranger.cookie, stolen]) {
      expect(await arrive({ state, code }, { cookie })).to.deep.equal({ error: 'state_of_other_browser' });
    }
    expect(await arrive({ state, code })).to.deep.equal({ connected: businessId });
  });

  it('is good once across replicas, also when it comes to both at the same time', async () => {
    const code = await codeOf(started);
    world.calls.length = 0;
    const origins = world.auths.map((auth) => auth.addresses().public);
    const ends = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        arrive({ state: stateOf(started), code }, { origin: origins[n % 2] as string }),
      ),
    );
    expect(ends.filter(({ connected }) => connected === businessId)).to.have.length(1);
    expect(ends.filter(({ error }) => error === 'state_reused')).to.have.length(9);
    expect(exchanges()).to.equal(1);
  });

  it('cannot be had for a foreign account, nor for a channel of one, nor by who is no administrator', async () => {
    await world.connect('account-2', businessId);
    const start = (accountId: string, role: 'administrator' | 'agent' | 'operator', body = {}) =>
      world.send('POST', `/v1/accounts/${accountId}/tiktok/authorization`, { role, accountId: 'account-1' }, body);

    expect((await start('account-2', 'administrator')).status).to.equal(404);
    expect((await start('account-1', 'administrator', { channelId: businessId })).status).to.equal(404);
    expect((await start('account-1', 'agent')).status).to.equal(403);
    expect((await start('account-1', 'operator')).status).to.equal(403);
    const open = await start('account-1', 'administrator', { returnTo: 'https://evil.example/' });
    expect([open.status, open.body.code]).to.deep.equal([400, 'return_to_not_allowed']);
  });

  describe('while its secret is changed', () => {
    let changed: Auth;

    before(async () => {
      changed = composeAuth({
        settings: readAuthSettings({
          ...world.environment,
          PORT: '0',
          STATE_SECRETS: `the-next-state-secret,${STATE_SECRET}`,
        }),
        logger: createRecordingLogger(),
      });
      await changed.lifecycle.start();
    });
    after(() => changed?.lifecycle.stop());

    it('of the old secret is still good, and a secret that was taken away is not', async () => {
      const code = await codeOf(started);
      const origin = changed.addresses().public;
      const next = await sign(claimsOf(started), 'the-next-state-secret');
      expect(await arrive({ state: next, code })).to.deep.equal({ error: 'state_invalid' });
      expect(await arrive({ state: stateOf(started), code }, { origin })).to.deep.equal({ connected: businessId });
    });

    it('is good at every replica while they restart one after the other, if the new secret came last before it came first', async () => {
      const verifying = composeAuth({
        settings: readAuthSettings({
          ...world.environment,
          PORT: '0',
          STATE_SECRETS: `${STATE_SECRET},the-next-state-secret`,
        }),
        logger: createRecordingLogger(),
      });
      await verifying.lifecycle.start();
      const next = await sign(claimsOf(started), 'the-next-state-secret');
      const code = await codeOf(started);
      const origin = verifying.addresses().public;
      expect(await arrive({ state: next, code }, { origin })).to.deep.equal({ connected: businessId });
      await verifying.lifecycle.stop();
    });
  });
});
