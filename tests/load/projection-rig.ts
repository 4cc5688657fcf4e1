import { randomUUID } from 'node:crypto';
import { conversationMigrations } from '@tiktok-channel/conversation';
import { createDatabase as createServerDatabase, dropDatabase, startDependencies } from '@tiktok-channel/local';
import { systemClock } from '@tiktok-channel/platform/clock';
import { createKafka, type IncomingRecord } from '@tiktok-channel/platform/kafka';
import { migrate } from '@tiktok-channel/platform/postgres';
import { createRecordingLogger, eventually } from '@tiktok-channel/platform/testing';
import { type Codec, createCodec, type MessageReceived, registerSchemas, topics } from '@tiktok-channel/schemas';
import { createFactDecoder } from '../../services/conversation/src/adapters/kafka/fact.codec.ts';
import {
  createProjectionConsumer,
  PROJECTED_TOPICS,
  PROJECTION_GROUP,
} from '../../services/conversation/src/adapters/kafka/projection.consumer.ts';
import { createDatabase, type Database } from '../../services/conversation/src/adapters/persistence/database.ts';
import { messagesTable } from '../../services/conversation/src/adapters/persistence/fact-tables.ts';
import { createProjectionStore } from '../../services/conversation/src/adapters/persistence/projection.store.ts';
import { createProjectBatch } from '../../services/conversation/src/application/project-batch.ts';
import type { Fact } from '../../services/conversation/src/domain/facts.ts';
import type { MessageFact } from '../../services/conversation/src/domain/message.ts';

const PARTITIONS = 12;
const logger = createRecordingLogger();

/** Facts into a table with the same columns, primary key and index as the projection's, and nothing else. */
const BARE_SQL = messagesTable.insertSql
  .replace('INTO messages AS old', 'INTO bare_messages')
  .replace(/ON CONFLICT[\s\S]*$/, '');

export type Rig = Awaited<ReturnType<typeof openRig>>;

/** Real servers, and the three ways to write messages that are compared. Each answers the milliseconds that it took. */
export const openRig = async () => {
  const dependencies = await startDependencies({ onProgress: (what) => console.log(`starting ${what}`) });
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  const url = await createServerDatabase(dependencies.postgres.url, name);
  await migrate({ url, folder: conversationMigrations, logger });
  await registerSchemas({ url: dependencies.registry.url });
  const database = createDatabase(url);
  await database.$executeRawUnsafe('CREATE TABLE bare_messages (LIKE messages INCLUDING ALL)');
  const registry = { url: dependencies.registry.url };
  const [codec] = await Promise.all([createCodec({ registry, writes: ['MessageReceived'] })]);
  const brokers = dependencies.kafka.brokers.split(',');
  return {
    codec,
    writeBare: (batches: readonly (readonly MessageFact[])[], writers: number) => writeBare(database, batches, writers),
    project: (batches: readonly (readonly IncomingRecord[])[]) => project(database, codec, batches),
    fillTopic: (messages: readonly MessageReceived[]) => fillTopic(brokers, codec, messages),
    clear: () => clear(database),
    close: async () => {
      await database.$disconnect();
      await dropDatabase(dependencies.postgres.url, name);
      await dependencies.stop();
    },
    projectTopic: (topic: FilledTopic) => projectTopic(database, codec, topic),
  };
};

const clear = async (database: Database): Promise<void> => {
  await database.$executeRawUnsafe('TRUNCATE bare_messages, messages, conversations, consumer_positions');
  await database.$executeRawUnsafe('VACUUM ANALYZE');
};

const timed = async (work: () => Promise<void>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
};

const writeBare = (
  database: Database,
  batches: readonly (readonly MessageFact[])[],
  writers: number,
): Promise<number> => {
  const waiting = batches.values();
  const write = async (): Promise<void> => {
    for (const batch of waiting) await database.$executeRawUnsafe(BARE_SQL, ...messagesTable.parametersOf(batch));
  };
  return timed(async () => {
    await Promise.all(Array.from({ length: writers }, write));
  });
};

/** As the consumer does it for one partition: decode, fold, store with the position, one transaction a batch. */
const project = (
  database: Database,
  codec: Codec,
  batches: readonly (readonly IncomingRecord[])[],
): Promise<number> => {
  const store = createProjectionStore({ database, group: PROJECTION_GROUP });
  const projectBatch = createProjectBatch({ store, clock: systemClock });
  const decode = createFactDecoder(() => codec);
  const factOf = async (record: IncomingRecord): Promise<Fact> => {
    const decoded = await decode(record);
    if (decoded.kind !== 'record') throw new Error(`a record was not decoded: ${decoded.kind}`);
    return decoded.value;
  };
  return timed(async () => {
    let expected = 0n;
    for (const batch of batches) {
      const facts: Fact[] = [];
      for (const record of batch) facts.push(await factOf(record));
      const next = expected + BigInt(batch.length);
      const projected = await projectBatch(facts, { topic: topics.messages.name, partition: 0, expected, next });
      if (projected.kind !== 'done') throw new Error(`a batch was not projected: ${projected.kind}`);
      expected = next;
    }
  });
};

interface FilledTopic {
  readonly kafka: ReturnType<typeof createKafka>;
  readonly messages: number;
}

const fillTopic = async (
  brokers: readonly string[],
  codec: Codec,
  messages: readonly MessageReceived[],
): Promise<FilledTopic> => {
  const topicPrefix = `bench-${randomUUID().slice(0, 8)}.`;
  const kafka = createKafka({ settings: { brokers, clientId: 'bench', topicPrefix }, logger });
  const admin = kafka.createAdmin();
  await admin.start();
  await admin.ensureTopics(
    [...PROJECTED_TOPICS, topics.conversationRedrive.name].map((topic) => ({ topic, partitions: PARTITIONS })),
  );
  await admin.stop();
  const producer = kafka.createProducer({ deadlineMs: 60_000 });
  await producer.start();
  for (let first = 0; first < messages.length; first += 5_000) {
    const records = messages.slice(first, first + 5_000).map((message) => ({
      topic: topics.messages.name,
      key: message.conversationId,
      value: codec.encode('MessageReceived', message),
      headers: {},
    }));
    await producer.send(records);
  }
  await producer.stop();
  return { kafka, messages: messages.length };
};

/** The shipped consumer, from the first batch that it begins to the last that it stored. */
const projectTopic = async (database: Database, codec: Codec, { kafka, messages }: FilledTopic): Promise<number> => {
  const store = createProjectionStore({ database, group: PROJECTION_GROUP });
  const projectBatch = createProjectBatch({ store, clock: systemClock });
  let startedAt = 0;
  let endedAt = 0;
  let projected = 0;
  const consumer = createProjectionConsumer({
    kafka,
    codec: () => ({
      decode: (bytes) => {
        startedAt ||= performance.now();
        return codec.decode(bytes);
      },
    }),
    projectBatch,
    positions: store,
    deadLetters: { send: () => Promise.reject(new Error('a record became a dead letter')) },
    onProjected: (facts) => {
      projected += facts.message.length;
      endedAt = performance.now();
    },
    onFatal: (error) => {
      throw error;
    },
  });
  await consumer.start();
  await eventually('every message is projected', () => projected >= messages, { withinMs: 120_000 });
  await consumer.stop();
  return endedAt - startedAt;
};
