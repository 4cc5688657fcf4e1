import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { startDependencies } from '@tiktok-channel/local';
import { systemClock } from '@tiktok-channel/platform/clock';
import { createHttpClient } from '@tiktok-channel/platform/http-client';
import { eventually } from '@tiktok-channel/platform/testing';
import { createTikTokApi } from '@tiktok-channel/platform/tiktok';
import { registerSchemas } from '@tiktok-channel/schemas';
import { createDatabase } from '../../services/outbound/src/adapters/persistence/database.ts';
import { createLanes } from '../../services/outbound/src/adapters/persistence/lanes.repository.ts';
import { type Conversation, createOutboundWorld, isVerdict, type OutboundWorld, replyIn } from '../support/outbound.ts';
import { endProcess, startOutboundProcess } from '../support/outbound-processes.ts';
import { type Aim, median, type Row, reportBench } from './bench.ts';

const LIMITS = [10, 50, 1_000];
/** Replies for so many seconds at the limit, but no more than so many. */
const SECONDS = 15;
const MOST_REPLIES = 5_000;
const CONVERSATIONS = 100;
const MANY_CONVERSATIONS = 1_000;
const SHARE_AIM = 0.98;

/** Above this limit the machine is what limits. */
const LIMIT_OF_BARE = 50;
const BARE_CALLS = 2_500;

const SINGLE_REPLIES = 100;
const BETWEEN_SINGLES_MS = 200;

const BACKLOG = 100_000;
const CLAIMS = 200;
const CLAIM_AIM = 2;

interface Result {
  readonly rows: readonly Row[];
  readonly aims: readonly Aim[];
}

const run = async (): Promise<void> => {
  const dependencies = await startDependencies({ onProgress: (what) => console.log(`starting ${what}`) });
  process.env.KAFKA_BROKERS = dependencies.kafka.brokers;
  process.env.SCHEMA_REGISTRY_URL = dependencies.registry.url;
  process.env.POSTGRES_URL = dependencies.postgres.url;
  await registerSchemas({ url: dependencies.registry.url });
  const results: Result[] = [];
  try {
    for (const limit of LIMITS) results.push(await inWorld((world) => measureShare(world, limit)));
    results.push(await inWorld(measureSingles));
    results.push(await inWorld(measureClaims));
  } finally {
    await dependencies.stop();
  }
  await reportBench(
    'outbound',
    results.flatMap(({ rows }) => rows),
    results.flatMap(({ aims }) => aims),
  );
};

const inWorld = async (measure: (world: OutboundWorld) => Promise<Result>): Promise<Result> => {
  const world = await createOutboundWorld({ isSimulatorApart: true });
  try {
    await world.faults({ rate_limit_qps: 0, quota_off: true });
    return await measure(world);
  } finally {
    await world.stop();
  }
};

const withOutbound = async <T>(world: OutboundWorld, limit: number, use: () => Promise<T>): Promise<T> => {
  const outbound = await startOutboundProcess({
    ...world.environment,
    OUTBOUND_REQUESTS_PER_SECOND: String(limit),
    OUTBOUND_CONCURRENCY: '256',
  });
  try {
    return await use();
  } finally {
    await endProcess(outbound, 'SIGTERM');
  }
};

const conversationsOf = async (world: OutboundWorld, count: number): Promise<readonly Conversation[]> => {
  const channelId = await world.newChannel();
  const made: Conversation[] = [];
  for (let each = 0; each < count; each += 1) made.push(await world.newConversation(channelId, 1));
  return made;
};

