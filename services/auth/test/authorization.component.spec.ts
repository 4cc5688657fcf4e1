import { expect } from 'chai';
import { SignJWT, UnsecuredJWT } from 'jose';
import { authorizationFailures } from '../src/domain/authorization-failures.ts';
import { grantOf, PUBLIC_URL, STATE_SECRET, type StartedAuth, startAuth } from './support.ts';

describe('authorising a channel', () => {
  let auth: StartedAuth;

  beforeEach(async () => {
    auth = await startAuth();
    auth.tiktok.answers.set('good', grantOf('biz-1'));
  });
  afterEach(() => auth.stop());

  const post = async (path: string, bearer: string, body: object = {}) => {
    const response = await fetch(`${auth.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { response, body: (await response.json()) as Record<string, string> };
  };
  const start = async (account = 'account-1', body: object = {}) => {
    const started = await post(`/v1/accounts/${account}/tiktok/authorization`, `administrator:${account}`, body);
    const setCookie = started.response.headers.get('set-cookie') ?? '';
    const state = new URL(started.body.url ?? '').searchParams.get('state') ?? '';
    return { setCookie, cookie: setCookie.split(';')[0] ?? '', state };
  };
  const callback = async (query: Record<string, string>, cookie = '') => {
    const response = await fetch(`${auth.url}/tiktok/callback?${new URLSearchParams(query)}`, {
      headers: { cookie },
      redirect: 'manual',
    });
    expect(response.status).to.equal(303);
    return { response, location: response.headers.get('location') ?? '' };
  };
  const failed = (code: keyof typeof authorizationFailures, page = '/channels') => `${PUBLIC_URL}${page}?error=${code}`;
  const connected = `${PUBLIC_URL}/channels?connected=biz-1`;

  describe('starts', () => {
    it('with a cookie that scripts cannot read and other sites cannot send, for ten minutes', async () => {
      const { setCookie } = await start();
      expect(setCookie).to.match(/^tiktok_authorization_id-1=browser-key-id-1;/);
      for (const attribute of ['Max-Age=600', 'Path=/tiktok/callback', 'HttpOnly', 'Secure', 'SameSite=Lax']) {
        expect(setCookie).to.include(attribute);
      }
    });

    for (const [who, bearer, status] of [
      ['an agent', 'agent:account-1', 403],
      ['an operator', 'operator:account-1', 403],
      ['an administrator of another account', 'administrator:account-2', 404],
    ] as const) {
      it(`not for ${who}`, async () => {
        const { response } = await post('/v1/accounts/account-1/tiktok/authorization', bearer);
        expect(response.status).to.equal(status);
        expect(response.headers.get('set-cookie')).to.equal(null);
      });
    }

    it('not without a token', async () => {
      const response = await fetch(`${auth.url}/v1/accounts/account-1/tiktok/authorization`, { method: 'POST' });
      expect(response.status).to.equal(401);
    });

    it('without a body', async () => {
      const response = await fetch(`${auth.url}/v1/accounts/account-1/tiktok/authorization`, {
        method: 'POST',
        headers: { authorization: 'Bearer administrator:account-1' },
      });
      expect(response.status).to.equal(200);
    });

    it('not for a channel of another account', async () => {
      const { state, cookie } = await start('account-2');
      await callback({ state, code: 'good' }, cookie);
      const { response } = await post('/v1/accounts/account-1/tiktok/authorization', 'administrator:account-1', {
        channelId: 'biz-1',
      });
      expect(response.status).to.equal(404);
    });

    it('not with a page to return to that is not on the list', async () => {
      const { response, body } = await post('/v1/accounts/account-1/tiktok/authorization', 'administrator:account-1', {
        returnTo: 'https://evil.example',
      });
      expect([response.status, body.code]).to.deep.equal([400, 'return_to_not_allowed']);
    });
  });

  describe('ends', () => {
    it('with the channel, and without the cookie', async () => {
      const { state, cookie } = await start();
      const { response, location } = await callback({ state, code: 'good' }, cookie);
      expect(location).to.equal(connected);
      expect(response.headers.get('set-cookie')).to.match(/^tiktok_authorization_id-1=;.*Expires=Thu, 01 Jan 1970/);
      expect(response.headers.get('referrer-policy')).to.equal('no-referrer');
    });

    it('on the page that was asked for', async () => {
      const { state, cookie } = await start('account-1', { returnTo: '/onboarding' });
      expect((await callback({ state, code: 'bad' }, cookie)).location).to.equal(failed('code_refused', '/onboarding'));
    });

    it('in each of two tabs of one browser', async () => {
      const [one, two] = [await start(), await start()];
      const cookies = `${one.cookie}; ${two.cookie}`;
      expect((await callback({ state: one.state, code: 'good' }, cookies)).location).to.equal(connected);
      expect((await callback({ state: two.state, code: 'good' }, cookies)).location).to.equal(connected);
    });

    it('denied, when the owner cancels', async () => {
      const { state, cookie } = await start();
      const query = { state, error: 'access_denied', error_description: '<b>TikTok</b>', error_code: '400' };
      expect((await callback(query, cookie)).location).to.equal(failed('denied'));
      expect(auth.tiktok.exchanged).to.deep.equal([]);
    });

    it('authorization_incomplete, when TikTok brings no code', async () => {
      const { state, cookie } = await start();
      expect((await callback({ state }, cookie)).location).to.equal(failed('authorization_incomplete'));
    });

    it('state_missing, without a state', async () => {
      expect((await callback({ code: 'good' })).location).to.equal(failed('state_missing'));
    });

    it('state_expired, after ten minutes', async () => {
      const { state, cookie } = await start();
      auth.clock.advance(600_000);
      expect((await callback({ state, code: 'good' }, cookie)).location).to.equal(failed('state_expired'));
    });

    it('state_reused, the second time, without asking TikTok', async () => {
      const { state, cookie } = await start();
      await callback({ state, code: 'good' }, cookie);
      expect((await callback({ state, code: 'good' }, cookie)).location).to.equal(failed('state_reused'));
      expect(auth.tiktok.exchanged).to.deep.equal(['good']);
    });

    it('state_of_other_browser, without the cookie or with that of another attempt', async () => {
      const mine = await start();
      const theirs = await start();
      const stolen = mine.cookie.replace(/=.*/, `=${theirs.cookie.split('=')[1]}`);
      for (const cookie of ['', theirs.cookie, stolen]) {
        expect((await callback({ state: mine.state, code: 'good' }, cookie)).location).to.equal(
          failed('state_of_other_browser'),
        );
      }
    });

    it('with the channel for the browser that started, also after another one tried', async () => {
      const { state, cookie } = await start();
      await callback({ state, code: 'good' });
      expect((await callback({ state, code: 'good' }, cookie)).location).to.equal(connected);
    });

    for (const [what, forge] of [
      ['of another secret', (claims: object) => sign(claims, 'another secret of some length')],
      ['of another audience', (claims: object) => sign({ ...claims, aud: 'auth' })],
      ['of an attempt that never started', (claims: object) => sign({ ...claims, jti: 'made-up' })],
      ['without a signature', async (claims: object) => new UnsecuredJWT({ ...claims }).encode()],
    ] as const) {
      it(`without a channel for a state ${what}`, async () => {
        const { state, cookie } = await start();
        const claims = JSON.parse(Buffer.from(state.split('.')[1] ?? '', 'base64url').toString());
        const forged = await forge(claims);
        const all = `${cookie}; ${cookie.replace('id-1=', 'made-up=')}`;
        expect((await callback({ state: forged, code: 'good' }, all)).location).to.equal(failed('state_invalid'));
        expect(auth.tiktok.exchanged).to.deep.equal([]);
      });
    }

    it('scope_missing, without a required scope', async () => {
      auth.tiktok.answers.set('less', grantOf('biz-1', ['read', 'type']));
      const { state, cookie } = await start();
      expect((await callback({ state, code: 'less' }, cookie)).location).to.equal(failed('scope_missing'));
    });

    it('channel_of_another_account, for a TikTok account that is connected elsewhere', async () => {
      const first = await start('account-2');
      await callback({ state: first.state, code: 'good' }, first.cookie);
      const { state, cookie } = await start('account-1');
      expect((await callback({ state, code: 'good' }, cookie)).location).to.equal(failed('channel_of_another_account'));
    });

    it('other_tiktok_account, when another one comes back than was to be reauthorised', async () => {
      const first = await start();
      await callback({ state: first.state, code: 'good' }, first.cookie);
      auth.tiktok.answers.set('other', grantOf('biz-2'));
      const { state, cookie } = await start('account-1', { channelId: 'biz-1' });
      expect((await callback({ state, code: 'other' }, cookie)).location).to.equal(failed('other_tiktok_account'));
    });

    for (const failure of ['region_or_permission', 'tiktok_unavailable'] as const) {
      it(`${failure}, when TikTok says so for the profile`, async () => {
        auth.tiktok.answerProfile({ kind: 'failed', failure, trace: { code: 40001, requestId: 'request-1' } });
        const { state, cookie } = await start();
        expect((await callback({ state, code: 'good' }, cookie)).location).to.equal(failed(failure));
        const line = auth.logger.lines.find(({ event }) => event === 'authorization.completed');
        expect(line?.fields).to.include({ outcome: failure, tiktokCode: 40001, tiktokRequestId: 'request-1' });
      });
    }

    it('service_unavailable, when the database is away', async () => {
      const { state, cookie } = await start();
      auth.stores.goAway();
      expect((await callback({ state, code: 'good' }, cookie)).location).to.equal(failed('service_unavailable'));
    });
  });

  it('is answered 503 with a problem document while the database is away', async () => {
    auth.stores.goAway();
    const { response, body } = await post('/v1/accounts/account-1/tiktok/authorization', 'administrator:account-1');
    expect([response.status, body.code]).to.deep.equal([503, 'unavailable']);
    expect(response.headers.get('content-type')).to.include('application/problem+json');
    expect(response.headers.get('retry-after')).to.equal('5');
  });

  it('has words for every way to fail', () => {
    for (const { sentence, advice } of Object.values(authorizationFailures)) {
      expect(sentence).to.match(/\.$/);
      expect(advice).to.match(/\.$/);
    }
  });
});

const sign = (claims: object, key = STATE_SECRET): Promise<string> =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(key));
