import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createManualClock, eventually } from '../testing/index.ts';
import { createHttpClient, type HttpCall } from './index.ts';

const serving = async <T>(listener: RequestListener, use: (url: string) => Promise<T>): Promise<T> => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

describe('the HTTP client', () => {
  const client = createHttpClient({ name: 'tiktok', deadlineMs: 2_000 });
  const failure = (url: string, options: Omit<HttpCall, 'method' | 'url'> = {}) =>
    client.call({ method: 'GET', url, ...options }).then(
      () => null,
      (thrown: unknown) => thrown,
    );

  after(() => client.close());

  it('answers whatever the status is', async () => {
    const answer = await serving(
      (_request, response) => response.writeHead(502).end('bad'),
      (url) => client.call({ method: 'GET', url }),
    );

    expect([answer.status, answer.body.toString()]).to.deep.equal([502, 'bad']);
  });

  it('says unreachable when no connection was made, so that nothing can have arrived', async () => {
    const closed = await serving(
      () => {},
      async (url) => url,
    );

    expect(await failure(closed)).to.include({ code: 'unreachable', retryable: true });
  });

  it('says interrupted when the connection ends without an answer, since the request may have arrived', async () => {
    const error = await serving((request) => request.socket.destroy(), failure);

    expect(error).to.include({ code: 'interrupted' });
  });

  it('says timed out at the deadline, and closes the socket', async () => {
    let isClosed = false;
    const error = await serving(
      (request) => {
        request.socket.once('close', () => {
          isClosed = true;
        });
      },
      async (url) => {
        const thrown = await failure(url, { deadlineMs: 50 });
        await eventually('the server sees the socket closed', () => isClosed);
        return thrown;
      },
    );

    expect(error).to.include({ code: 'timed_out' });
  });

  it('says timed out when the body never ends', async () => {
    const error = await serving(
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('half');
      },
      (url) => failure(url, { deadlineMs: 100 }),
    );

    expect(error).to.include({ code: 'timed_out' });
  });

  it('says unreachable when its absolute deadline passes before a connection stands, and writes nothing', async () => {
    let requests = 0;
    const error = await serving(
      (_request, response) => {
        requests += 1;
        response.end();
      },
      (url) => {
        // The first look is the call's own; by the second, at the time of writing, the clock has gone on.
        let looks = 0;
        const clock = { now: () => (looks++ === 0 ? 0 : 2_000) };
        return failure(url, { until: { clock, atMs: 1_000 } });
      },
    );

    expect(error).to.include({ code: 'unreachable' });
    expect(requests).to.equal(0);
  });

  it('destroys the socket when the clock jumps over its absolute deadline', async () => {
    const clock = createManualClock();
    let isClosed = false;
    const error = await serving(
      (request) => {
        request.socket.once('close', () => {
          isClosed = true;
        });
        clock.advance(60_000);
      },
      async (url) => {
        const thrown = await failure(url, { until: { clock, atMs: clock.now() + 1_500 } });
        await eventually('the server sees the socket closed', () => isClosed);
        return thrown;
      },
    );

    expect(error).to.include({ code: 'timed_out' });
  });

  it('takes no answer longer than it was told to', async () => {
    const error = await serving(
      (_request, response) => response.end('x'.repeat(200)),
      (url) => failure(url, { maxBytes: 100 }),
    );

    expect(error).to.include({ code: 'too_large', retryable: false });
  });

  it('keeps addresses, which may hold a token, out of its errors', async () => {
    const closed = await serving(
      () => {},
      async (url) => url,
    );

    const error = (await failure(`${closed}?access_token=hunter2`)) as Error;

    expect(`${error.stack} ${JSON.stringify(error)} ${error.cause}`).to.not.include('hunter2');
  });
});
