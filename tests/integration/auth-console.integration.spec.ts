import { expect } from 'chai';
import { authorizationFailures } from '../../services/auth/src/domain/authorization-failures.ts';
import { composeConsole, readConsoleSettings } from '../../services/console/src/compose.ts';
import { authorizationFailures as wordsOfConsole } from '../../services/console/src/domain/authorization-outcomes.ts';
import { type AuthWorld, createAuthWorld, freePort } from '../support/auth.ts';

describe('connecting through the one public origin', () => {
  let world: AuthWorld;
  let origin: ReturnType<typeof composeConsole>;

  before(async () => {
    const port = await freePort();
    world = await createAuthWorld({ origin: `http://127.0.0.1:${port}` });
    const nowhere = 'http://127.0.0.1:9';
    const settings = readConsoleSettings({
      HOST: '127.0.0.1',
      PORT: String(port),
      INTERNAL_PORT: '0',
      AUTH_URL: world.auths[0]?.addresses().public,
      INGRESS_URL: nowhere,
      CONVERSATION_URL: nowhere,
      OUTBOUND_URL: nowhere,
      HISTORY_URL: nowhere,
    });
    origin = composeConsole({ settings, logger: world.logger });
    await origin.lifecycle.start();
  });
  after(async () => {
    await origin?.lifecycle.stop();
    await world?.stop();
  });

  const read = async (url: string) => (await fetch(url)).text();

  it('ends on a page that says so', async () => {
    const businessId = await world.newBusiness();
    const location = await world.consent(businessId, await world.startConnect('account-1'));
    expect(location).to.match(new RegExp(`^${origin.addresses().public}/channels\\?connected=`));
    expect(await read(location)).to.include('TikTok sent you back');
  });

  it('begins with a form of the page, and needs no script and no token', async () => {
    const businessId = await world.newBusiness();
    const submitted = await fetch(`${origin.addresses().public}/local/authorization`, {
      method: 'POST',
      body: new URLSearchParams({ accountId: 'account-of-form' }),
      redirect: 'manual',
    });
    expect(submitted.status).to.equal(303);
    const url = submitted.headers.get('location') ?? '';
    expect(url).to.include(world.environment.TIKTOK_AUTHORIZE_URL);
    const cookie = submitted.headers.get('set-cookie') ?? '';
    const ended = new URL(await world.consent(businessId, { url, cookie }));
    expect(ended.searchParams.get('connected')).to.equal(businessId);

    const { body } = await world.get('/v1/channels', await world.token('agent', 'account-of-form'));
    expect(body.items).to.have.length(1);
  });

  it('ends on a page that says why not, in the words of auth', async () => {
    const businessId = await world.newBusiness();
    const location = await world.consent(businessId, await world.startConnect('account-1'), { deny: true });
    expect(await read(location)).to.include(authorizationFailures.denied.sentence);
  });

  it('has the same words for every code in auth and on the page', () => {
    expect(wordsOfConsole).to.deep.equal(authorizationFailures);
  });
});
