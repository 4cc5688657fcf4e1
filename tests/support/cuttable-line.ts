import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A line to a database that a test can cut and mend. */
export interface CuttableLine {
  /** The database, by way of this line. */
  readonly url: string;
  /** Resets what is connected and refuses what comes. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

export const cuttableLine = async (databaseUrl: string): Promise<CuttableLine> => {
  const url = new URL(databaseUrl);
  const target = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
    }
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    cut: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.resetAndDestroy();
      await closed;
    },
    mend: () => listen(port),
  };
};
