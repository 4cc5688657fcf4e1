import { expect } from 'chai';
import { readConsoleSettings } from '../src/compose.ts';
import { UPSTREAMS } from '../src/domain/routes.ts';
import { type StartedConsole, startConsole } from './support.ts';

const production = { NODE_ENV: 'production', OIDC_ISSUER: 'https://id.example/realm', OIDC_CLIENT_ID: 'inbox' };

describe('the page', () => {
  let console: StartedConsole;

  beforeEach(async () => {
    console = await startConsole({ SIMULATOR_URL: 'http://127.0.0.1:4010' });
  });
  afterEach(() => console.stop());

  const read = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${console.url}${path}`, { headers });
    return { response, text: await response.text() };
  };
  const policyOf = (response: Response) =>
    Object.fromEntries(
      (response.headers.get('content-security-policy') ?? '')
        .split('; ')
        .map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1)]),
    );

  it('is the same at each of its addresses, and asked for anew', async () => {
    for (const path of [
      '/',
      '/inbox',
      '/inbox/CONV%2Ba%2Fb%3D%3D',
      '/channels?error=denied',
      '/operations',
      '/signed-in',
    ]) {
      const { response, text } = await read(path);
      expect(response.status, path).to.equal(200);
      expect(response.headers.get('cache-control')).to.equal('no-cache');
      expect(text).to.include('<div id="root">');
    }
  });

  it('admits no script, no style and no frame that is not named', async () => {
    const policy = policyOf((await read('/inbox')).response);
    expect(policy['default-src']).to.deep.equal(["'none'"]);
    expect(policy['script-src']).to.deep.equal(["'self'"]);
    expect(policy['style-src']).to.deep.equal(["'self'"]);
    expect(policy['img-src']?.slice(0, 2)).to.deep.equal(["'self'", 'blob:']);
    expect(policy['img-src']).not.to.include('data:');
    expect(policy['frame-src']).to.deep.equal(['https://www.tiktok.com']);
    expect(policy['frame-ancestors']).to.deep.equal(["'none'"]);
    expect(policy['trusted-types']).to.deep.equal(["'none'"]);
  });

  it('keeps assets for ever, compressed as the browser takes them', async () => {
    const { response, text } = await read('/assets/page-abc.js', { 'accept-encoding': 'br' });
    expect(text).to.equal('let a;');
    expect(response.headers.get('content-encoding')).to.equal('br');
    expect(response.headers.get('cache-control')).to.include('immutable');
    expect(response.headers.get('content-type')).to.include('javascript');
    expect((await read('/assets/nothing.js')).response.status).to.equal(404);
    expect((await read('/assets/..%2findex.html')).response.status).to.equal(404);
  });

  it('says 404 of other addresses: as a page to people, as a problem document to programs', async () => {
    const people = await read('/nothing', { accept: 'text/html,*/*;q=0.8' });
    expect(people.response.status).to.equal(404);
    expect(people.text).to.include('<div id="root">');
    const programs = await read('/nothing', { accept: 'application/json' });
    expect(programs.response.status).to.equal(404);
    expect(JSON.parse(programs.text).code).to.equal('not_found');
    expect((await read('/inboxes')).response.status).to.equal(404);
    expect((await fetch(`${console.url}/inbox`, { method: 'POST' })).status).to.equal(404);
  });

  it('is told where to sign in, what TikTok takes, and outside production where the phone is', async () => {
    const config = JSON.parse((await read('/config.json')).text);
    expect(config.oidc).to.deep.include({ issuer: 'http://localhost/tiktok-channel', clientId: 'console' });
    expect(config.limits).to.deep.include({ textCharacters: 6_000, imageTypes: ['image/jpeg', 'image/png'] });
    expect(config.phoneUrl).to.equal('http://127.0.0.1:4010/phone');
  });

  it('is told what time it is at the servers', async () => {
    const { response, text } = await read('/time');
    expect(JSON.parse(text).now).to.be.closeTo(Date.now(), 60_000);
    expect(response.headers.get('cache-control')).to.equal('no-store');
  });

  it('in production may talk to the provider, and offers nothing that is for development', async () => {
    const started = await startConsole(production);
    try {
      const page = await fetch(`${started.url}/inbox`);
      expect(policyOf(page)['connect-src']).to.deep.equal(["'self'", 'https://id.example']);
      const config = (await (await fetch(`${started.url}/config.json`)).json()) as Record<string, unknown>;
      expect(config.phoneUrl).to.equal(null);
      for (const path of ['/local/token', '/local/openid/token']) {
        expect((await fetch(`${started.url}${path}`, { method: 'POST' })).status, path).to.equal(404);
      }
    } finally {
      await started.stop();
    }
  });

  it('does not start in production without knowing the provider', () => {
    const urls = Object.fromEntries(UPSTREAMS.map((name) => [`${name.toUpperCase()}_URL`, 'http://127.0.0.1:9']));
    expect(() => readConsoleSettings({ ...urls, NODE_ENV: 'production' })).to.throw('OIDC_ISSUER');
  });

  it('behind a gateway is the page alone, and refuses what the gateway should have led elsewhere', async () => {
    const nowhere = Object.fromEntries(UPSTREAMS.map((name) => [`${name.toUpperCase()}_URL`, '']));
    const started = await startConsole({ ...production, ...nowhere });
    try {
      expect((await fetch(`${started.url}/inbox`)).status).to.equal(200);
      expect((await fetch(`${started.url}/v1/conversations`)).status).to.equal(502);
      expect((await fetch(`${started.url}/webhooks/tiktok`, { method: 'POST', body: '{}' })).status).to.equal(503);
    } finally {
      await started.stop();
    }
  });

  it('leads to every service, or in production to none', () => {
    const all = Object.fromEntries(UPSTREAMS.map((name) => [`${name.toUpperCase()}_URL`, 'http://127.0.0.1:9']));
    expect(() => readConsoleSettings({ ...production, ...all, HISTORY_URL: '' })).to.throw('HISTORY_URL');
    expect(() => readConsoleSettings({})).to.throw(/INGRESS_URL.*OUTBOUND_URL/s);
    expect(() => readConsoleSettings(production)).not.to.throw();
  });
});
