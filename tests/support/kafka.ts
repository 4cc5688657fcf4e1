import { randomUUID } from 'node:crypto';
import { chooseWay, type KafkaServer, startKafka } from '@tiktok-channel/local';
import {
  type Consumer,
  type ConsumerOptions,
  createKafka,
  type IncomingRecord,
  type Kafka,
  type KafkaSettings,
  type OutgoingRecord,
} from '@tiktok-channel/platform/kafka';
import { createRecordingLogger, eventually, type RecordedLine } from '@tiktok-channel/platform/testing';

export interface TestKafka {
  readonly kafka: Kafka;
  readonly settings: KafkaSettings;
  /** What the room has logged. */
  readonly log: readonly RecordedLine[];
  createTopic(topic: string, options?: { partitions?: number; config?: Record<string, string> }): Promise<void>;
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Everything of a topic, waiting for at least `count` records. */
  read(topic: string, count: number): Promise<readonly IncomingRecord[]>;
}

/** The broker at `KAFKA_BROKERS`, or another, under a prefix of one's own. */
export const testKafka = (brokers = process.env.KAFKA_BROKERS): TestKafka => {
  if (brokers === undefined) throw new Error('KAFKA_BROKERS is not set: these tests need a Kafka');
  const topicPrefix = `test-${randomUUID().slice(0, 8)}-`;
  const settings = { brokers: brokers.split(','), clientId: 'test', topicPrefix };
  const logger = createRecordingLogger();
  const kafka = createKafka({ settings, logger });

  return {
    kafka,
    settings,
    log: logger.lines,
    async createTopic(topic, { partitions = 1, config = {} } = {}) {
      const admin = kafka.createAdmin();
      await admin.start();
      await admin.ensureTopics([{ topic, partitions, config }]);
      await admin.stop();
    },
    async send(records) {
      const producer = kafka.createProducer();
      await producer.start();
      await producer.send(records);
      await producer.stop();
    },
    read: (topic, count) => readTopic(kafka, topic, count),
  };
};

/** Everything of a topic, waiting for at least `count` records. */
export const readTopic = async (kafka: Kafka, topic: string, count: number): Promise<readonly IncomingRecord[]> => {
  const records: IncomingRecord[] = [];
  const consumer = kafka.createConsumer<null>({
    group: `reader-${randomUUID()}`,
    topics: [topic],
    decode: () => ({ kind: 'record', value: null }),
    apply: async (batch) => {
      records.push(...batch.records.map(({ record }) => record));
      return { kind: 'done' };
    },
    deadLetters: { producer: refusingProducer, topic: 'none' },
    onFatal: (error) => {
      throw error;
    },
  });
  await consumer.start();
  try {
    await eventually(`${count} records in ${topic}`, () => records.length >= count);
    // What comes beyond is already in the same fetch, or in the next one.
    const admin = kafka.createAdmin();
    await admin.start();
    const ends = await admin.endOffsets(topic);
    await admin.stop();
    const last = new Map(records.map(({ partition, offset }) => [partition, offset]));
    await eventually('the end', () =>
      ends.entries().every(([p, end]) => end === 0n || (last.get(p) ?? -1n) >= end - 2n),
    );
  } finally {
    await consumer.stop();
  }
  return records;
};

const refusingProducer = { send: () => Promise.reject(new Error('a reader writes no dead letters')) };

/** A broker that a test may stop, kill and pause without harm to others. To be disposed of. */
export const startOwnBroker = async (): Promise<KafkaServer> => startKafka({ way: await chooseWay() });

/** Records with keys of their own, one after the other. */
export const numberedRecords = (topic: string, from: number, count: number): readonly OutgoingRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    topic,
    key: `key-${from + index}`,
    value: Buffer.from(`value-${from + index}`),
    headers: {},
  }));

export const valuesOf = (records: readonly IncomingRecord[]): readonly string[] =>
  records.map(({ value }) => value?.toString() ?? 'null');

/** A consumer of text records with everything that a test does not care about. */
export const textConsumer = (test: TestKafka, options: TextConsumerOptions): Consumer =>
  test.kafka.createConsumer<string>({
    group: 'texts',
    topics: ['texts'],
    decode: ({ value }) => ({ kind: 'record', value: value?.toString() ?? '' }),
    deadLetters: { producer: refusingProducer, topic: 'none' },
    onFatal: (error) => {
      throw error;
    },
    ...options,
  });

export type TextConsumerOptions = Partial<ConsumerOptions<string>> & Pick<ConsumerOptions<string>, 'apply'>;
