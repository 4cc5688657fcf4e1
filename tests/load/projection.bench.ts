import type { IncomingRecord } from '@tiktok-channel/platform/kafka';
import { type MessageReceived, topics } from '@tiktok-channel/schemas';
import { messageFact } from '../../services/conversation/src/adapters/kafka/message-facts.ts';
import type { MessageFact } from '../../services/conversation/src/domain/message.ts';
import { type Aim, median, type Row, reportBench } from './bench.ts';
import { openRig, type Rig } from './projection-rig.ts';
import { messagesOf, type Workload } from './projection-workload.ts';

/**
 * The projection against bare `unnest` inserts of the same rows on the same database, in interleaved rounds that start
 * with empty tables. Both go through the same client, in batches of the same size.
 *
 * - one writer: decode from memory, fold and store, one connection each;
 * - from Kafka: the shipped consumer over twelve partitions, against as many bare writers as it has batches in hand.
 */
const ROUNDS = 5;
const BATCH = 1_000;
const WRITERS = 3;
const AIM = 0.5;

const WORKLOADS: readonly Workload[] = [
  { what: 'busy: 400 conversations a partition', messages: 30_000, conversations: 400 },
  {
    what: 'scattered: nearly every message of a batch in another conversation',
    messages: 30_000,
    conversations: 15_000,
  },
];
const KAFKA_WORKLOAD: Workload = { what: 'from Kafka: 5,000 conversations', messages: 60_000, conversations: 5_000 };

interface Comparison {
  readonly what: string;
  readonly bare: number[];
  readonly projection: number[];
}

const run = async (): Promise<void> => {
  const rig = await openRig();
  try {
    const comparisons: Comparison[] = [];
    for (const workload of WORKLOADS) comparisons.push(await compareFromMemory(rig, workload));
    comparisons.push(await compareFromKafka(rig));
    await reportBench('projection', comparisons.flatMap(rowsOf), comparisons.map(aimOf));
  } finally {
    await rig.close();
  }
};

const compareFromMemory = async (rig: Rig, workload: Workload): Promise<Comparison> => {
  const messages = messagesOf(workload);
  const facts = inBatches(messages.map((message) => messageFact('incoming', message)));
  const records = inBatches(messages.map((message, index) => recordOf(rig, message, index)));
  return compare(rig, workload, {
    bare: () => rig.writeBare(facts, 1),
    projection: () => rig.project(records),
  });
};

const compareFromKafka = async (rig: Rig): Promise<Comparison> => {
  const messages = messagesOf(KAFKA_WORKLOAD);
  const facts: readonly (readonly MessageFact[])[] = inBatches(
    messages.map((message) => messageFact('incoming', message)),
  );
  const topic = await rig.fillTopic(messages);
  return compare(rig, KAFKA_WORKLOAD, {
    bare: () => rig.writeBare(facts, WRITERS),
    projection: () => rig.projectTopic(topic),
  });
};

interface Contenders {
  bare(): Promise<number>;
  projection(): Promise<number>;
}

/** The first round warms up and does not count; every other round lets the other side begin. */
const compare = async (rig: Rig, { what, messages }: Workload, contenders: Contenders): Promise<Comparison> => {
  const rates: Comparison = { what, bare: [], projection: [] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const order = round % 2 === 0 ? (['bare', 'projection'] as const) : (['projection', 'bare'] as const);
    for (const side of order) {
      await rig.clear();
      const elapsedMs = await contenders[side]();
      if (round > 0) rates[side].push((messages / elapsedMs) * 1_000);
    }
    console.log(`${what}: round ${round} of ${ROUNDS}`);
  }
  return rates;
};

const rowsOf = ({ what, bare, projection }: Comparison): readonly Row[] => [
  { what: `${what}; bare inserts`, value: median(bare), unit: 'rows/s' },
  { what: `${what}; projection, decode included`, value: median(projection), unit: 'rows/s' },
];

/** The median of the rounds' ratios: what slowed the machine in a round slowed both. */
const aimOf = ({ what, bare, projection }: Comparison): Aim => {
  const value = median(projection.map((rate, round) => rate / (bare[round] ?? Number.NaN)));
  return { what: `${what}; projection to bare inserts`, aim: `≥ ${AIM}`, value, holds: value >= AIM };
};

const inBatches = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) =>
    items.slice(index * BATCH, (index + 1) * BATCH),
  );

const recordOf = ({ codec }: Rig, message: MessageReceived, index: number): IncomingRecord => ({
  topic: topics.messages.name,
  partition: 0,
  offset: BigInt(index),
  key: message.conversationId,
  value: codec.encode('MessageReceived', message),
  headers: {},
  timestampMs: message.receivedAt,
});

await run();
