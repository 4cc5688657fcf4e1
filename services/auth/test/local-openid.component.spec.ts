import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '@tiktok-channel/platform/http-server';
import { createManualClock, createRecordingLogger } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { decodeJwt, exportJWK, generateKeyPair, type JWK } from 'jose';
import { mountLocalOpenId } from '../src/adapters/http/local-openid.routes.ts';

const ISSUER = 'http://127.0.0.1:3000/local/openid';
const REDIRECT = 'http://127.0.0.1:3000/signed-in';
const VERIFIER = 'v'.repeat(43);
const HOUR_MS = 3_600_000;

describe('the OpenID provider of this machine', () => {
  const clock = createManualClock(1_700_000_000_000);
  let keys: { publicJwk: JWK; privateJwk: JWK };
  let server: Server;
  let origin: string;

  before(async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    keys = {
      publicJwk: { ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'k' },
      privateJwk: await exportJWK(privateKey),
    };
    const mount = {
      issuer: ISSUER,
      audience: 'tiktok-channel',
      publicUrl: 'http://127.0.0.1:3000',
      clock,
      keys: () => keys,
    };
    server = createApp({ logger: createRecordingLogger(), mount: (app) => mountLocalOpenId(app, mount) }).listen(
      0,
      '127.0.0.1',
    );
    await new Promise((resolve) => server.once('listening', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/local/openid`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  const query = (overrides: Record<string, string> = {}) =>
    new URLSearchParams({
      response_type: 'code',
      client_id: 'console',
      redirect_uri: REDIRECT,
      code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
      code_challenge_method: 'S256',
      state: 'state',
      nonce: 'nonce',
      ...overrides,
    });
  const ask = (overrides: Record<string, string> = {}, init: RequestInit = {}) =>
    fetch(`${origin}/authorize?${query(overrides)}`, { redirect: 'manual', ...init });
  const choose = async (role = 'agent') => {
    const response = await ask({}, { method: 'POST', body: new URLSearchParams({ role, accountId: 'acme' }) });
    const back = new URL(response.headers.get('location') ?? '');
    return {
      back,
      code: back.searchParams.get('code') ?? '',
      cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '',
    };
  };
  const redeem = async (fields: Record<string, string>) => {
    const response = await fetch(`${origin}/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'console', ...fields }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  };
  const byCode = (code: string, overrides: Record<string, string> = {}) =>
    redeem({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: VERIFIER, ...overrides });

  it('offers administrator, agent and operator, on a page without a script', async () => {
    const page = await ask();
    expect(page.headers.get('content-security-policy')).to.include("default-src 'none'");
    const text = await page.text();
    for (const role of ['administrator', 'agent', 'operator']) expect(text).to.include(`value="${role}"`);
  });

  it('gives a code once somebody has chosen, and tokens for the code', async () => {
    const { back, code } = await choose('operator');
    expect(`${back.origin}${back.pathname}`).to.equal(REDIRECT);
    expect(back.searchParams.get('state')).to.equal('state');
    const { status, body } = await byCode(code);
    expect(status).to.equal(200);
    expect(decodeJwt(body.access_token ?? '')).to.deep.include({
      iss: ISSUER,
      aud: 'tiktok-channel',
      account: 'acme',
      role: 'operator',
    });
    expect(decodeJwt(body.id_token ?? '')).to.deep.include({ aud: 'console', nonce: 'nonce', sub: 'local-operator' });
  });

  it('gives nothing to who has not begun it, or comes too late', async () => {
    const { code } = await choose();
    expect((await byCode(code, { code_verifier: 'w'.repeat(43) })).status).to.equal(400);
    expect((await byCode(code, { redirect_uri: 'http://localhost/other' })).status).to.equal(400);
    expect((await byCode(code, { client_id: 'other' })).status).to.equal(400);
    expect((await byCode('forged')).body.error).to.equal('invalid_grant');
    clock.advance(61_000);
    expect((await byCode(code)).body.error).to.equal('invalid_grant');
  });

  it('takes a token for nothing but what it is for', async () => {
    const { code, cookie } = await choose();
    const { body } = await byCode(code);
    for (const token of [body.access_token, body.id_token, code, cookie.split('=')[1]]) {
      expect((await redeem({ grant_type: 'refresh_token', refresh_token: token ?? '' })).status).to.equal(400);
    }
  });

  it('renews tokens for two days', async () => {
    const { body } = await byCode((await choose()).code);
    const renewal = { grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' };
    clock.advance(47 * HOUR_MS);
    expect((await redeem(renewal)).status).to.equal(200);
    clock.advance(2 * HOUR_MS);
    expect((await redeem(renewal)).body.error).to.equal('invalid_grant');
  });

  it('knows for a week who was there, and shows nothing to who asks for nothing', async () => {
    expect(new URL((await ask({ prompt: 'none' })).headers.get('location') ?? '').searchParams.get('error')).to.equal(
      'login_required',
    );
    const { cookie } = await choose();
    const silent = () => ask({ prompt: 'none' }, { headers: { cookie } });
    expect(new URL((await silent()).headers.get('location') ?? '').searchParams.has('code')).to.equal(true);
    clock.advance(8 * 24 * HOUR_MS);
    expect(new URL((await silent()).headers.get('location') ?? '').searchParams.get('error')).to.equal(
      'login_required',
    );
  });

  it('sends nobody to another machine', async () => {
    for (const redirect_uri of [
      'https://evil.example/',
      'http://127.0.0.1.evil.example/',
      'javascript:alert(1)',
      '//evil',
    ]) {
      expect((await ask({ redirect_uri })).status, redirect_uri).to.equal(400);
    }
    const ended = await fetch(`${origin}/end-session?post_logout_redirect_uri=https://evil.example`, {
      redirect: 'manual',
    });
    expect(ended.status).to.equal(400);
  });
});
