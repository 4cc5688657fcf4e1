import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between client and broker, so that answers can get lost after the broker has acted on the request. */
export interface KafkaProxy {
  /** `host:port` to connect to; the broker's own address is replaced by it in what the broker says. */
  readonly address: string;
  /** Loses the next answers to produce requests, and the connections with them. */
  loseProduceAnswers(count: number): void;
  /** Answers lost so far. */
  readonly lost: number;
  /** Resets what is connected and refuses what comes. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  stop(): Promise<void>;
}

const PRODUCE = 0;
const FETCH = 1;
const HOST = '127.0.0.1';

export const startKafkaProxy = async (broker: string): Promise<KafkaProxy> => {
  const [brokerHost = '', brokerPort = ''] = broker.split(':');
  const sockets = new Set<Socket>();
  let toLose = 0;
  let lost = 0;

  const server = createServer((client) => {
    const upstream = connect({ host: brokerHost, port: Number(brokerPort), noDelay: true });
    const apiKeys = new Map<number, number>();
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on(
      'data',
      frames((frame) => {
        apiKeys.set(frame.readInt32BE(8), frame.readInt16BE(4));
        upstream.write(frame);
      }),
    );
    upstream.on(
      'data',
      frames((frame) => {
        const apiKey = apiKeys.get(frame.readInt32BE(4));
        apiKeys.delete(frame.readInt32BE(4));
        if (apiKey === PRODUCE && toLose > 0) {
          toLose -= 1;
          lost += 1;
          end();
          return;
        }
        if (apiKey !== FETCH) replaceAddress(frame, brokerHost, Number(brokerPort), proxyPort());
        client.write(frame);
      }),
    );
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, HOST, resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const proxyPort = (): number => port;
  const cut = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  return {
    address: `${HOST}:${proxyPort()}`,
    loseProduceAnswers(count) {
      toLose = count;
    },
    get lost() {
      return lost;
    },
    cut,
    mend: () => listen(port),
    stop: cut,
  };
};

/** Cuts the stream into Kafka's frames: each starts with its length in four bytes. */
const frames = (onFrame: (frame: Buffer) => void) => {
  let rest = Buffer.alloc(0);
  return (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      const frame = Buffer.from(rest.subarray(0, end));
      rest = rest.subarray(end);
      onFrame(frame);
    }
  };
};

/** In metadata and coordinator answers the port follows the host as an int32. Only a broker at the proxy's host will do. */
const replaceAddress = (frame: Buffer, host: string, from: number, to: number): void => {
  const address = Buffer.alloc(host.length + 4);
  address.write(host);
  address.writeInt32BE(from, host.length);
  for (let at = frame.indexOf(address); at >= 0; at = frame.indexOf(address, at + 1)) {
    frame.writeInt32BE(to, at + host.length);
  }
};
