import type { Admin as RawAdmin } from 'kafkajs';
import type { Logger } from '../kernel/index.ts';
import { createKafkaClient, type KafkaSettings, RETRY_BRIEFLY } from './client.ts';
import { errorMessage } from './errors.ts';
import type { TopicPrefix } from './topic-prefix.ts';
import { settlesWithin } from './wait.ts';

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  /** Default: the cluster's. */
  readonly replicationFactor?: number | undefined;
  /** Kafka's names and values (`cleanup.policy`: `compact`). */
  readonly config?: Readonly<Record<string, string>> | undefined;
}

export interface LogRange {
  /** The first offset that retention has left. */
  readonly low: bigint;
  /** The offset that the next record will get. */
  readonly high: bigint;
}

export interface Admin {
  start(): Promise<void>;
  stop(): Promise<void>;
  /**
   * Creates what is missing and resolves with its names. A topic that is there stays as it is, since operators tune
   * settings; one with another number of partitions is refused with an error, since order depends on that number.
   */
  ensureTopics(specs: readonly TopicSpec[]): Promise<readonly string[]>;
  /** By partition, the offset that the next record will get. */
  endOffsets(topic: string): Promise<ReadonlyMap<number, bigint>>;
  /** By partition. */
  logRanges(topic: string): Promise<ReadonlyMap<number, LogRange>>;
}

export interface AdminOptions {
  readonly settings: KafkaSettings;
  readonly prefix: TopicPrefix;
  readonly logger: Logger;
}

const CLOSE_TIMEOUT_MS = 1_000;
const CLUSTER_DEFAULT = -1;

/** Its calls repeat briefly and then reject: whoever calls waits for them and knows how long. */
export const createAdmin = ({ settings, prefix, logger }: AdminOptions): Admin => {
  const client = createKafkaClient({ settings, logger, retry: RETRY_BRIEFLY });
  const admin = client.kafkaJs.admin();

  const logRanges = async (topic: string): Promise<ReadonlyMap<number, LogRange>> => {
    const offsets = await admin.fetchTopicOffsets(prefix.add(topic));
    return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
  };

  return {
    start: () => admin.connect(),
    async stop() {
      const closing = admin.disconnect().catch((error: unknown) => {
        logger.debug('kafka.admin_close_failed', { reason: errorMessage(error) });
      });
      await settlesWithin(closing, CLOSE_TIMEOUT_MS);
      client.end();
    },
    ensureTopics: (specs) => ensureTopics(admin, specs, prefix),
    async endOffsets(topic) {
      const ranges = await logRanges(topic);
      return new Map(Array.from(ranges, ([partition, { high }]) => [partition, high]));
    },
    logRanges,
  };
};

const ensureTopics = async (admin: RawAdmin, specs: readonly TopicSpec[], prefix: TopicPrefix) => {
  const existing = new Set(await admin.listTopics());
  const missing = specs.filter(({ topic }) => !existing.has(prefix.add(topic)));
  if (missing.length > 0) {
    const topics = missing.map((spec) => topicConfig(spec, prefix));
    await admin.createTopics({ topics, waitForLeaders: true });
  }
  await refuseOtherPartitionCounts(admin, specs, prefix);
  return missing.map(({ topic }) => topic);
};

const topicConfig = (spec: TopicSpec, prefix: TopicPrefix) => ({
  topic: prefix.add(spec.topic),
  numPartitions: spec.partitions,
  replicationFactor: spec.replicationFactor ?? CLUSTER_DEFAULT,
  configEntries: Object.entries(spec.config ?? {}).map(([name, value]) => ({ name, value })),
});

const refuseOtherPartitionCounts = async (admin: RawAdmin, specs: readonly TopicSpec[], prefix: TopicPrefix) => {
  const { topics } = await admin.fetchTopicMetadata({ topics: specs.map(({ topic }) => prefix.add(topic)) });
  const counts = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
  for (const { topic, partitions } of specs) {
    const actual = counts.get(prefix.add(topic));
    if (actual !== partitions) {
      throw new Error(`topic ${topic} has ${actual} partitions instead of ${partitions}, which cannot be changed`);
    }
  }
};
