import { expect } from 'chai';
import { createApi } from '../api/client.ts';
import { isPassing } from '../api/problem.ts';
import { createBrowser } from '../testing/browser.ts';
import { withGlobals } from '../testing/globals.ts';
import { token } from '../testing/token.ts';
import type { Config } from './config.ts';
import { keyFor } from './kept.ts';
import { NothingKeptError, type OpenId, type Tokens } from './openid.ts';
import { createSessions } from './session.ts';

const config = { oidc: { claims: { user: 'sub', account: 'account', role: 'role' } } } as Config;
const HOUR_MS = 3_600_000;
const MIA = { accountId: 'shop', userId: 'mia' };

const tokensOf = (number: number, expiresAt = Date.now() + HOUR_MS): Tokens => ({
  accessToken: token({ sub: MIA.userId, account: MIA.accountId, role: 'agent', number }),
  refreshToken: 'again',
  expiresAt,
  idClaims: { name: 'Mia' },
});

describe('a session', () => {
  let restore: () => void;
  let renew: OpenId['renew'];
  let leave: () => Promise<void>;
  let browser: ReturnType<typeof createBrowser>;

  beforeEach(() => {
    browser = createBrowser();
    restore = withGlobals({
      location: { origin: 'https://console.example', pathname: '/signed-in', search: '' },
      history: { replaceState: () => undefined },
    });
  });
  afterEach(() => restore());

  const begin = async (tokens: Tokens) => {
    const openId: OpenId = {
      leaveToSignIn: () => leave(),
      readReturn: async () => ({ kind: 'signedIn', tokens, returnTo: '/inbox' }),
      renew: (previous) => renew(previous),
      leaveToSignOut: async () => undefined,
    };
    const sessions = createSessions(openId, config, browser.window());
    await sessions.begin();
    return sessions;
  };
  const away = async (): Promise<never> => {
    throw new Error('502');
  };

  it('goes on while its provider is away, and is renewed when it is back', async () => {
    const tokens = tokensOf(1, Date.now());
    const sessions = await begin(tokens);
    renew = away;
    expect(await sessions.bearer()).to.equal(tokens.accessToken);
    expect(sessions.current().status).to.equal('signedIn');
    renew = async () => tokensOf(2);
    expect(await sessions.bearer()).to.equal(tokensOf(2).accessToken);
  });

  it('ends when its provider refuses to renew it', async () => {
    const sessions = await begin(tokensOf(1, Date.now()));
    renew = async () => null;
    expect(await sessions.bearer()).to.equal(null);
    expect(sessions.current().status).to.equal('ended');
  });

  it('makes a call that its token is too old for one that may work a moment later, unless it ended', async () => {
    const api = createApi(await begin(tokensOf(1)));
    const forget = withGlobals({ fetch: async () => new Response(null, { status: 401 }) });
    const call = () => api.fetch('/v1/events').catch((error: unknown) => error);
    renew = away;
    expect(await call()).to.satisfy(isPassing);
    renew = async () => null;
    expect(await call()).to.include({ code: 'session_ended' });
    forget();
  });

  it('is not begun anew by a renewal that was under way when somebody signed out', async () => {
    const sessions = await begin(tokensOf(1, Date.now()));
    const { promise, resolve } = Promise.withResolvers<Tokens>();
    renew = () => promise;
    const bearer = sessions.bearer();
    await sessions.signOut();
    resolve(tokensOf(2));
    expect(await bearer).to.equal(null);
  });

  it('takes with it what its person wrote, and nothing of another one', async () => {
    const lin = { ...MIA, userId: 'lin' };
    const kept = browser.window();
    for (const owner of [MIA, lin]) {
      kept.set(keyFor('draft', owner, 'c'), 'a text');
      kept.set(keyFor('unsent', owner, 'c', 'k'), '{}');
    }
    await (await begin(tokensOf(1))).signOut();
    expect(kept.keys()).to.have.members([keyFor('draft', lin, 'c'), keyFor('unsent', lin, 'c', 'k')]);
  });

  it('says whether it was the provider or the browser that kept it from beginning', async () => {
    const sessions = await begin(tokensOf(1));
    for (const [error, reason] of [
      [new NothingKeptError(), 'nothing_kept'],
      [new TypeError('fetch failed'), 'provider_unreachable'],
    ] as const) {
      leave = async () => {
        throw error;
      };
      await sessions.signIn();
      expect(sessions.current()).to.deep.equal({ status: 'signedOut', reason });
    }
  });
});
