import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The part of the one public origin that operators use, in front of one service or of several by their names. */
export const startOperatorOrigin = async (target: (service: string) => string) => {
  const server = createServer((incoming, outgoing) => {
    const [prefix = '', service = ''] = /^\/operator\/(\w+)(?=\/v1)/.exec(incoming.url ?? '') ?? [];
    const path = prefix === '' ? incoming.url : incoming.url?.replace(prefix, '/operator');
    const { method, headers } = incoming;
    const forwarded = request(new URL(path ?? '/', target(service)), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    // Nothing answers there now: neither does this.
    forwarded.once('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
