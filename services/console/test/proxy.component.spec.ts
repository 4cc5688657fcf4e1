import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { type StartedConsole, startConsole } from './support.ts';

/** Short, for what waits for it. */
const SILENCE_MS = 1_000;

describe('the proxy', () => {
  let console: StartedConsole;

  beforeEach(async () => {
    console = await startConsole({}, SILENCE_MS);
  });
  afterEach(() => console.stop());

  it('passes a request on as it is, and says for whom', async () => {
    const body = randomBytes(3_000_000);
    const response = await fetch(`${console.url}/v1/media?name=a%20b&x=1`, {
      method: 'POST',
      headers: { authorization: 'Bearer abc', cookie: 'a=1; b=2', 'content-type': 'image/png', 'x-request-id': 'mine' },
      body,
    });

    expect(await response.json()).to.deep.equal({ upstream: 'conversation', url: '/v1/media?name=a%20b&x=1' });
    expect(response.headers.get('x-request-id')).to.equal('mine');
    const [{ request, body: arrived } = {} as never] = console.seen;
    expect(arrived.equals(body)).to.equal(true);
    expect(request.method).to.equal('POST');
    expect(request.headers).to.include({
      authorization: 'Bearer abc',
      cookie: 'a=1; b=2',
      'content-type': 'image/png',
      'x-request-id': 'mine',
      host: new URL(console.url).host,
      'x-forwarded-host': new URL(console.url).host,
      'x-forwarded-proto': 'http',
    });
    expect(request.headers['x-forwarded-for']).to.include('127.0.0.1');
  });

  it('gives operators the way into each service', async () => {
    const response = await fetch(`${console.url}/operator/outbound/v1/dead-letters?limit=5`);
    expect(await response.json()).to.deep.equal({ upstream: 'outbound', url: '/operator/v1/dead-letters?limit=5' });
  });

  it('gives operators of conversation the way to who projects, or to all where all do', async () => {
    const asked = async (url: string) => {
      const response = await fetch(`${url}/operator/conversation/v1/outbox`);
      return ((await response.json()) as { readonly upstream: string }).upstream;
    };
    expect(await asked(console.url)).to.equal('projector');

    const alike = await startConsole({ PROJECTOR_URL: '' });
    expect(await asked(alike.url).finally(() => alike.stop())).to.equal('conversation');
  });

  it('keeps its connection to the browser when a service ends the one to it', async () => {
    console.services.conversation.answerBy((_request, response) => response.setHeader('connection', 'close').end());
    const response = await fetch(`${console.url}/v1/conversations`);

    expect(response.headers.get('connection')).to.equal('keep-alive');
  });

  it('passes on what is under way when it stops, as the last on its connection', async () => {
    const arrived = Promise.withResolvers<() => void>();
    console.services.conversation.answerBy((_request, response) => arrived.resolve(() => response.end('{}')));
    const answered = fetch(`${console.url}/v1/conversations`);
    const answer = await arrived.promise;
    const stopped = console.stop();
    answer();

    const response = await answered;
    expect([response.status, response.headers.get('connection')]).to.deep.equal([200, 'close']);
    await stopped;
  });

  it('leaves cookies and redirects to the browser', async () => {
    console.services.auth.answerBy((_request, response) => {
      response.writeHead(303, {
        location: 'https://elsewhere.example/channels?connected=1',
        'set-cookie': ['a=1; Path=/tiktok/callback; HttpOnly; SameSite=Lax', 'b=2; Domain=x.example; Secure'],
      });
      response.end();
    });
    const response = await fetch(`${console.url}/tiktok/callback?code=c`, { redirect: 'manual' });

    expect(response.status).to.equal(303);
    expect(response.headers.get('location')).to.equal('https://elsewhere.example/channels?connected=1');
    expect(response.headers.getSetCookie()).to.deep.equal([
      'a=1; Path=/tiktok/callback; HttpOnly; SameSite=Lax',
      'b=2; Domain=x.example; Secure',
    ]);
  });

  it('passes each live event on as it comes, and ends the stream of who leaves', async () => {
    const gone = Promise.withResolvers<void>();
    let send: (event: string) => void = () => {};
    console.services.conversation.answerBy((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      response.once('close', gone.resolve);
      send = (event) => response.write(event);
    });
    const leave = new AbortController();
    const response = await fetch(`${console.url}/v1/events`, { signal: leave.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();

    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      send(event);
      expect((await reader?.read())?.value).to.equal(event);
    }
    leave.abort();
    await gone.promise;
    expect(console.logger.lines.filter(({ event }) => event === 'proxy.failed')).to.deep.equal([]);
  });

  const expectUnreachable = async (response: Response) => {
    expect(response.status).to.equal(502);
    expect(response.headers.get('content-type')).to.include('application/problem+json');
    expect(await response.json()).to.include({ code: 'service_unreachable', status: 502 });
  };

  it('answers 502 with a problem document while a service is away, and passes on when it is back', async () => {
    await console.services.conversation.stop();
    await expectUnreachable(await fetch(`${console.url}/v1/conversations`));
    await expectUnreachable(await fetch(`${console.url}/v1/media`, { method: 'POST', body: randomBytes(500_000) }));
    expect((await fetch(`${console.url}/v1/channels`)).status).to.equal(200);
  });

  it('answers 502 when a service takes a request and then says nothing', async () => {
    console.services.conversation.answerBy(() => {});
    await expectUnreachable(await fetch(`${console.url}/v1/conversations`));
  });

  it('answers 502 when a service hangs up without an answer', async () => {
    console.services.conversation.answerBy((request) => request.socket.destroy());
    await expectUnreachable(await fetch(`${console.url}/v1/conversations`));
  });

  it('cuts an answer that a service did not finish, so that nobody takes it for whole', async () => {
    console.services.conversation.answerBy(async (request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('half');
      await new Promise((resolve) => setImmediate(resolve));
      request.socket.destroy();
    });
    const failure = await fetch(`${console.url}/v1/conversations`)
      .then((response) => response.text())
      .then(
        (text) => `whole: ${text}`,
        () => 'cut',
      );
    expect(failure).to.equal('cut');
  });

  it('serves many at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        fetch(`${console.url}/v1/replies/${index}`).then((response) => response.json()),
      ),
    );
    expect(answers).to.deep.equal(
      Array.from({ length: 200 }, (_, index) => ({ upstream: 'conversation', url: `/v1/replies/${index}` })),
    );
  });

  for (const path of [
    '/internal/v1/channels/x/access-token',
    '/metrics',
    '/health/live',
    '/health/ready',
    '/nothing',
  ]) {
    it(`knows nothing of ${path}`, async () => {
      const response = await fetch(`${console.url}${path}`, { method: 'POST' });
      expect(response.status).to.equal(404);
      expect(await response.json()).to.include({ code: 'not_found' });
      expect(console.seen).to.deep.equal([]);
    });
  }

  it('has its own health on the internal port alone', async () => {
    expect((await fetch(`${console.internalUrl}/health/ready`)).status).to.equal(200);
    expect((await fetch(`${console.internalUrl}/v1/channels`)).status).to.equal(404);
  });
});
