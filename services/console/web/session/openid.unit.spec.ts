import { expect } from 'chai';
import { withGlobals } from '../testing/globals.ts';
import type { Config } from './config.ts';
import { createOpenId, NothingKeptError, type Tokens } from './openid.ts';

const ISSUER = 'https://id.example';
const config = { oidc: { issuer: ISSUER, clientId: 'console', scope: 'openid', audience: null } } as Config;
const tokens: Tokens = { accessToken: 'old', refreshToken: 'again', expiresAt: 0, idClaims: { name: 'Mia' } };

describe('the identity provider', () => {
  let restore: () => void;
  let answer: () => Response;

  beforeEach(() => {
    restore = withGlobals({
      location: { origin: 'https://console.example', replace: () => undefined },
      fetch: async (url: string) =>
        url.startsWith(`${ISSUER}/.well-known/`)
          ? Response.json({
              issuer: ISSUER,
              token_endpoint: `${ISSUER}/token`,
              authorization_endpoint: `${ISSUER}/authorize`,
            })
          : answer(),
    });
  });
  afterEach(() => restore());

  it('need not say again at a renewal who it is, nor bring another one', async () => {
    answer = () => Response.json({ access_token: 'new', token_type: 'bearer', expires_in: 60 });
    const renewed = await createOpenId(config).renew(tokens);
    expect(renewed).to.deep.include({ accessToken: 'new', refreshToken: 'again', idClaims: { name: 'Mia' } });
  });

  it('refuses a renewal by saying so', async () => {
    for (const refusal of [
      Response.json({ error: 'invalid_grant' }, { status: 400 }),
      Response.json({ error: 'invalid_client' }, { status: 401, headers: { 'www-authenticate': 'Basic realm="id"' } }),
      new Response('no', { status: 403 }),
    ]) {
      answer = () => refusal;
      expect(await createOpenId(config).renew(tokens), String(refusal.status)).to.equal(null);
    }
    expect(await createOpenId(config).renew({ ...tokens, refreshToken: null })).to.equal(null);
  });

  it('does not refuse a renewal by being away', async () => {
    const away = new TypeError('fetch failed');
    for (const give of [
      () => new Response('<html>', { status: 502 }),
      () => Response.json({ error: 'server_error' }, { status: 500 }),
      () => Response.json({ error: 'slow_down' }, { status: 429 }),
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      () => {
        throw away;
      },
    ]) {
      answer = give;
      const outcome = await createOpenId(config)
        .renew(tokens)
        .catch(() => 'away');
      expect(outcome).to.equal('away');
    }
  });

  it('is not asked by a browser that keeps nothing, and is not blamed for it', async () => {
    const forget = withGlobals({
      sessionStorage: {
        setItem: () => {
          throw new DOMException('full', 'QuotaExceededError');
        },
      },
    });
    const failure = await createOpenId(config)
      .leaveToSignIn('/inbox', { isSilent: true })
      .catch((error: unknown) => error);
    forget();
    expect(failure).to.be.instanceOf(NothingKeptError);
  });
});
