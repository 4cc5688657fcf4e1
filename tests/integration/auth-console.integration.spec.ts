import { expect } from 'chai';
import { authorizationFailures } from '../../services/auth/src/domain/authorization-failures.ts';
import { composeConsole, readConsoleSettings } from '../../services/console/src/compose.ts';
import { authorizationFailures as wordsOfConsole } from '../../services/console/web/pages/channels/authorization-outcomes.ts';
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

  it('ends at the page of the channels, which is there', async () => {
    const businessId = await world.newBusiness();
    const location = await world.consent(businessId, await world.startConnect('account-1'));
    expect(location).to.match(new RegExp(`^${origin.addresses().public}/channels\\?connected=`));
    const page = await fetch(location);
    expect(page.status).to.equal(200);
    expect(page.headers.get('content-type')).to.include('text/html');
  });

  it('comes back with the code of a denial, for which the page has words', async () => {
    const businessId = await world.newBusiness();
    const location = await world.consent(businessId, await world.startConnect('account-1'), { deny: true });
    expect(new URL(location).searchParams.get('error')).to.equal('denied');
  });

  it('has the same words for every code in auth and on the page', () => {
    expect(wordsOfConsole).to.deep.equal(authorizationFailures);
  });
});
