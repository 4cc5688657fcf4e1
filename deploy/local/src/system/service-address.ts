import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

/** One address for the replicas of a service, for those who call it. */
export interface ServiceAddress {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface ServiceAddressOptions {
  readonly port: number;
  /** Ports of the replicas. */
  readonly replicas: readonly number[];
  readonly isReady: (port: number) => Promise<boolean>;
}

const HOST = '127.0.0.1';

/**
 * What a `Service` is in Kubernetes: callers know one address, and each of their connections ends at some replica that is ready,
 * here the one that says so first. A connection stays where it is; when its replica dies it ends, and the caller's next one is to
 * another replica.
 */
export const createServiceAddress = ({ port, replicas, isReady }: ServiceAddressOptions): ServiceAddress => {
  const open = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    open.add(socket);

    return socket.once('close', () => open.delete(socket)).on('error', () => socket.destroy());
  };
  const firstReady = (): Promise<number | null> =>
    Promise.any(
      replicas.map(async (replica) => {
        if (!(await isReady(replica))) throw new Error('not ready');

        return replica;
      }),
    ).catch(() => null);
  const server = createServer({ noDelay: true }, async (caller) => {
    keep(caller);
    const replica = await firstReady();
    if (replica === null || caller.destroyed) {
      caller.destroy();
      return;
    }
    const callee = keep(connect({ host: HOST, port: replica, noDelay: true }));
    pipeline(caller, callee, caller, () => {
      caller.destroy();
      callee.destroy();
    });
  });

  return {
    start: async () => {
      server.listen(port, HOST);
      await once(server, 'listening');
    },
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
};
