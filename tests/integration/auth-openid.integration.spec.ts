import { readAuthSettings } from '@tiktok-channel/auth';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type AuthWorld, createAuthWorld } from '../support/auth.ts';
import { AUDIENCE, startOpenIdProvider } from '../support/openid-provider.ts';

describe('people of an OpenID provider', () => {
  let provider: Awaited<ReturnType<typeof startOpenIdProvider>>;
  let world: AuthWorld;

  before(async () => {
    provider = await startOpenIdProvider([
      { clientId: 'ada', accountId: 'account-1', roles: ['everybody', 'administrator'] },
      { clientId: 'ben', accountId: 'account-1', roles: ['agent'] },
      { clientId: 'eve', accountId: 'account-2', roles: ['administrator'] },
      { clientId: 'olga', accountId: 'operators', roles: ['operator'] },
      { clientId: 'nobody', accountId: 'account-1', roles: ['everybody'] },
    ]);
    world = await createAuthWorld({ settings: provider.environment });
    await world.connect('account-1', await world.newBusiness(), await provider.token('ada'));
  });
  after(async () => {
    await world?.stop();
    await provider?.stop();
  });

  const ask = async (path: string, who: string, init: RequestInit = {}) => {
    const response = await fetch(`${world.environment.PUBLIC_URL}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${await provider.token(who)}`, 'content-type': 'application/json' },
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const channelsOf = async (who: string) => ((await ask('/v1/channels', who)).body.items as unknown[]).length;
  const start = (who: string) =>
    ask('/v1/accounts/account-1/tiktok/authorization', who, { method: 'POST', body: '{}' });
  const release = (who: string) =>
    ask('/operator/v1/channels/none/release', who, { method: 'POST', body: '{"reason":"x"}' });

  it('come with the names of claims that the provider has, and see their own account alone', async () => {
    expect([await channelsOf('ada'), await channelsOf('ben'), await channelsOf('eve')]).to.deep.equal([1, 1, 0]);
  });

  it('may do what their role lets them', async () => {
    expect((await start('ada')).status).to.equal(200);
    expect((await start('ben')).status).to.equal(403);
    expect((await start('olga')).status).to.equal(403);
    expect((await start('eve')).status).to.equal(404);
    expect((await release('ada')).status).to.equal(403);
    expect((await release('olga')).status).to.equal(404);
    expect((await ask('/v1/channels', 'nobody')).body.code).to.equal('token_incomplete');
  });

  it('are known again soon after the provider has changed its keys, and old tokens are not', async () => {
    const old = await provider.token('ada');
    await provider.changeKeys();
    await eventually('the new key is met', async () => (await ask('/v1/channels', 'ada')).status === 200);
    expect((await world.get('/v1/channels', old)).status).to.equal(401);
  });

  it('are not mistaken for those of another audience', async () => {
    const other = await createAuthWorld({ settings: { ...provider.environment, OIDC_AUDIENCE: 'another' } });
    expect((await other.get('/v1/channels', await provider.token('ada'))).status).to.equal(401);
    await other.stop();
  });

  it('come in production mode from a provider alone: no token is made here, and none that was is taken', async () => {
    const local = await createAuthWorld();
    const made = await local.token('administrator', 'account-1');
    await local.stop();
    const { CLOCK_URL: _clock, ...environment } = world.environment;
    const { OIDC_ISSUER: _issuer, ...withoutProvider } = environment;
    expect(() => readAuthSettings({ ...withoutProvider, NODE_ENV: 'production' })).to.throw(/OIDC_ISSUER/);

    const production = await createAuthWorld({
      settings: { ...provider.environment, NODE_ENV: 'production', CLOCK_URL: '' },
    });
    const post = (path: string) => fetch(`${production.environment.PUBLIC_URL}${path}`, { method: 'POST' });
    expect((await post('/local/token')).status).to.equal(404);
    const keys = await fetch(`${production.auths[0]?.addresses().internal}/.well-known/jwks.json`);
    expect(keys.status).to.equal(404);
    expect((await production.get('/v1/channels', made)).status).to.equal(401);
    expect((await production.get('/v1/channels', await provider.token('ada'))).status).to.equal(200);
    await production.stop();
  });

  it('have a token that the provider made for this product', async () => {
    const [, claims = ''] = (await provider.token('ada')).split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).to.include({
      iss: provider.issuer,
      aud: AUDIENCE,
      sub: 'ada',
    });
  });
});
