import { expect } from 'chai';
import { readAuthSettings } from './config.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const environment = (overrides: Record<string, string> = {}) => ({
  KAFKA_BROKERS: 'localhost:9092',
  SCHEMA_REGISTRY_URL: 'http://localhost:8081',
  DATABASE_URL: 'postgres://localhost/auth',
  PUBLIC_URL: 'https://example.com/',
  SERVICE_TOKEN_SECRETS: 'service-secret',
  STATE_SECRETS: 'state-secret',
  TOKEN_ENCRYPTION_KEYS: `k1:${KEY}`,
  TIKTOK_APP_ID: '7300',
  TIKTOK_APP_SECRET: 'app-secret',
  ...overrides,
});
const oidc = {
  OIDC_ISSUER: 'https://id.example.com',
  OIDC_AUDIENCE: 'channel',
  OIDC_JWKS_URL: 'https://id.example.com/keys',
};

describe('settings of auth', () => {
  it('have the documented scopes when none are set', () => {
    const { required, optional } = readAuthSettings(environment()).TIKTOK_SCOPES;
    expect(required).to.deep.equal([
      'message.list.read',
      'message.list.send',
      'message.list.manage',
      'user.info.basic',
      'user.info.username',
    ]);
    expect(optional).to.deep.equal(['user.account.type', 'user.info.profile']);
  });

  it('take required scopes alone', () => {
    const { TIKTOK_SCOPES } = readAuthSettings(environment({ TIKTOK_SCOPES: 'required:a.b,c' }));
    expect(TIKTOK_SCOPES).to.deep.equal({ required: ['a.b', 'c'], optional: [] });
  });

  for (const [name, value] of [
    ['TIKTOK_SCOPES', 'one.scope,another'],
    ['TIKTOK_SCOPES', 'optional:one.scope'],
    ['TOKEN_ENCRYPTION_KEYS', 'k1:c2hvcnQ='],
    ['TOKEN_ENCRYPTION_KEYS', KEY],
    ['TOKEN_ENCRYPTION_KEYS', `k1:${KEY},k1:${KEY}`],
    ['STATE_SECRETS', 'tiny'],
    ['RETURN_TO_PATHS', '/channels,https://evil.example'],
    ['RETURN_TO_PATHS', '//evil.example'],
    ['RETURN_TO_PATHS', '/\\evil.example'],
    ['RETURN_TO_PATHS', '/@evil.example'],
    ['RETURN_TO_PATHS', '/channels//evil.example'],
    ['RETURN_TO_PATHS', '/channels?next=//evil.example'],
    ['RETURN_TO_PATHS', `/${'a'.repeat(60)}!`],
    ['PUBLIC_URL', 'ftp://example.com'],
    ['PUBLIC_URL', 'https://example.com?a=b'],
    ['PUBLIC_URL', 'https://somebody@example.com'],
  ] as const) {
    it(`refuse ${name} as ${value.slice(0, 20)}, by name and not by value`, () => {
      expect(() => readAuthSettings(environment({ [name]: value })))
        .to.throw(name)
        .and.to.satisfy(({ message }: Error) => !message.includes(value));
    });
  }

  it('need an identity provider in production mode, and no development clock', () => {
    const production = { NODE_ENV: 'production' };
    expect(() => readAuthSettings(environment(production))).to.throw(
      /OIDC_ISSUER[\s\S]*OIDC_AUDIENCE[\s\S]*OIDC_JWKS_URL/,
    );
    expect(() => readAuthSettings(environment({ ...production, ...oidc, CLOCK_URL: 'http://localhost:1' }))).to.throw(
      'CLOCK_URL',
    );
    expect(readAuthSettings(environment({ ...production, ...oidc })).OIDC_ISSUER).to.equal(oidc.OIDC_ISSUER);
  });

  it('print no secret', () => {
    const printed = JSON.stringify(readAuthSettings(environment()));
    for (const hidden of ['service-secret', 'state-secret', 'app-secret', KEY]) expect(printed).not.to.include(hidden);
  });
});
