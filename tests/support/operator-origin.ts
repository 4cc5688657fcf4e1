import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The part of the one public origin that operators use, in front of one service. */
export const startOperatorOrigin = async (target: () => string) => {
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url?.replace(/^\/operator\/\w+\/v1/, '/operator/v1');
    const { method, headers } = incoming;
    const forwarded = request(new URL(path ?? '/', target()), { method, headers }, (answer) => {
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
