import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { startDependencies } from '@tiktok-channel/local';
import { registerSchemas, topics } from '@tiktok-channel/schemas';
import { messageFact } from '../../services/conversation/src/adapters/kafka/message-facts.ts';
import { createDatabase, type Database } from '../../services/conversation/src/adapters/persistence/database.ts';
import { messagesTable } from '../../services/conversation/src/adapters/persistence/fact-tables.ts';
import { type Bench, connected, prepareConversation, spawnConversation } from '../support/conversation.ts';
import { reportBench } from './bench.ts';
import { messagesInParts, type Workload } from './projection-workload.ts';

/**
 * A million events into an empty read model: the shipped service, a process of its own, reads twelve partitions from their
 * beginning. Before it, the same rows by bare inserts into a table with the same columns and indexes on the same server.
 */
const EVENTS = Number(process.env.BENCH_EVENTS ?? 1_000_000);
const WORKLOAD: Workload = { what: 'replay', messages: EVENTS, conversations: Math.ceil(EVENTS / 20) };
const PARTITIONS = 12;
const BATCH = 1_000;
const WRITERS = 3;
const AIM_MEMORY_MIB = 1_024;

const BARE_SQL = messagesTable.insertSql
  .replace('INTO messages AS old', 'INTO bare_messages')
  .replace(/ON CONFLICT[\s\S]*$/, '');

const run = async (): Promise<void> => {
  const dependencies = await startDependencies({ onProgress: (what) => console.log(`starting ${what}`) });
  process.env.KAFKA_BROKERS = dependencies.kafka.brokers;
  process.env.SCHEMA_REGISTRY_URL = dependencies.registry.url;
  process.env.POSTGRES_URL = dependencies.postgres.url;
  await registerSchemas({ url: dependencies.registry.url });
  const bench = await prepareConversation({ partitions: PARTITIONS });
  const database = createDatabase(bench.database.url);
  try {
    await fillTopic(bench);
    const bareMs = await writeBare(database);
    await database.$executeRawUnsafe('DROP TABLE bare_messages');
    const replay = await replayAll(bench, database);
    const [bareRate, rate] = [rateOf(bareMs), rateOf(replay.projectedMs)];
    await reportBench(
      'replay',
      [
        { what: 'events', value: EVENTS, unit: '' },
        { what: 'bare inserts', value: bareRate, unit: 'rows/s' },
        { what: 'replay, from Kafka into the read model', value: rate, unit: 'events/s' },
        { what: 'replay to bare inserts', value: rate / bareRate, unit: '' },
        { what: 'until search and snapshots have followed', value: replay.followedMs / 1_000, unit: 's' },
        { what: 'peak memory of the process', value: replay.peakMiB, unit: 'MiB' },
      ],
      [
        {
          what: 'peak memory of the process',
          aim: `≤ ${AIM_MEMORY_MIB} MiB`,
          value: replay.peakMiB,
          holds: replay.peakMiB <= AIM_MEMORY_MIB,
        },
        {
          what: 'events in the read model, of those on the topic',
          aim: 'all',
          value: replay.stored / EVENTS,
          holds: replay.stored === EVENTS,
        },
      ],
    );
  } finally {
    await database.$disconnect();
    await bench.stop();
    await dependencies.stop();
  }
};

const rateOf = (elapsedMs: number): number => (EVENTS / elapsedMs) * 1_000;

const fillTopic = async (bench: Bench): Promise<void> => {
  console.log(`publishing ${EVENTS.toLocaleString('en')} events`);
  await bench.publish(connected({ channelId: '_000kQ3xYp1nqfd9dm2yq5Ym' }));
  for (const part of messagesInParts(WORKLOAD, 5_000)) {
    await bench.send(
      part.map((message) => ({
        topic: topics.messages.name,
        key: message.conversationId,
        value: bench.codec.encode('MessageReceived', message),
        headers: {},
      })),
    );
  }
};

/** What it takes to make the rows is not counted. */
const writeBare = async (database: Database): Promise<number> => {
  await database.$executeRawUnsafe('CREATE TABLE bare_messages (LIKE messages INCLUDING ALL)');
  let elapsedMs = 0;
  for (const part of messagesInParts(WORKLOAD, BATCH * WRITERS)) {
    const facts = part.map((message) => messageFact('incoming', message));
    const batches = Array.from({ length: WRITERS }, (_, index) => facts.slice(index * BATCH, (index + 1) * BATCH));
    const startedAt = performance.now();
    await Promise.all(
      batches.map((batch) => database.$executeRawUnsafe(BARE_SQL, ...messagesTable.parametersOf(batch))),
    );
    elapsedMs += performance.now() - startedAt;
  }
  return elapsedMs;
};

const replayAll = async (bench: Bench, database: Database) => {
  const service = await spawnConversation(bench);
  const startedAt = performance.now();
  let peakMiB = 0;
  const until = async (what: string, sql: string): Promise<number> => {
    for (;;) {
      const [row] = await database.$queryRawUnsafe<{ readonly is_done: boolean }[]>(sql);
      peakMiB = peakMemoryMiB(service.pid);
      if (row?.is_done) {
        console.log(`${what} after ${Math.round((performance.now() - startedAt) / 1_000)} s`);
        return performance.now() - startedAt;
      }
      await wait(200);
    }
  };
  try {
    const projectedMs = await until(
      'projected',
      `SELECT coalesce(sum(next_offset), 0) >= ${EVENTS} AS is_done FROM consumer_positions WHERE topic = '${topics.messages.name}'`,
    );
    const followedMs = await until(
      'followed',
      'SELECT (SELECT xid FROM change_followers) >= (SELECT xid FROM changes ORDER BY xid DESC LIMIT 1) AS is_done',
    );
    const [row] = await database.$queryRawUnsafe<{ readonly stored: bigint }[]>(
      'SELECT count(*) AS stored FROM messages',
    );
    return { projectedMs, followedMs, peakMiB, stored: Number(row?.stored ?? 0n) };
  } finally {
    await service.stop();
  }
};

/** Linux's own count of the most memory that the process has had. */
const peakMemoryMiB = (pid: number): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;

await run();
