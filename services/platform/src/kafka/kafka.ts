import type { Logger } from '../kernel/index.ts';
import { type Admin, createAdmin } from './admin.ts';
import type { KafkaSettings } from './client.ts';
import { createConsumer } from './consumer.ts';
import type { Consumer, ConsumerOptions } from './consumer-types.ts';
import { createProducer, type Producer, type ProducerOptions } from './producer.ts';
import { createReader, type Reader, type ReaderOptions } from './reader.ts';
import { createTopicPrefix } from './topic-prefix.ts';

export interface Kafka {
  createProducer(options?: ProducerOptions): Producer;
  createConsumer<T>(options: ConsumerOptions<T>): Consumer;
  createAdmin(): Admin;
  createReader(options: ReaderOptions): Reader;
}

interface KafkaDependencies {
  readonly settings: KafkaSettings;
  readonly logger: Logger;
}

/** Connects to nothing yet. It takes no clock: what it measures are waits, on a clock that nobody can move. */
export const createKafka = ({ settings, logger }: KafkaDependencies): Kafka => {
  const dependencies = { settings, logger, prefix: createTopicPrefix(settings.topicPrefix) };
  return {
    createProducer: (options = {}) =>
      createProducer(options, { ...dependencies, transactionalId: options.transactionalId }),
    createConsumer: (options) => createConsumer(options, dependencies),
    createAdmin: () => createAdmin(dependencies),
    createReader: (options) => createReader(options, dependencies),
  };
};
