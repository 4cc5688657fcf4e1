import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import {
  APP_ID,
  APP_SECRET,
  MESSAGING_SCOPES,
  REDIRECT_URL,
  SCOPES,
  startWorld,
  type TestWorld,
  type Tokens,
} from './support.ts';

const CLIENT = { client_id: APP_ID, client_secret: APP_SECRET };

describe('authorising the app', () => {
  let world: TestWorld;
  let businessId: string;

  beforeEach(async () => {
    world = await startWorld();
    ({ businessId } = await world.addBusiness());
  });
  afterEach(() => world.stop());

  it('comes back with code, scopes and state', async () => {
    const { callback } = await world.connect(businessId);
    const url = new URL(callback ?? '');
    expect(url.origin + url.pathname).to.equal(REDIRECT_URL);
    expect([...url.searchParams.keys()]).to.deep.equal(['code', 'scopes', 'state']);
    expect(url.searchParams.get('scopes')).to.equal(SCOPES.join(','));
    expect(url.searchParams.get('state')).to.equal('state-1');
    expect(callback, 'characters of the code are encoded').to.include('%2A').and.include('%21');
  });

  it('shows who can log in and what is asked for', async () => {
    const page = await (await fetch(world.authorizeUrl({ scope: 'message.list.read' }))).text();
    expect(page).to.include('Acme Store').and.include('message.list.read').and.not.include('message.list.send');
  });

  it('comes back with an error when it is denied', async () => {
    const { callback } = await world.connect(businessId, { deny: true });
    expect(Object.fromEntries(new URL(callback ?? '').searchParams)).to.deep.equal({
      error: 'access_denied',
      error_description: 'User cancelled',
      error_code: '400',
      state: 'state-1',
    });
  });

  it('grants less when scopes are unticked', async () => {
    const code = await world.codeFor(businessId, { grant: ['message.list.read'] });
    expect((await world.exchange(code)).data.scope).to.equal('message.list.read');
  });

  const refusals: readonly (readonly [string, Record<string, string>, string, string])[] = [
    ['another app', { client_key: '1' }, 'unauthorized_client', 'client_key'],
    ['another response type', { response_type: 'token' }, 'unsupported_response_type', 'response_type'],
    ['an address that differs by a slash', { redirect_uri: `${REDIRECT_URL}/` }, 'invalid_request', 'redirect_uri'],
    ['an unknown scope', { scope: 'message.list.read,message.list.all' }, 'invalid_scope', 'scope'],
    ['no scope', { scope: '' }, 'invalid_scope', 'scope'],
  ];
  for (const [what, changes, error, type] of refusals) {
    it(`ends on TikTok's error page, without a callback, for ${what}`, async () => {
      const answer = await world.connect(businessId, {}, world.authorizeUrl(changes));
      expect(answer.callback).to.equal(null);
      expect(answer.location).to.match(new RegExp(`&error=${error}&error_type=${type}$`));
      expect((await fetch(answer.location ?? '')).status).to.equal(400);
    });
  }

  it('ends on the error page for a scope that the app is not approved for', async () => {
    await world.control('PUT', 'app', { approvedScopes: MESSAGING_SCOPES });
    expect((await world.connect(businessId)).callback).to.equal(null);
    const url = world.authorizeUrl({ scope: MESSAGING_SCOPES.join(',') });
    expect((await world.connect(businessId, {}, url)).callback).to.be.a('string');
  });

  describe('of who authorised before', () => {
    const open = async (changes: Record<string, string> = {}) => {
      const answer = await fetch(world.authorizeUrl(changes), { redirect: 'manual' });
      return { status: answer.status, location: answer.headers.get('location') };
    };

    it('asks again, as a rule', async () => {
      await world.tokenFor(businessId);
      expect((await open()).status).to.equal(200);
    });

    it('comes straight back when told so, with a code that is good', async () => {
      await world.faults({ silent_redirect: 'with_code' });
      expect((await open()).status).to.equal(200);
      await world.tokenFor(businessId);
      const { location } = await open();
      const params = new URL(location ?? '').searchParams;
      expect([...params.keys()]).to.deep.equal(['code', 'scopes', 'state']);
      expect((await world.exchange(params.get('code') ?? '')).data.open_id).to.equal(businessId);
    });

    it('comes straight back without a code when told so', async () => {
      await world.tokenFor(businessId);
      await world.faults({ silent_redirect: 'without_code' });
      const { location } = await open();
      expect([...new URL(location ?? '').searchParams.keys()]).to.deep.equal(['scopes', 'state']);
    });

    it('asks again for disable_auto_auth, or for more than was granted', async () => {
      await world.tokenFor(businessId, { grant: ['message.list.read'] });
      await world.faults({ silent_redirect: 'with_code' });
      expect((await open({ scope: 'message.list.read' })).status).to.equal(302);
      expect((await open({ scope: 'message.list.read', disable_auto_auth: '1' })).status).to.equal(200);
      expect((await open({ scope: 'message.list.read,message.list.send' })).status).to.equal(200);
    });
  });

  describe('as TikTok’s twin', () => {
    const addresses: readonly (readonly [string, boolean])[] = [
      ['https://example.test/tiktok/callback', true],
      ['https://example.test/tiktok/callback/', true],
      ['http://example.test/tiktok/callback', false],
      ['https://example.test:8443/tiktok/callback', false],
      ['https://example.test:443/tiktok/callback', false],
      ['https://example.test/tiktok/callback?from=tiktok', false],
      ['https://example.test/tiktok/callback#here', false],
      [`https://example.test/${'x'.repeat(512 - 21)}`, true],
      [`https://example.test/${'x'.repeat(513 - 21)}`, false],
      ['https://a', false],
    ];
    for (const [redirect_uri, isTaken] of addresses) {
      it(`${isTaken ? 'takes' : 'does not take'} ${redirect_uri.slice(0, 60)} (${redirect_uri.length})`, async () => {
        await world.faults({ local_addresses: false });
        await world.control('PUT', 'app', { redirectUrls: [redirect_uri] });
        const { callback } = await world.connect(businessId, {}, world.authorizeUrl({ redirect_uri }));
        expect(callback !== null).to.equal(isTaken);
      });
    }

    it('has ten registered addresses at most', async () => {
      const redirectUrls = Array.from({ length: 11 }, (_, index) => `https://example.test/${index}`);
      expect(await world.control('PUT', 'app', { redirectUrls }).catch(String)).to.include('redirectUrls');
    });
  });

  it('takes http and ports only while it is told to', async () => {
    await world.faults({ local_addresses: false });
    expect((await world.connect(businessId)).callback).to.equal(null);
    const redirect_uri = 'https://example.test/tiktok/callback';
    await world.control('PUT', 'app', { redirectUrls: [redirect_uri] });
    expect((await world.connect(businessId, {}, world.authorizeUrl({ redirect_uri }))).callback).to.be.a('string');
  });

  it('follows the callback with the cookie of the browser, and tells where it ended', async () => {
    const cookies: (string | undefined)[] = [];
    const server = createServer((req, res) => {
      cookies.push(req.headers.cookie);
      res.writeHead(302, { location: '/console?connected=1' }).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const redirect_uri = `${origin}/tiktok/callback`;
    await world.control('PUT', 'app', { redirectUrls: [redirect_uri] });

    const cookie = 'tiktok_start=abc; Path=/; HttpOnly; SameSite=Lax';
    const answer = await world.connect(businessId, { follow: true, cookie }, world.authorizeUrl({ redirect_uri }));
    expect(answer.callback).to.match(/\/tiktok\/callback\?code=/);
    expect(answer.location).to.equal(`${origin}/console?connected=1`);
    expect(cookies).to.deep.equal(['tiktok_start=abc']);
    server.close();
    server.closeAllConnections();
  });
});

describe('tokens', () => {
  let world: TestWorld;
  let businessId: string;

  beforeEach(async () => {
    world = await startWorld();
    ({ businessId } = await world.addBusiness());
  });
  afterEach(() => world.stop());

  const refresh = (refresh_token: string) =>
    world.open<Tokens>('POST', 'tt_user/oauth2/refresh_token/', {
      body: { ...CLIENT, grant_type: 'refresh_token', refresh_token },
    });
  const tokens = async () => (await world.exchange(await world.codeFor(businessId))).data;
  const profile = (token: string) => world.open('GET', 'business/get/', { token, query: { business_id: businessId } });

  it('are given for a code, in the documented shape', async () => {
    const answer = await world.exchange(await world.codeFor(businessId));
    expect(answer).to.include({ code: 0, message: 'OK' }).and.have.all.keys('code', 'message', 'request_id', 'data');
    expect(answer.data).to.include({
      token_type: 'Bearer',
      scope: SCOPES.join(','),
      expires_in: 86_400,
      refresh_token_expires_in: 31_536_000,
      open_id: businessId,
    });
  });

  it('are given once for a code, for ten minutes', async () => {
    const code = await world.codeFor(businessId);
    await world.exchange(code);
    expect((await world.exchange(code)).code).to.equal(40131);

    const late = await world.codeFor(businessId);
    await world.advance(601);
    expect((await world.exchange(late)).code).to.equal(40131);
    expect((await world.exchange('never-seen')).code).to.equal(40131);
  });

  for (const [name, changes] of Object.entries({
    client_id: { client_id: 'other' },
    client_secret: { client_secret: 'wrong' },
    grant_type: { grant_type: 'refresh_token' },
    redirect_uri: { redirect_uri: 'http://127.0.0.1:9/other' },
    auth_code: { auth_code: undefined },
  })) {
    it(`are refused by name for a wrong ${name}, and the code stays good`, async () => {
      const code = await world.codeFor(businessId);
      const refused = await world.exchange(code, changes);
      expect(refused.code).to.equal(40002);
      expect(refused.message).to.include(name);
      expect((await world.exchange(code)).code).to.equal(0);
    });
  }

  it('rotate: the old refresh token stops working, the old access token does not', async () => {
    const first = await tokens();
    const second = await refresh(first.refresh_token);
    expect(second.data).to.include({ open_id: businessId, scope: first.scope });
    expect(second.data.refresh_token).not.to.equal(first.refresh_token);
    expect((await refresh(first.refresh_token)).code).to.equal(40105);
    expect((await profile(first.access_token)).code).to.equal(0);
    expect((await profile(second.data.access_token)).code).to.equal(0);
  });

  it('keep their refresh token when told so', async () => {
    await world.faults({ refresh_token_rotates: false });
    const first = await tokens();
    expect((await refresh(first.refresh_token)).data.refresh_token).to.equal(first.refresh_token);
    expect((await refresh(first.refresh_token)).code).to.equal(0);
  });

  it('live as long as told', async () => {
    await world.faults({ code_seconds: 3_600, access_token_seconds: 60, refresh_token_seconds: 2_592_000 });
    const code = await world.codeFor(businessId);
    await world.advance(3_599);
    const { data } = await world.exchange(code);
    expect(data).to.include({ expires_in: 60, refresh_token_expires_in: 2_592_000 });
    expect((await profile(data.access_token)).code).to.equal(0);
    await world.advance(60);
    expect((await profile(data.access_token)).code).to.equal(40105);
    await world.advance(2_592_000);
    expect((await refresh(data.refresh_token)).code).to.equal(40105);
  });

  it('tell that they are expired when told so, and only then', async () => {
    await world.faults({ expired_token_code: 40102 });
    const { access_token } = await tokens();
    await world.advance(86_400);
    expect(await profile(access_token)).to.include({ code: 40102, message: 'Access token is expired.' });
    expect((await profile('act.never-seen')).code).to.equal(40105);
    await world.faults({});
    expect((await profile(access_token)).code).to.equal(40105);
  });

  it('end with a refresh when told so', async () => {
    await world.faults({ refresh_ends_access_token: true });
    const first = await tokens();
    const other = await tokens();
    const second = await refresh(first.refresh_token);
    expect((await profile(first.access_token)).code).to.equal(40105);
    expect((await profile(second.data.access_token)).code).to.equal(0);
    expect((await profile(other.access_token)).code, 'of another grant').to.equal(0);
  });

  it('count down to the end of a refresh token that stays', async () => {
    await world.faults({ refresh_token_rotates: false });
    const { refresh_token } = await tokens();
    await world.advance(1_000);
    const { data } = await refresh(refresh_token);
    expect(data.refresh_token_expires_in).to.be.closeTo(31_535_000, 5);
  });

  it('are not given for a code of the advertisers’ flow', async () => {
    expect(await world.exchange('0123456789abcdef0123456789abcdef01234567')).to.include({
      code: 40131,
      message: 'Authorization code is expired.',
    });
  });

  for (const [path, body] of Object.entries({
    'tt_user/oauth2/token/': {
      ...CLIENT,
      grant_type: 'authorization_code',
      auth_code: 'code',
      redirect_uri: REDIRECT_URL,
    },
    'tt_user/oauth2/refresh_token/': { ...CLIENT, grant_type: 'refresh_token', refresh_token: 'rft.x' },
    'tt_user/oauth2/revoke/': { ...CLIENT, access_token: 'act.x' },
    'tt_user/token_info/get/': { app_id: APP_ID, access_token: 'act.x' },
  })) {
    for (const name of Object.keys(body)) {
      it(`need ${name} at ${path}`, async () => {
        const without = Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));
        expect(await world.open('POST', path, { body: without })).to.deep.include({
          code: 40002,
          message: `Param ${name} is required.`,
          data: {},
        });
      });
    }
  }

  it('expire: access after a day, refresh after a year', async () => {
    const { access_token, refresh_token } = await tokens();
    await world.advance(86_401);
    expect((await profile(access_token)).code).to.equal(40105);
    expect((await refresh(refresh_token)).code).to.equal(0);
    const again = await tokens();
    await world.advance(31_536_001);
    expect((await refresh(again.refresh_token)).code).to.equal(40105);
  });

  it('end together when revoked', async () => {
    const { access_token, refresh_token } = await tokens();
    const revoke = () => world.open('POST', 'tt_user/oauth2/revoke/', { body: { ...CLIENT, access_token } });
    expect(await revoke()).to.deep.include({ code: 0, data: {} });
    expect((await profile(access_token)).code).to.equal(40105);
    expect((await refresh(refresh_token)).code).to.equal(40105);
    expect((await revoke()).code).to.equal(40105);
  });

  it('end when the owner removes the app', async () => {
    const { access_token } = await tokens();
    await world.control('DELETE', `businesses/${businessId}/authorization`);
    expect((await profile(access_token)).code).to.equal(40105);
  });

  it('say whose they are', async () => {
    const { access_token } = await tokens();
    const info = (token: string) =>
      world.open('POST', 'tt_user/token_info/get/', { body: { app_id: APP_ID, access_token: token } });
    expect((await info(access_token)).data).to.deep.equal({
      app_id: APP_ID,
      creator_id: businessId,
      scope: SCOPES.join(','),
    });
    expect((await info('act.other')).code).to.equal(40105);
  });

  it('come from nowhere while the token endpoint is away', async () => {
    await world.faults({ token_endpoint_away: true });
    const answer = await fetch(`${world.simulator.url}/open_api/v1.3/tt_user/oauth2/token/`, { method: 'POST' });
    expect(answer.status).to.equal(503);
  });
});

