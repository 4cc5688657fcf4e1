import { once } from 'node:events';
import { request } from 'node:http';
import { expect } from 'chai';
import { type StartedConsole, startConsole } from './support.ts';

describe('the pages', () => {
  let console: StartedConsole;

  beforeEach(async () => {
    console = await startConsole({ SIMULATOR_URL: 'http://127.0.0.1:4010' });
  });
  afterEach(() => console.stop());

  const read = async (path: string) => {
    const response = await fetch(`${console.url}${path}`);
    return { response, text: await response.text() };
  };

  it('say at the start what answers, and link to the phone', async () => {
    await console.services.outbound.stop();
    const { response, text } = await read('/');
    expect(response.headers.get('content-type')).to.include('text/html');
    expect(response.headers.get('content-security-policy')).to.include("default-src 'none'");
    expect(text).to.include('href="http://127.0.0.1:4010/phone"');
    expect(text.match(/class="state">answers</g)).to.have.length(3);
    expect(text.match(/class="state">does not answer</g)).to.have.length(1);
    expect(text).to.include(`curl -s &#39;${console.url}/v1/conversations&#39;`);
    expect(text).to.include('crypto.randomUUID()');
    expect(text).to.include('http://127.0.0.1:4010/_control/businesses/$channel/customers/anna/messages');
  });

  it('say in words why a connection failed', async () => {
    const { text } = await read('/channels?error=denied');
    expect(text).to.include('The connection was cancelled on TikTok.');
    expect(text).to.include('choose Authorize');
  });

  it('claim nothing about a channel that only an address names', async () => {
    const { text } = await read(`/channels?${new URLSearchParams({ connected: '<script>alert(1)</script>' })}`);
    expect(text).to.include('TikTok sent you back');
    expect(text).not.to.include('alert(1)');
  });

  it('let an administrator connect an account by a form that may lead to the simulator, and nowhere else', async () => {
    const { response, text } = await read('/channels');
    expect(text).to.include('<form class="form" method="post" action="/local/authorization">');
    expect(text).to.match(/name="accountId" value="demo"/);
    expect(response.headers.get('content-security-policy')).to.include("form-action 'self' http://127.0.0.1:4010;");
    expect((await read('/')).response.headers.get('content-security-policy')).to.include("form-action 'none'");
  });

  it('do not repeat a code that nobody knows', async () => {
    for (const code of ['<img>', 'made_up', 'constructor', '__proto__']) {
      const { text } = await read(`/channels?${new URLSearchParams({ error: code })}`);
      expect(text).to.include('does not know');
      expect(text).not.to.include(code);
    }
  });

  it('do not repeat a host that is none', async () => {
    const asked = request(`${console.url}/`, { headers: { host: "x'; rm -rf /" } }).end();
    const [response] = await once(asked, 'response');
    let text = '';
    for await (const chunk of response) text += chunk;
    expect(text).not.to.include('rm -rf');
  });

  it('offer no local sign-in in production mode', async () => {
    const production = await startConsole({ NODE_ENV: 'production' });
    try {
      const text = await (await fetch(`${production.url}/`)).text();
      expect(text).not.to.include('/local/token');
      expect(text).not.to.include('Open the phone');
      const channels = await fetch(`${production.url}/channels`);
      expect(await channels.text()).not.to.include('<form');
      expect(channels.headers.get('content-security-policy')).to.include("form-action 'none'");
      expect((await fetch(`${production.url}/local/authorization`, { method: 'POST' })).status).to.equal(404);
      expect((await fetch(`${production.url}/local/token`, { method: 'POST' })).status).to.equal(404);
    } finally {
      await production.stop();
    }
  });

  it('have one style for light and dark', async () => {
    const { response, text } = await read('/console.css');
    expect(response.headers.get('content-type')).to.include('text/css');
    expect(text).to.include('light-dark(');
  });
});
