import { once } from 'node:events';
import { Agent, type IncomingMessage, type RequestListener, request } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { createHttpServer } from './index.ts';

describe('an HTTP server that stops', () => {
  let agent: Agent;

  beforeEach(() => {
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
  });
  afterEach(() => agent.destroy());

  const serve = async (listener: RequestListener, drainMs?: number) => {
    const options = { name: 'api', listener, host: '127.0.0.1', port: 0 };
    const server = createHttpServer(drainMs === undefined ? options : { ...options, drainMs });
    await server.start();
    return server;
  };
  /** Begun by its headers, so that the server knows of it while its body still comes. */
  const begin = (url: string) => {
    const sent = request(url, { method: 'POST', agent, headers: { Expect: '100-continue' } });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    // Whoever waits for it hears of a failure; until then it is nobody's.
    answered.catch(() => {});
    sent.flushHeaders();
    return { sent, answered, isTaken: once(sent, 'continue') };
  };
  const answerOf = async (answered: Promise<[IncomingMessage]>) => {
    const [response] = await answered;
    response.resume();
    await once(response, 'end');
    return [response.statusCode, response.headers.connection];
  };

  it('keeps connections until then', async () => {
    const server = await serve((incoming, response) => void incoming.resume().on('end', () => response.end()));
    const { sent, answered } = begin(server.url());
    sent.end('x');

    expect(await answerOf(answered)).to.deep.equal([200, 'keep-alive']);
    await server.stop();
  });

  it('answers what is under way as the last on its connection, and ends as soon as that is out', async () => {
    const server = await serve((incoming, response) => void incoming.resume().on('end', () => response.end()), 60_000);
    const { sent, answered, isTaken } = begin(server.url());
    await isTaken;
    const stopped = server.stop();
    sent.end('x');

    expect(await answerOf(answered)).to.deep.equal([200, 'close']);
    await stopped;
  });

  it('answers what still comes on a connection that is open likewise', async () => {
    const goOn: (() => void)[] = [];
    const server = await serve((incoming, response) => {
      incoming.resume();
      goOn.push(() => response.end());
      response.writeHead(200, { 'content-length': 0 });
      response.flushHeaders();
    }, 60_000);
    const socket = connect(server.port(), '127.0.0.1');
    let received = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      received += chunk;
    });
    const closed = once(socket, 'close');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'data');
    const stopped = server.stop();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    goOn[0]?.();
    await once(socket, 'data');
    goOn[1]?.();
    await Promise.all([stopped, closed]);

    expect(received.match(/Connection: .*/g)).to.deep.equal(['Connection: keep-alive', 'Connection: close']);
  });

  it('takes no new connection, and lets go of one that nothing comes on', async () => {
    const server = await serve((_incoming, response) => response.end(), 60_000);
    const url = server.url();
    const answered = once(request(url, { agent }).end(), 'response') as Promise<[IncomingMessage]>;
    await answerOf(answered);
    await server.stop();

    expect(await fetch(url).catch(() => 'refused')).to.equal('refused');
  });

  it('cuts off what is not answered in time', async () => {
    const server = await serve(() => {}, 50);
    const { isTaken, answered } = begin(server.url());
    await isTaken;
    await server.stop();

    expect(await answered.catch((error: NodeJS.ErrnoException) => error.code)).to.equal('ECONNRESET');
  });
});