describe('the profile of a business', () => {
  let world: TestWorld;
  let businessId: string;

  beforeEach(async () => {
    world = await startWorld();
    ({ businessId } = await world.addBusiness());
  });
  afterEach(() => world.stop());

  const profile = (token: string, fields?: string) =>
    world.open('GET', 'business/get/', {
      token,
      query: { business_id: businessId, ...(fields === undefined ? {} : { fields }) },
    });

  it('has the fields that were asked for', async () => {
    const token = await world.tokenFor(businessId);
    const answer = await profile(token, JSON.stringify(['username', 'display_name', 'is_business_account']));
    expect(answer.data).to.deep.equal({
      username: 'acme.store',
      display_name: 'Acme Store',
      is_business_account: true,
    });
    expect((await profile(token)).data).to.have.all.keys('display_name', 'profile_image');
  });

  it('has an image behind its temporary address', async () => {
    const { data } = await profile(await world.tokenFor(businessId));
    expect(String(data.profile_image)).to.include('x-expires=');
    const image = await fetch(String(data.profile_image));
    expect(image.headers.get('content-type')).to.equal('image/png');
  });

  it('takes fields only as a JSON array of what it knows', async () => {
    const token = await world.tokenFor(businessId);
    for (const fields of ['username', '["nonsense"]', '{}']) {
      expect(await profile(token, fields)).to.include({ code: 40002 });
    }
  });

  for (const [field, scope] of Object.entries({
    display_name: 'user.info.basic',
    profile_image: 'user.info.basic',
    username: 'user.info.username',
    is_business_account: 'user.account.type',
    profile_deep_link: 'user.info.profile',
    bio_description: 'user.info.profile',
    is_verified: 'user.info.profile',
    followers_count: 'user.info.stats',
    following_count: 'user.info.stats',
    total_likes: 'user.info.stats',
    videos_count: 'user.info.stats',
  })) {
    it(`needs ${scope} for ${field}`, async () => {
      const url = world.authorizeUrl({ scope: `${scope},video.list` });
      const tokenWith = async (grant: string[]) => {
        const { callback } = await world.connect(businessId, { grant }, url);
        return (await world.exchange(new URL(callback ?? '').searchParams.get('code') ?? '')).data.access_token;
      };
      expect((await profile(await tokenWith([scope]), `["${field}"]`)).data).to.have.all.keys(field);
      const refused = await profile(await tokenWith(['video.list']), `["${field}"]`);
      expect(refused.code).to.equal(40001);
      expect(refused.message).to.include(scope);
    });
  }

  it('takes a span of days that makes sense', async () => {
    const token = await world.tokenFor(businessId);
    const today = new Date().toISOString().slice(0, 10);
    const ask = async (span: Record<string, string>) =>
      (await world.open('GET', 'business/get/', { token, query: { business_id: businessId, ...span } })).message;
    expect(await ask({ end_date: today })).to.equal('OK');
    expect(await ask({ start_date: '2021-06-01' })).to.equal('Param start_date is invalid.');
    expect(await ask({ start_date: 'yesterday' })).to.equal('Param start_date is invalid.');
    expect(await ask({ start_date: today, end_date: '2021-06-01' })).to.equal('Param end_date is invalid.');
  });

  it('keeps what the scopes do not uncover', async () => {
    const token = await world.tokenFor(businessId, { grant: ['user.info.basic'] });
    expect((await profile(token)).code).to.equal(0);
    expect((await profile(token, '["username"]')).code).to.equal(40001);
  });
});
