import { createServer as createNodeServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A listening server as a part of a process. */
export interface HttpServer {
  readonly name: string;
  start(): Promise<void>;
  /**
   * No new connections, and none is kept: what comes on one that is open is answered, and the answer says that it was the last
   * there. What is not answered within `drainMs` is cut off.
   */
  stop(): Promise<void>;
  /** The port in use, once started. */
  port(): number;
  /** Base URL, once started. A server on all addresses is reached on this machine's own. */
  url(): string;
}

/**
 * `port` 0 takes any free port. `drainMs` bounds the stop: an open event stream must not hold it up. Idle connections are
 * kept for longer than a load balancer keeps them, so that it is not the server that closes one under a request.
 */
export const createHttpServer = ({
  name,
  listener,
  host,
  port,
  drainMs = 5_000,
}: {
  readonly name: string;
  readonly listener: RequestListener;
  readonly host: string;
  readonly port: number;
  readonly drainMs?: number;
}): HttpServer => {
  const unanswered = new Set<ServerResponse>();
  let isClosing = false;
  const server = createNodeServer({ keepAliveTimeout: 75_000, noDelay: true }, (request, response) => {
    unanswered.add(response);
    response.once('close', () => unanswered.delete(response));
    if (isClosing) response.shouldKeepAlive = false;
    listener(request, response);
  });
  const portInUse = () => (server.address() as AddressInfo).port;
  return {
    name,
    start: () => listen(server, host, port),
    stop: () => {
      isClosing = true;
      for (const response of unanswered) response.shouldKeepAlive = false;
      return close(server, drainMs);
    },
    port: portInUse,
    url: () => `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${portInUse()}`,
  };
};

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

const close = (server: Server, drainMs: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), drainMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
