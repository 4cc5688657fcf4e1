import { secret } from '@tiktok-channel/platform/config';
import { createManualClock } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import type { AuthorizationState } from '../../domain/authorization.ts';
import { createStateTokens } from './state-token.ts';

const SECRET = 'a secret for states';
const keyOf = (text: string) => new TextEncoder().encode(text);
const invalid = { ok: false, error: 'state_invalid' };

describe('a state token', () => {
  const clock = createManualClock();
  const state: AuthorizationState = {
    attemptId: 'attempt-1',
    accountId: 'account-1',
    userId: 'user-1',
    returnTo: '/channels',
    channelId: null,
    browser: 'fingerprint',
    expiresAtMs: clock.now() + 600_000,
  };
  const tokens = createStateTokens({ secrets: [secret(SECRET)], clock });
  const claims: JWTPayload = {
    iss: 'tiktok-channel/auth',
    aud: 'tiktok-authorization',
    sub: 'user-1',
    jti: 'attempt-1',
    exp: state.expiresAtMs / 1000,
    account: 'account-1',
    returnTo: '/channels',
    channel: null,
    browser: 'fingerprint',
  };
  const forge = (changes: JWTPayload, key = SECRET) =>
    new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg: 'HS256' }).sign(keyOf(key));

  it('is read back as it was signed', async () => {
    expect(await tokens.read(await tokens.sign(state))).to.deep.equal({ ok: true, value: state });
    expect(await tokens.read(await forge({}))).to.deep.equal({ ok: true, value: state });
  });

  it('has expired after its ten minutes', async () => {
    const later = createStateTokens({ secrets: [secret(SECRET)], clock: { now: () => state.expiresAtMs } });
    expect(await later.read(await tokens.sign(state))).to.deep.equal({ ok: false, error: 'state_expired' });
  });

  it('is refused when it was signed with another secret', async () => {
    expect(await tokens.read(await forge({}, 'another secret'))).to.deep.equal(invalid);
  });

  it('is refused, not called expired, when it is old and signed with another secret', async () => {
    expect(await tokens.read(await forge({ exp: 1 }, 'another secret'))).to.deep.equal(invalid);
  });

  it('is refused for another audience, issuer, or without an expiry', async () => {
    const { exp: _, ...endless } = claims;
    const unending = await new SignJWT(endless).setProtectedHeader({ alg: 'HS256' }).sign(keyOf(SECRET));
    for (const token of [await forge({ aud: 'auth' }), await forge({ iss: 'outbound' }), unending]) {
      expect(await tokens.read(token)).to.deep.equal(invalid);
    }
  });

  it('is refused without a signature', async () => {
    expect(await tokens.read(new UnsecuredJWT(claims).encode())).to.deep.equal(invalid);
  });

  it('is refused with another algorithm of the same secret', async () => {
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS512' }).sign(keyOf(SECRET.repeat(4)));
    const long = createStateTokens({ secrets: [secret(SECRET.repeat(4))], clock });
    expect(await long.read(token)).to.deep.equal(invalid);
  });

  it('is refused when a claim is missing', async () => {
    const { browser: _, ...unbound } = claims;
    const token = await new SignJWT(unbound).setProtectedHeader({ alg: 'HS256' }).sign(keyOf(SECRET));
    expect(await tokens.read(token)).to.deep.equal(invalid);
  });

  it('is refused when it is no token at all', async () => {
    for (const token of ['', 'x', 'a.b.c', '{}', '.'.repeat(10)])
      expect(await tokens.read(token)).to.deep.equal(invalid);
  });

  it('is refused after any change of one character', async () => {
    const signed = await tokens.sign(state);
    for (let at = 0; at < signed.length - 1; at += 7) {
      const changed = `${signed.slice(0, at)}${signed[at] === 'A' ? 'B' : 'A'}${signed.slice(at + 1)}`;
      expect((await tokens.read(changed)).ok, `character ${at}`).to.equal(false);
    }
  });

  it('is still read while its secret is being rotated out', async () => {
    const rotated = createStateTokens({ secrets: [secret('the next secret'), secret(SECRET)], clock });
    expect((await rotated.read(await tokens.sign(state))).ok).to.equal(true);
    expect((await tokens.read(await rotated.sign(state))).ok).to.equal(false);
  });
});
