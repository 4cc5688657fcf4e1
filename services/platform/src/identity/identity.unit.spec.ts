import { expect } from 'chai';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { secret } from '../config/index.ts';
import { createApp, createHttpServer } from '../http-server/index.ts';
import { createManualClock, createRecordingLogger } from '../testing/index.ts';
import { createIdentifyPerson, createServiceTokens, personIn, requirePerson, requireService } from './index.ts';

const clock = createManualClock();
const secrets = [secret('the-first-secret'), secret('the-second-secret')];
const { publicKey, privateKey } = await generateKeyPair('ES256');
const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };

const app = createApp({
  logger: createRecordingLogger(),
  mount: (routes) => {
    routes.get('/jwks', (_request, response) => {
      response.json({ keys: [jwk] });
    });
    routes.get('/no-keys', (_request, response) => {
      response.json({ error: 'maintenance' });
    });
    routes.get(
      '/service',
      requireService({ audience: 'auth', allowed: ['outbound'], secrets, clock }),
      (_request, response) => {
        response.json({});
      },
    );
    routes.get(
      '/person',
      (request, response, next) => requirePerson(identify(), 'agent')(request, response, next),
      (_request, response) => {
        response.json(personIn(response));
      },
    );
  },
});
const server = createHttpServer({ name: 'test', listener: app, host: '127.0.0.1', port: 0 });
const address = () => `http://127.0.0.1:${server.port()}`;
const identify = (jwksUrl = `${address()}/jwks`) =>
  createIdentifyPerson({ issuer: 'issuer', audience: 'tiktok-channel', jwksUrl }, { clock });

const call = async (path: string, token: string | null) => {
  const response = await fetch(
    `${address()}${path}`,
    token === null ? {} : { headers: { authorization: `Bearer ${token}` } },
  );
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

const personToken = (
  claims: Record<string, unknown> = {},
  { issuer = 'issuer', audience = 'tiktok-channel', lifetime = 60 } = {},
) =>
  new SignJWT({ account: 'a-1', role: 'agent', ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setSubject('u-1')
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime(Math.floor(clock.now() / 1000) + lifetime)
    .sign(privateKey);

const unsigned = (claims: object) =>
  `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;

before(() => server.start());
after(() => server.stop());

describe("a person's token", () => {
  it('says who it is', async () => {
    expect(await call('/person', await personToken())).to.deep.equal({
      status: 200,
      body: {
        userId: 'u-1',
        accountId: 'a-1',
        role: 'agent',
        tokenExpiresAt: (Math.floor(clock.now() / 1_000) + 60) * 1_000,
      },
    });
  });

  for (const [what, token, status, code] of [
    ['missing', async () => null, 401, 'token_missing'],
    ['expired', () => personToken({}, { lifetime: -60 }), 401, 'token_expired'],
    ['for another audience', () => personToken({}, { audience: 'other' }), 401, 'token_invalid'],
    ['of another issuer', () => personToken({}, { issuer: 'other' }), 401, 'token_invalid'],
    ['not signed', async () => unsigned({ sub: 'u', account: 'a', role: 'agent', exp: 9e9 }), 401, 'token_invalid'],
    ['without account', () => personToken({ account: undefined }), 401, 'token_incomplete'],
    ['of an account that no database can hold', () => personToken({ account: 'a\u0000' }), 401, 'token_incomplete'],
    ['of an account without a name', () => personToken({ account: '' }), 401, 'token_incomplete'],
    ['of an account that is no text', () => personToken({ account: 7 }), 401, 'token_incomplete'],
    [
      'of an account that UTF-8 cannot tell from others',
      () => personToken({ account: 'a\ud800' }),
      401,
      'token_incomplete',
    ],
    ['of an unknown role', () => personToken({ role: 'root' }), 401, 'token_incomplete'],
    ['of a role that is not allowed', () => personToken({ role: 'administrator' }), 403, 'role_not_allowed'],
  ] as const) {
    it(`is refused when it is ${what}`, async () => {
      const { body, status: answered } = await call('/person', await token());

      expect([answered, body.code]).to.deep.equal([status, code]);
    });
  }

  it('cannot be judged while what the provider answers are no keys', async () => {
    const error = await identify(`${address()}/no-keys`)(`Bearer ${await personToken()}`).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.include({ status: 503, code: 'identity_unavailable' });
  });

  it('cannot be judged while the keys are out of reach, and that is not the caller’s fault', async () => {
    const error = await identify('http://127.0.0.1:1/jwks')(`Bearer ${await personToken()}`).catch(
      (thrown: unknown) => thrown,
    );

    expect(error).to.include({ status: 503, code: 'identity_unavailable' });
  });
});

describe("a service's token", () => {
  const token = (service: string, audience: string, keys = secrets) =>
    createServiceTokens({ service, secrets: keys, clock })(audience);

  it('opens the internal routes of its audience', async () => {
    expect((await call('/service', await token('outbound', 'auth'))).status).to.equal(200);
  });

  it('is taken when an older secret of the list signed it', async () => {
    expect((await call('/service', await token('outbound', 'auth', secrets.slice(1)))).status).to.equal(200);
  });

  for (const [what, made] of [
    ['missing', async () => null],
    ['of a service that is not allowed', () => token('conversation', 'auth')],
    ['for another audience', () => token('outbound', 'conversation')],
    ['signed with a foreign secret', () => token('outbound', 'auth', [secret('some-other-secret')])],
  ] as const) {
    it(`is refused when it is ${what}`, async () => {
      expect((await call('/service', await made())).status).to.equal(401);
    });
  }

  it('is refused after its minute', async () => {
    const made = await token('outbound', 'auth');
    clock.advance(61_000);

    expect((await call('/service', made)).status).to.equal(401);
  });
});