/** The backlog is there before outbound starts, so that it never waits for commands. Bare calls go before and after. */
const measureShare = async (world: OutboundWorld, limit: number): Promise<Result> => {
  const isBareMeasured = limit > LIMIT_OF_BARE;
  const bareBefore = isBareMeasured ? await bareCalls(world) : Number.NaN;
  const count = Math.min(MOST_REPLIES, limit * SECONDS);
  const conversations = await conversationsOf(world, isBareMeasured ? MANY_CONVERSATIONS : CONVERSATIONS);
  await world.send(
    ...Array.from({ length: count }, (_, index) =>
      replyIn(conversations[index % conversations.length] as Conversation),
    ),
  );
  await withOutbound(world, limit, () =>
    eventually('all are sent', () => world.statuses.filter(isVerdict).length >= count, { withinMs: 600_000 }),
  );
  const times = (await Promise.all(conversations.map(world.phone)))
    .flat()
    .filter(({ from }) => from === 'business')
    .map(({ at }) => at)
    .toSorted((a, b) => a - b);
  const reached = (times.length - 1) / (((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000);
  console.log(`at ${limit} a second: ${times.length} replies, ${Math.round(reached)} a second`);
  const bare = isBareMeasured ? (bareBefore + (await bareCalls(world))) / 2 : Number.NaN;
  return shareResult({ limit, reached, bare, most: mostInASecond(times) });
};

const shareResult = ({
  limit,
  reached,
  bare,
  most,
}: Readonly<Record<'limit' | 'reached' | 'bare' | 'most', number>>) => {
  const share = reached / limit;
  const rows: Row[] = [{ what: `limit ${limit}: replies a second`, value: reached, unit: 'replies' }];
  if (!Number.isNaN(bare)) {
    rows.push({ what: 'bare calls that send, a second, without outbound', value: bare, unit: 'calls' });
    rows.push({ what: `limit ${limit}: replies to bare calls`, value: reached / bare, unit: '' });
  }
  const used = `limit ${limit}: part of the share that is used`;
  const aims: Aim[] = [
    { what: used, aim: `≥ ${SHARE_AIM}`, value: share, holds: share >= SHARE_AIM },
    { what: `limit ${limit}: most calls in any one second`, aim: `≤ ${limit}`, value: most, holds: most <= limit },
  ];
  return { rows, aims };
};

/** What the machine can do at all: the same client sends the same, to the same simulator, with nothing stored. */
const bareCalls = async (world: OutboundWorld): Promise<number> => {
  const conversations = await conversationsOf(world, 50);
  const accessToken = await world.newToken(conversations[0]?.channelId ?? '');
  const client = createHttpClient({ name: 'tiktok' });
  const api = createTikTokApi({ client, baseUrl: world.environment.TIKTOK_API_BASE_URL ?? '', version: 'v1.3' });
  const sendEach = async ({ channelId, conversationId }: Conversation): Promise<void> => {
    const recipient = { business_id: channelId, recipient_type: 'CONVERSATION', recipient: conversationId };
    const body = { ...recipient, message_type: 'TEXT', text: { body: 'Yes, all sizes.' } };
    for (let sent = 0; sent < BARE_CALLS / 50; sent += 1) {
      const { code } = await api.post('business/message/send/', { body, accessToken });
      if (code !== 0) throw new Error(`a bare call was answered ${code}`);
    }
  };
  const startedAt = performance.now();
  await Promise.all(conversations.map(sendEach));
  const elapsedMs = performance.now() - startedAt;
  await client.close();
  return BARE_CALLS / (elapsedMs / 1_000);
};

const mostInASecond = (times: readonly number[]): number => {
  let first = 0;
  let most = 0;
  for (const [last, at] of times.entries()) {
    while ((times[first] ?? 0) <= at - 1_000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
};

const measureSingles = async (world: OutboundWorld): Promise<Result> => {
  const conversations = await conversationsOf(world, SINGLE_REPLIES);
  const delays = await withOutbound(world, 50, async () => {
    await wait(2_000);
    const askedAt: number[] = [];
    for (const conversation of conversations) {
      askedAt.push(Date.now());
      await world.send(replyIn(conversation));
      await wait(BETWEEN_SINGLES_MS);
    }
    await eventually('all are sent', () => world.statuses.filter(isVerdict).length >= SINGLE_REPLIES);
    const phones = await Promise.all(conversations.map(world.phone));
    return phones.map((messages, index) => (messages.at(-1)?.at ?? Number.NaN) - (askedAt[index] ?? 0));
  });
  const sorted = delays.toSorted((a, b) => a - b);
  return {
    rows: [
      { what: 'from command to TikTok, nothing waiting, median', value: median(delays), unit: 'ms' },
      {
        what: 'the same, 99th percentile',
        value: sorted[Math.ceil(0.99 * sorted.length) - 1] ?? Number.NaN,
        unit: 'ms',
      },
    ],
    aims: [],
  };
};

/** Claims and lets go of one lane, with nothing else waiting and with a backlog in ten channels. */
const measureClaims = async (world: OutboundWorld): Promise<Result> => {
  const database = createDatabase(world.database.url);
  const lanes = createLanes({ database, clock: systemClock, ids: { next: randomUUID } });
  const claimOnce = async (): Promise<number> => {
    const startedAt = performance.now();
    const [lane] = await lanes.claim({ limit: 1, leaseMs: 60_000 });
    const elapsedMs = performance.now() - startedAt;
    if (lane !== undefined) await lanes.release(lane, { dueAtMs: Date.now(), tries: 0 });
    return elapsedMs;
  };
  const claim = async (): Promise<number> => {
    const times: number[] = [];
    for (let each = 0; each < CLAIMS; each += 1) times.push(await claimOnce());
    return median(times);
  };
  const fill = (count: number) =>
    database.$executeRawUnsafe(
      `INSERT INTO reply_lanes (channel_id, lane_id, due_at)
       SELECT 'biz-' || i % 10, 'CONV-' || i, $2::bigint FROM generate_series(1, $1::int) i ON CONFLICT DO NOTHING`,
      count,
      Date.now(),
    );
  await fill(10);
  await claim();
  const empty = await claim();
  await fill(BACKLOG);
  await database.$executeRawUnsafe('ANALYZE reply_lanes');
  const full = await claim();
  await database.$disconnect();
  const ratio = full / empty;
  return {
    rows: [
      { what: 'claim of a lane among ten, median', value: empty, unit: 'ms' },
      { what: `claim of a lane among ${BACKLOG}, median`, value: full, unit: 'ms' },
    ],
    aims: [
      { what: 'claim with a backlog to claim without', aim: `≤ ${CLAIM_AIM}`, value: ratio, holds: ratio <= CLAIM_AIM },
    ],
  };
};

await run();
