import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { dropDatabase, localToken, startDependencies, startSystem } from '@tiktok-channel/local';
import { deliver, textDelivery } from '../support/deliveries.ts';
import { median, reportBench } from './bench.ts';

/**
 * From the moment a webhook is posted until its message can be read in the API, and until the event stream names it, at a steady
 * rate through the shipped processes. Every message is waited for in the stream, one of `SAMPLED` in the API as well.
 */
const PER_SECOND = Number(process.env.BENCH_RATE ?? 500);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
const WARM_UP_SECONDS = 10;
const CONVERSATIONS = 1_000;
const SAMPLED = 25;
const TICK_MS = 10;
/** A twentieth of the aim: readers that ask without a pause would take the processors from what they wait for. */
const POLL_MS = 50;
const GIVE_UP_MS = 30_000;
const AIM_MS = 1_000;

const run = async (): Promise<void> => {
  const dependencies = await startDependencies({ onProgress: (what) => console.log(`starting ${what}`) });
  const name = `b${randomBytes(4).toString('hex')}`;
  const system = await startSystem({
    dependencies,
    topicPrefix: `${name}.`,
    databasePrefix: `${name}_`,
    ports: 'free',
  });
  try {
    const { addresses } = system;
    const token = `Bearer ${await localToken(addresses.auth, 'agent', addresses.account)}`;
    const figures = await measure({
      ingress: addresses.ingress,
      conversation: addresses.conversation,
      channel: addresses.channel,
      appSecret: addresses.appSecret,
      token,
    });
    await report(figures);
  } finally {
    await system.stop();
    for (const database of ['auth', 'conversation', 'outbound']) {
      await dropDatabase(dependencies.postgres.url, `${name}_${database}`);
    }
    await dependencies.stop();
  }
};

interface Places {
  readonly ingress: string;
  readonly conversation: string;
  readonly channel: string;
  readonly appSecret: string;
  readonly token: string;
}

interface Figures {
  readonly sent: number;
  readonly refused: number;
  readonly inStream: readonly number[];
  readonly inApi: readonly number[];
}

const measure = async (places: Places): Promise<Figures> => {
  const postedAt = new Map<string, number>();
  const seenAt = new Map<string, number>();
  const inApi: number[] = [];
  const stream = await follow(places, (messageId, at) => {
    if (postedAt.has(messageId) && !seenAt.has(messageId)) seenAt.set(messageId, at);
  });
  const sampled: Promise<void>[] = [];
  let refused = 0;
  const post = async (index: number, isCounted: boolean): Promise<void> => {
    const conversationId = `CONV-${index % CONVERSATIONS}`;
    const messageId = `MSG-${isCounted ? 'run' : 'warm'}-${index}`;
    const body = textDelivery({
      business: places.channel,
      conversationId,
      messageId,
      text: 'Is it in stock?',
      at: Date.now(),
    });
    const startedAt = performance.now();
    if (isCounted) postedAt.set(messageId, startedAt);
    if (isCounted && index % SAMPLED === 0) {
      sampled.push(visible(places, { conversationId, messageId }).then((at) => void inApi.push(at - startedAt)));
    }
    if ((await deliver({ public: places.ingress, appSecret: places.appSecret }, body)) !== 200 && isCounted)
      refused += 1;
  };
  await atRate(WARM_UP_SECONDS, (index) => post(index, false));
  await atRate(SECONDS, (index) => post(index, true));
  await Promise.all(sampled);
  const end = performance.now() + GIVE_UP_MS;
  while (seenAt.size < postedAt.size - refused && performance.now() < end) await wait(50);
  stream.abort();
  const inStream = [...seenAt].map(([messageId, at]) => at - (postedAt.get(messageId) ?? at));
  return { sent: postedAt.size, refused, inStream, inApi };
};

/** What is due by the time of each tick is begun then, so that a slow answer slows nothing down. */
const atRate = async (seconds: number, post: (index: number) => Promise<void>): Promise<void> => {
  const startedAt = performance.now();
  const posts: Promise<void>[] = [];
  for (const total = seconds * PER_SECOND; posts.length < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1_000) * PER_SECOND));
    while (posts.length < due) posts.push(post(posts.length));
    await wait(TICK_MS);
  }
  await Promise.all(posts);
};

const follow = async (
  { conversation, token }: Places,
  onMessage: (messageId: string, at: number) => void,
): Promise<AbortController> => {
  const abort = new AbortController();
  const response = await fetch(`${conversation}/v1/events`, {
    headers: { authorization: token },
    signal: abort.signal,
  });
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body ?? []) {
      const at = performance.now();
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const messageId = /"messageId":"([^"]+)"/.exec(line)?.[1];
        if (messageId !== undefined) onMessage(messageId, at);
      }
    }
  };
  read().catch(() => {
    // Ended by this bench.
  });
  return abort;
};

const visible = async (
  { conversation, token }: Places,
  { conversationId, messageId }: { readonly conversationId: string; readonly messageId: string },
): Promise<number> => {
  const end = performance.now() + GIVE_UP_MS;
  while (performance.now() < end) {
    const response = await fetch(`${conversation}/v1/conversations/${conversationId}/messages?order=desc&limit=5`, {
      headers: { authorization: token },
    });
    const text = await response.text();
    if (text.includes(`"${messageId}"`)) return performance.now();
    await wait(POLL_MS);
  }
  throw new Error(`${messageId} did not become visible within ${GIVE_UP_MS} ms`);
};

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;

const report = async ({ sent, refused, inStream, inApi }: Figures): Promise<void> => {
  const slowest = Math.max(percentile(inStream, 0.99), percentile(inApi, 0.99));
  await reportBench(
    'latency',
    [
      { what: 'messages sent', value: sent, unit: `at ${PER_SECOND}/s` },
      { what: 'webhook to visible in the API, median', value: median(inApi), unit: 'ms' },
      { what: 'webhook to visible in the API, 99th percentile', value: percentile(inApi, 0.99), unit: 'ms' },
      { what: 'webhook to the event stream, median', value: median(inStream), unit: 'ms' },
      { what: 'webhook to the event stream, 99th percentile', value: percentile(inStream, 0.99), unit: 'ms' },
    ],
    [
      { what: 'the slower 99th percentile', aim: `≤ ${AIM_MS} ms`, value: slowest, holds: slowest <= AIM_MS },
      {
        what: 'messages in the stream, of those that were taken',
        aim: 'all',
        value: inStream.length / (sent - refused),
        holds: inStream.length === sent - refused,
      },
    ],
  );
};

await run();
