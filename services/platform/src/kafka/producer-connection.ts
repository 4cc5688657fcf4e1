import type { ICustomPartitioner, Producer as RawProducer, RecordMetadata } from 'kafkajs';
import type { Logger } from '../kernel/index.ts';
import { createKafkaClient, type KafkaSettings, RETRY_WITHOUT_BOUND } from './client.ts';
import { errorMessage } from './errors.ts';
import { Partitioners } from './kafkajs.ts';
import { partitionOf } from './murmur2.ts';
import type { QueuedRecord } from './send-queue.ts';
import type { TopicPrefix } from './topic-prefix.ts';
import { settlesWithin } from './wait.ts';

/** One kafkajs producer: one producer id, one run of sequence numbers. After an error of unknown meaning it is of no use. */
export interface ProducerConnection {
  /** Waits for the broker without bound; with a transactional id it fences whoever used that id before. */
  open(): Promise<void>;
  /** Resolves with the records that no broker acknowledged although nothing failed: they must be sent again. */
  send(records: readonly QueuedRecord[]): Promise<readonly QueuedRecord[]>;
  /** Never rejects. A send that is going on rejects. */
  close(): Promise<void>;
}

export interface ProducerConnectionOptions {
  readonly settings: KafkaSettings;
  readonly prefix: TopicPrefix;
  readonly logger: Logger;
  readonly createPartitioner: ICustomPartitioner;
  readonly transactionalId?: string | undefined;
}

const REPLICATION_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 1_000;

export const createProducerConnection = (options: ProducerConnectionOptions): ProducerConnection => {
  const { settings, prefix, logger, createPartitioner, transactionalId } = options;
  const client = createKafkaClient({ settings, logger, retry: RETRY_WITHOUT_BOUND });
  const producer = client.kafkaJs.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    retry: RETRY_WITHOUT_BOUND,
    createPartitioner,
    ...(transactionalId === undefined ? {} : { transactionalId: prefix.add(transactionalId) }),
  });

  const send = transactionalId === undefined ? sendPlainly : sendInTransaction;

  return {
    async open() {
      await producer.connect();
      if (transactionalId === undefined) return;
      // kafkajs asks for the producer id, which is what fences, only when the first transaction begins.
      const transaction = await producer.transaction();
      await transaction.abort();
    },
    send: (records) => send(producer, records, prefix),
    async close() {
      const closing = producer.disconnect().catch((error: unknown) => {
        logger.debug('kafka.producer_close_failed', { reason: errorMessage(error) });
      });
      await settlesWithin(closing, CLOSE_TIMEOUT_MS);
      client.end();
    },
  };
};

const sendPlainly = async (producer: RawProducer, records: readonly QueuedRecord[], prefix: TopicPrefix) => {
  const byTopic = groupByTopic(records);
  return unacknowledged(byTopic, await producer.sendBatch(batchOf(byTopic, prefix)), prefix);
};

const sendInTransaction = async (producer: RawProducer, records: readonly QueuedRecord[], prefix: TopicPrefix) => {
  const byTopic = groupByTopic(records);
  const transaction = await producer.transaction();
  const missing = unacknowledged(byTopic, await transaction.sendBatch(batchOf(byTopic, prefix)), prefix);
  if (missing.length > 0) throw new Error(`${missing.length} records of a transaction were not acknowledged`);
  await transaction.commit();
  return missing;
};

type RecordsByTopic = ReadonlyMap<string, QueuedRecord[]>;

const groupByTopic = (records: readonly QueuedRecord[]): RecordsByTopic => {
  const byTopic = new Map<string, QueuedRecord[]>();
  for (const record of records) {
    const group = byTopic.get(record.topic);
    if (group === undefined) byTopic.set(record.topic, [record]);
    else group.push(record);
  }
  return byTopic;
};

const batchOf = (byTopic: RecordsByTopic, prefix: TopicPrefix) => ({
  acks: -1,
  timeout: REPLICATION_TIMEOUT_MS,
  topicMessages: Array.from(byTopic, ([topic, messages]) => ({ topic: prefix.add(topic), messages })),
});

/**
 * When a partition's leader moves to a broker that has answered this batch already, kafkajs takes that answer for all of
 * them and resolves without having sent the partition's records (decision 0001).
 */
const unacknowledged = (
  byTopic: RecordsByTopic,
  answers: readonly RecordMetadata[],
  prefix: TopicPrefix,
): readonly QueuedRecord[] => {
  const answered = Map.groupBy(answers, ({ topicName }) => topicName);
  const missing: QueuedRecord[] = [];
  for (const [topic, records] of byTopic) {
    const partitions = new Set(answered.get(prefix.add(topic))?.map(({ partition }) => partition));
    for (const record of records) if (!partitions.has(record.partition ?? -1)) missing.push(record);
  }
  return missing;
};

/**
 * Java's partitioning, with a memory: kafkajs asks again at every repeat, and would send a record without key, or any
 * record of a topic that has grown meanwhile, to another partition, where the broker cannot know it as a repeat.
 */
export const createStickyPartitioner = (): ICustomPartitioner => {
  const chooseForNoKey = Partitioners.DefaultPartitioner();
  return () => (args) => {
    const { message, partitionMetadata } = args;
    message.partition ??=
      message.key === null ? chooseForNoKey(args) : partitionOf(message.key ?? '', partitionMetadata.length);
    return message.partition;
  };
};
