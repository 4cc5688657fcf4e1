/** The load generator, in a process of its own: a fixed number of deliveries, all signed before the first is sent. */
import autocannon, { type Client } from 'autocannon';
import { signedDelivery } from './intake-deliveries.ts';

export interface LoadOrder {
  readonly url: string;
  readonly secret: string;
  readonly connections: number;
  readonly requestsPerConnection: number;
  readonly run: string;
}

export interface LoadResult {
  readonly accepted: number;
  readonly others: number;
  readonly seconds: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

const prepare = ({ secret, connections, requestsPerConnection, run }: LoadOrder) =>
  Array.from({ length: connections }, (_, connection) =>
    Array.from({ length: requestsPerConnection }, (_, index) => ({
      method: 'POST' as const,
      ...signedDelivery(secret, run, connection * requestsPerConnection + index),
    })),
  );

const load = async (order: LoadOrder, requests: ReturnType<typeof prepare>): Promise<LoadResult> => {
  const { url, connections, requestsPerConnection } = order;
  let next = 0;
  const result = await autocannon({
    url: `${url}/webhooks/tiktok`,
    connections,
    amount: connections * requestsPerConnection,
    timeout: 30,
    setupClient: (client: Client) => {
      client.setRequests(requests[next] ?? []);
      next += 1;
    },
  });
  return {
    accepted: result['2xx'],
    others: result.non2xx + result.errors + result.timeouts,
    seconds: (result.finish.getTime() - result.start.getTime()) / 1_000,
    medianMs: result.latency.p50,
    p99Ms: result.latency.p99,
  };
};

let order: LoadOrder | null = null;
let requests: ReturnType<typeof prepare> = [];

process.on('message', async (message: LoadOrder | 'go') => {
  if (message !== 'go') {
    order = message;
    requests = prepare(message);
    process.send?.('prepared');
  } else if (order !== null) {
    process.send?.(await load(order, requests));
  }
});
