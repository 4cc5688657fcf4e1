import { createManualClock } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { APP_ID, APP_SECRET, answeredAt, SCOPES, startWorld, type TestWorld } from './support.ts';

describe('the open API', () => {
  let world: TestWorld;
  let businessId: string;
  let token: string;

  beforeEach(async () => {
    world = await startWorld({ seed: 'faults' });
    ({ businessId } = await world.addBusiness());
    token = await world.tokenFor(businessId);
  });
  afterEach(() => world.stop());

  const faults = (switches: Record<string, unknown>) => world.faults({ rate_limit_qps: 0, ...switches });
  const profile = (accessToken = token) =>
    world.open('GET', 'business/get/', { token: accessToken, query: { business_id: businessId } });
  const list = () =>
    world.open('GET', 'business/message/conversation/list/', {
      token,
      query: { business_id: businessId, conversation_type: 'SINGLE' },
    });
  const codesOf = async (count: number, call: () => Promise<{ code: number }> = profile) => {
    const codes: number[] = [];
    for (let n = 0; n < count; n += 1) codes.push((await call()).code);
    return codes;
  };

  describe('is found', () => {
    const endpoints = [
      ['POST', 'tt_user/oauth2/token/'],
      ['POST', 'tt_user/oauth2/refresh_token/'],
      ['POST', 'tt_user/oauth2/revoke/'],
      ['POST', 'tt_user/token_info/get/'],
      ['GET', 'business/get/'],
      ['GET', 'business/message/conversation/list/'],
      ['GET', 'business/message/content/list/'],
      ['GET', 'business/message/capabilities/get/'],
      ['POST', 'business/message/send/'],
      ['POST', 'business/message/media/upload/'],
      ['POST', 'business/message/media/download/'],
      ['GET', 'business/message/direct_reply/get/'],
      ['POST', 'business/message/direct_reply/update/'],
      ['POST', 'business/webhook/update/'],
      ['GET', 'business/webhook/list/'],
      ['POST', 'business/webhook/delete/'],
    ] as const;
    for (const [method, path] of endpoints) {
      it(`at ${path}, with its slash, in this case, by this method`, async () => {
        const status = async (how: string, where: string) =>
          (await fetch(`${world.simulator.url}/open_api/v1.3/${where}`, { method: how })).status;
        expect(await status(method, path)).to.equal(200);
        expect(await status(method, path.slice(0, -1))).to.equal(404);
        expect(await status(method, path.toUpperCase())).to.equal(404);
        expect(await status(method === 'GET' ? 'POST' : 'GET', path)).to.equal(405);
      });
    }
  });

  it('answers in its envelope, failures too', async () => {
    const good = await profile();
    expect(Object.keys(good)).to.deep.equal(['code', 'message', 'request_id', 'data']);
    expect(good).to.include({ code: 0, message: 'OK' });
    const bad = await profile('act.other');
    expect(Object.keys(bad)).to.deep.equal(['code', 'message', 'request_id', 'data']);
    expect(bad.data).to.deep.equal({});
    expect(bad.request_id)
      .to.match(/^\d{14}[0-9A-F]{18}$/)
      .and.not.equal(good.request_id);
  });

  describe('fails when told so', () => {
    for (const code of [40001, 40002, 40007, 40064, 40100, 40102, 40105, 40131, 40908, 50000, 51065]) {
      it(`with ${code}`, async () => {
        await faults({ api_fails_with: code });
        const answer = await profile();
        expect(answer.code).to.equal(code);
        expect(answer.message).to.match(/\.$/);
      });
    }

    it('the next calls, then no more', async () => {
      await faults({ api_fails_with: 51065, api_fails_times: 2 });
      expect(await codesOf(4)).to.deep.equal([51065, 51065, 0, 0]);
    });

    it('every so many-th call', async () => {
      await faults({ api_fails_with: 50000, api_fails_every: 3 });
      expect(await codesOf(7)).to.deep.equal([0, 0, 50000, 0, 0, 50000, 0]);
    });

    it('every so many-th call, so often', async () => {
      await faults({ api_fails_with: 50000, api_fails_every: 2, api_fails_times: 1 });
      expect(await codesOf(4)).to.deep.equal([0, 50000, 0, 0]);
    });

    it('a share of the calls, the same under the same seed', async () => {
      const share = { api_fails_with: 51065, api_fails_percent: 40 };
      await faults(share);
      const codes = await codesOf(50);
      expect(codes.filter((code) => code !== 0)).to.have.length.within(10, 30);
      await faults(share);
      expect(await codesOf(50)).to.deep.equal(codes);
      await faults({ ...share, api_fails_percent: 0 });
      expect(await codesOf(10)).to.deep.equal(Array(10).fill(0));
    });

    it('at some endpoints only', async () => {
      await faults({ api_fails_with: 51065, api_fails_on: 'conversation' });
      expect([(await list()).code, (await profile()).code]).to.deep.equal([51065, 0]);
      await faults({ api_fails_with: 51065, api_fails_on: 'webhook' });
      const query = { app_id: APP_ID, secret: APP_SECRET, event_type: 'VIDEO' };
      expect((await world.open('GET', 'business/webhook/list/', { query })).code).to.equal(51065);
    });

    it('with an HTTP status in place of an envelope', async () => {
      await faults({ api_fails_with: 503 });
      const answer = await fetch(`${world.simulator.url}/open_api/v1.3/business/get/`);
      expect(answer.status).to.equal(503);
      expect(await answer.text()).to.equal('upstream error');
    });

    it('by being slow, in the time of the simulator', async () => {
      const quick = await profile();
      await faults({ api_answer_delay_ms: 30_000, api_fails_on: 'account' });
      expect((await list()).code).to.equal(0);
      const slow = await world.moveUntil(profile(), 30);
      expect(answeredAt(slow) - answeredAt(quick)).to.be.at.least(30);
    });
  });

  describe('refuses with HTTP 200', () => {
    const statusOf = async (accessToken: string, query: Record<string, string>) =>
      (
        await fetch(`${world.simulator.url}/open_api/v1.3/business/get/?${new URLSearchParams(query)}`, {
          headers: { 'Access-Token': accessToken },
        })
      ).status;
    const statuses = async () => [
      await statusOf('act.other', { business_id: businessId }),
      await statusOf(token, {}),
      await statusOf(token, { business_id: 'other' }),
      await statusOf(token, { business_id: businessId }),
    ];

    it('always', async () => {
      expect(await statuses()).to.deep.equal([200, 200, 200, 200]);
    });

    it('unless the status is to follow the code', async () => {
      await faults({ http_status_follows_code: true });
      expect(await statuses()).to.deep.equal([401, 400, 403, 200]);
      await faults({ http_status_follows_code: true, api_fails_with: 40100 });
      expect(await statusOf(token, { business_id: businessId })).to.equal(429);
      await faults({ http_status_follows_code: true, api_fails_with: 51065 });
      expect(await statusOf(token, { business_id: businessId })).to.equal(500);
    });
  });

  it('answers more than is documented, in another order, when told so', async () => {
    await faults({ undocumented_fields: true });
    const answer = await profile();
    expect(Object.keys(answer)).to.deep.equal(['undocumented', 'data', 'request_id', 'message', 'code']);
    expect(Object.keys(answer.data)).to.deep.equal(['undocumented', 'profile_image', 'display_name']);
    expect(answer.data.display_name).to.equal('Acme Store');
  });

  it('wants the token in Access-Token, alone', async () => {
    const codeWith = async (headers: Record<string, string>) => {
      const url = `${world.simulator.url}/open_api/v1.3/business/get/?business_id=${businessId}`;
      return ((await (await fetch(url, { headers })).json()) as { code: number }).code;
    };
    expect(await codeWith({ 'Access-Token': token })).to.equal(0);
    expect(await codeWith({})).to.equal(40105);
    expect(await codeWith({ Authorization: token })).to.equal(40105);
    expect(await codeWith({ Authorization: `Bearer ${token}` })).to.equal(40105);
    expect(await codeWith({ 'Access-Token': `Bearer ${token}` })).to.equal(40105);
  });

  it('knows one account from another', async () => {
    const other = await world.addBusiness('other.store');
    const query = { business_id: other.businessId };
    expect((await world.open('GET', 'business/get/', { token, query })).code).to.equal(40001);
  });

  it('tells what it was asked and what it answered', async () => {
    await profile();
    await profile('act.other');
    await faults({ api_fails_with: 503 });
    await fetch(`${world.simulator.url}/open_api/v1.3/business/get/`);
    const calls = await world.control<{ at: number }[]>('GET', 'calls?path=/business/get/');
    expect(calls.map(({ at: _, ...call }) => call)).to.deep.equal([
      { method: 'GET', path: '/business/get/', status: 200, code: 0, wasCut: false },
      { method: 'GET', path: '/business/get/', status: 200, code: 40105, wasCut: false },
      { method: 'GET', path: '/business/get/', status: 503, code: null, wasCut: false },
    ]);
  });

  describe('wants a scope', () => {
    const conversation_id = 'AAAAAAAA+AAAAAAAAAAA/AAAAAAAAAAAAAAAAAAAAA==';
    const conversation_type = 'SINGLE';
    const message = { recipient_type: 'CONVERSATION', recipient: conversation_id, message_type: 'TEXT' };
    const media = { conversation_id, message_id: 'm', media_id: 'm', media_type: 'IMAGE' };
    const setting = { direct_reply_type: 'COMMENT_TO_MESSAGE' };
    const calls: readonly (readonly [string, 'GET' | 'POST', string, Record<string, unknown>])[] = [
      ['message.list.read', 'GET', 'business/message/conversation/list/', { conversation_type }],
      ['message.list.read', 'GET', 'business/message/content/list/', { conversation_id }],
      [
        'message.list.read',
        'GET',
        'business/message/capabilities/get/',
        { capability_types: '["IMAGE_SEND"]', conversation_id, conversation_type },
      ],
      ['message.list.read', 'POST', 'business/message/media/download/', media],
      ['message.list.send', 'POST', 'business/message/send/', { ...message, text: { body: 'Hi' } }],
      ['message.list.manage', 'GET', 'business/message/direct_reply/get/', setting],
      [
        'message.list.manage',
        'POST',
        'business/message/direct_reply/update/',
        { ...setting, operation_status: 'ENABLE' },
      ],
    ];
    for (const [scope, method, path, params] of calls) {
      it(`${scope} for ${path}`, async () => {
        const ask = async (grant: readonly string[]) => {
          const given = { business_id: businessId, ...params };
          const asked = method === 'GET' ? { query: given as Record<string, string> } : { body: given };
          return world.open(method, path, { token: await world.tokenFor(businessId, { grant }), ...asked });
        };
        const lacking = await ask(SCOPES.filter((granted) => granted !== scope));
        expect(lacking).to.include({ code: 40001, message: `No permission: the scope ${scope} is not granted.` });
        expect((await ask([scope])).message).not.to.include('scope');
      });
    }
  });

  it('takes a parameter once', async () => {
    const url = `${world.simulator.url}/open_api/v1.3/business/get/?business_id=${businessId}&business_id=${businessId}`;
    const answer = await fetch(url, { headers: { 'Access-Token': token } });
    expect(await answer.json()).to.include({ code: 40002, message: 'Param business_id is invalid.' });
  });

  describe('has limits', () => {
    /** 00:00 UTC: the clock stands still but for the moves of a test. */
    const MIDNIGHT = Date.UTC(2026, 0, 1);
    let frozen: TestWorld;
    let account: { readonly business_id: string };
    let accessToken: string;

    beforeEach(async () => {
      frozen = await startWorld({ clock: createManualClock(MIDNIGHT) });
      account = { business_id: (await frozen.addBusiness()).businessId };
      accessToken = await frozen.tokenFor(account.business_id);
    });
    afterEach(() => frozen.stop());

    const askProfile = (given = accessToken) => frozen.open('GET', 'business/get/', { token: given, query: account });
    const askList = () =>
      frozen.open('GET', 'business/message/conversation/list/', {
        token: accessToken,
        query: { ...account, conversation_type: 'SINGLE' },
      });

    it('of ten calls in any one second', async () => {
      expect(await codesOf(5, askList)).to.deep.equal(Array(5).fill(0));
      await frozen.advance(0.5);
      expect(await codesOf(6, askList)).to.deep.equal([...Array(5).fill(0), 40100]);
      expect(await askList()).to.deep.include({ message: 'Too many requests. Please retry later.', data: {} });
      await frozen.advance(0.5);
      expect(await codesOf(6, askList)).to.deep.equal([...Array(5).fill(0), 40100]);
    });

    it('of 600 calls a minute, then closed for five minutes', async () => {
      await frozen.faults({ rate_limit_qps: 1_000 });
      const codes = await codesOf(601, askList);
      expect(codes.indexOf(40100)).to.equal(600);
      await frozen.advance(299);
      expect((await askList()).code).to.equal(40100);
      await frozen.advance(1);
      expect((await askList()).code).to.equal(0);
    });

    it('of 40 calls a minute for an account and an endpoint, then closed for five minutes', async () => {
      await frozen.faults({ rate_limit_qps: 1_000 });
      expect(await codesOf(41, askProfile)).to.deep.equal([...Array(40).fill(0), 40100]);
      expect((await askList()).code).to.equal(0);
      await frozen.advance(299);
      expect((await askProfile()).code).to.equal(40100);
      await frozen.advance(1);
      expect((await askProfile()).code).to.equal(0);
    });

    it('of a day, then closed until 00:00 UTC', async () => {
      await frozen.faults({ rate_limit_qpd: 3, access_token_seconds: 1_000_000 });
      accessToken = await frozen.tokenFor(account.business_id);
      await frozen.advance(80_000);
      expect(await codesOf(4, askList)).to.deep.equal([0, 0, 0, 40100]);
      await frozen.advance(6_399);
      expect((await askList()).code).to.equal(40100);
      await frozen.advance(1);
      expect((await askList()).code).to.equal(0);
    });

    it('that do not count calls without a good token, nor calls of the app itself', async () => {
      await frozen.faults({ rate_limit_qps: 1 });
      await codesOf(20, () => askProfile('act.other'));
      await codesOf(20, () => frozen.open('POST', 'tt_user/token_info/get/', { body: {} }));
      expect(await codesOf(2, askList)).to.deep.equal([0, 40100]);
    });
  });
});
