import { secret } from '@tiktok-channel/platform/config';
import { HttpClientError } from '@tiktok-channel/platform/http-client';
import { createManualClock } from '@tiktok-channel/platform/testing';
import type { TikTokAnswer, TikTokApi } from '@tiktok-channel/platform/tiktok';
import { expect } from 'chai';
import type { Grant } from '../../application/tiktok-ports.ts';
import { createTikTokClient } from './tiktok.client.ts';

const TOKENS = {
  access_token: 'act.1',
  expires_in: 86_400,
  refresh_token: 'rft.1',
  refresh_token_expires_in: 2_592_000,
  scope: 'message.list.read, message.list.send,',
  open_id: 'biz-1',
};

const answer = (code: number, data: unknown = {}, httpStatus = 200): TikTokAnswer => ({
  code,
  message: 'not for our eyes',
  requestId: 'request-1',
  data,
  httpStatus,
});

const away = new HttpClientError('timed_out', 'tiktok');

describe("TikTok's answers", () => {
  const clock = createManualClock();
  const clientAnswering = (...answers: readonly (TikTokAnswer | Error)[]) => {
    const rest = [...answers];
    const calls: { path: string; call: Record<string, unknown> }[] = [];
    const next = async (path: string, call: object): Promise<TikTokAnswer> => {
      calls.push({ path, call: { ...call } });
      const one = (rest.length > 1 ? rest.shift() : rest[0]) ?? answer(0);
      if (one instanceof Error) throw one;
      return one;
    };
    const api: TikTokApi = { get: next, post: next };
    const settings = {
      authorizeUrl: 'https://www.tiktok.com/v2/auth/authorize',
      appId: '7300',
      appSecrets: [secret('app-secret'), secret('next-secret')],
      redirectUri: 'https://example.com/tiktok/callback',
      scopes: ['message.list.read', 'user.info.basic'],
    };
    return { calls, client: createTikTokClient({ api, settings, clock }) };
  };
  const grant: Grant = {
    kind: 'granted',
    channelId: 'biz-1',
    tokens: {
      accessToken: 'act.1',
      refreshToken: 'rft.1',
      issuedAtMs: clock.now(),
      accessExpiresAtMs: clock.now() + 86_400_000,
      refreshExpiresAtMs: clock.now() + 2_592_000_000,
    },
    scopes: ['message.list.read', 'message.list.send'],
  };

  it('are asked for on a consent page with the scopes, the address and the state', () => {
    const url = new URL(clientAnswering().client.consentUrl('a.state'));
    expect(url.origin + url.pathname).to.equal('https://www.tiktok.com/v2/auth/authorize');
    expect(Object.fromEntries(url.searchParams)).to.deep.equal({
      client_key: '7300',
      response_type: 'code',
      scope: 'message.list.read,user.info.basic',
      redirect_uri: 'https://example.com/tiktok/callback',
      state: 'a.state',
      disable_auto_auth: '1',
    });
  });

  it('to a code are tokens with the lifetimes that TikTok names', async () => {
    const { client, calls } = clientAnswering(answer(0, TOKENS));
    expect(await client.exchange('code*!')).to.deep.equal(grant);
    expect(calls[0]).to.deep.include({ path: 'tt_user/oauth2/token/' });
    expect(calls[0]?.call.body).to.deep.equal({
      client_id: '7300',
      client_secret: 'app-secret',
      grant_type: 'authorization_code',
      auth_code: 'code*!',
      redirect_uri: 'https://example.com/tiktok/callback',
    });
  });

  for (const [what, given, failure] of [
    ['40131', answer(40131), 'code_refused'],
    ['40105', answer(40105), 'code_refused'],
    ['40002', answer(40002), 'code_refused'],
    ['an unknown code', answer(41234), 'code_refused'],
    ['40001', answer(40001), 'region_or_permission'],
    ['40100', answer(40100), 'tiktok_unavailable'],
    ['50000', answer(50000), 'tiktok_unavailable'],
    ['51065', answer(51065), 'tiktok_unavailable'],
    ['HTTP 502', answer(1, {}, 502), 'tiktok_unavailable'],
    ['no answer', away, 'tiktok_unavailable'],
    ['tokens without an id', answer(0, { ...TOKENS, open_id: undefined }), 'tiktok_unavailable'],
  ] as const) {
    it(`to a code, ${what}, mean ${failure}`, async () => {
      expect(await clientAnswering(given).client.exchange('c')).to.include({ kind: 'failed', failure });
    });
  }

  for (const [what, given, kind] of [
    ['40105', answer(40105), 'refused'],
    ['40102', answer(40102), 'refused'],
    ['40001', answer(40001), 'refused'],
    ['an unknown code', answer(41234), 'unavailable'],
    ['40100', answer(40100), 'unavailable'],
    ['no answer', away, 'unavailable'],
    ['half a pair', answer(0, { ...TOKENS, refresh_token: '' }), 'unavailable'],
  ] as const) {
    it(`to a refresh, ${what}, mean ${kind}`, async () => {
      expect((await clientAnswering(given).client.refresh(grant.tokens)).kind).to.equal(kind);
    });
  }

  it('to a refresh that may have renewed say so', async () => {
    const mayHave = async (given: TikTokAnswer | Error) => {
      const renewed = await clientAnswering(given).client.refresh(grant.tokens);
      return renewed.kind === 'unavailable' && renewed.mayHaveRenewed;
    };
    expect(await mayHave(new HttpClientError('timed_out', 'tiktok'))).to.equal(true);
    expect(await mayHave(new HttpClientError('unreachable', 'tiktok'))).to.equal(false);
    expect(await mayHave(answer(50000))).to.equal(true);
    expect(await mayHave(answer(40100))).to.equal(false);
  });

  it('while the secret is changed come to the one that TikTok takes, which is then asked with first', async () => {
    const { client, calls } = clientAnswering(answer(40002), answer(0, TOKENS), answer(0, TOKENS));
    expect((await client.exchange('c')).kind).to.equal('granted');
    await client.exchange('d');
    expect(calls.map(({ call }) => (call.body as { client_secret: string }).client_secret)).to.deep.equal([
      'app-secret',
      'next-secret',
      'next-secret',
    ]);
  });

  for (const [what, given, kind] of [
    ['the channel', answer(0, { creator_id: 'biz-1' }), 'taken'],
    ['another channel', answer(0, { creator_id: 'biz-2' }), 'unavailable'],
    ['40105', answer(40105), 'refused'],
    ['40002', answer(40002), 'unavailable'],
    ['no answer', away, 'unavailable'],
  ] as const) {
    it(`about a token, ${what}, mean ${kind}`, async () => {
      expect((await clientAnswering(given).client.inspect('biz-1', 'act.1')).kind).to.equal(kind);
    });
  }

  it('about the profile are names, and what is not granted is absent', async () => {
    const { client } = clientAnswering(answer(0, { username: 'acme.store', display_name: 'Ac\0me' }));
    expect(await client.profile(grant)).to.deep.equal({
      kind: 'known',
      profile: { username: 'acme.store', displayName: 'Ac\uFFFDme', profileImageUrl: null },
    });
  });

  it('about the profile are asked for again when none comes, but not for ever', async () => {
    const { client, calls } = clientAnswering(away, answer(0, { username: 'acme.store' }));
    expect((await client.profile(grant)).kind).to.equal('known');
    expect(calls).to.have.length(2);
    expect(await clientAnswering(away, away, away).client.profile(grant)).to.include({ failure: 'tiktok_unavailable' });
  });
});
