import type { Admin as RawAdmin } from 'kafkajs';
import type { Logger } from '../kernel/index.ts';
import { createKafkaClient, type KafkaSettings, RETRY_BRIEFLY } from './client.ts';
import { errorMessage } from './errors.ts';
import { createLogFetcher } from './log-fetcher.ts';
import type { IncomingRecord, TopicPartition } from './records.ts';
import { applyTopicPlans, createTopics, planTopics, type TopicPlan, type TopicSpec } from './topic-plans.ts';
import type { TopicPrefix } from './topic-prefix.ts';
import { settlesWithin } from './wait.ts';

export interface Cluster {
  readonly brokers: number;
  /** Null while there is none. */
  readonly controller: number | null;
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
  /** What would make each topic as specified. Changes nothing. */
  planTopics(specs: readonly TopicSpec[]): Promise<readonly TopicPlan[]>;
  /** Creates and changes what the plans say; settings that a plan does not name stay as they are. */
  applyTopicPlans(plans: readonly TopicPlan[]): Promise<void>;
  describeCluster(): Promise<Cluster>;
  /** By partition, the offset that the next record will get. */
  endOffsets(topic: string): Promise<ReadonlyMap<number, bigint>>;
  /** By partition. */
  logRanges(topic: string): Promise<ReadonlyMap<number, LogRange>>;
  /** By partition, the offset of the first record that is not older than `timeMs`; the end where there is none. */
  offsetsAt(topic: string, timeMs: number): Promise<ReadonlyMap<number, bigint>>;
  /** Where Kafka has a group, by partition; without those that the group has never told anything about. */
  committedOffsets(group: string, topic: string): Promise<ReadonlyMap<number, bigint>>;
  /** The records of a partition from `from` on up to `to`, which are not kept once they were handed over. */
  readLog(
    partition: TopicPartition,
    range: { readonly from: bigint; readonly to: bigint },
  ): AsyncIterable<IncomingRecord>;
  /** Groups that are not there are none to delete. Rejects while a group has members. */
  deleteGroup(group: string): Promise<void>;
}

export interface AdminOptions {
  readonly settings: KafkaSettings;
  readonly prefix: TopicPrefix;
  readonly logger: Logger;
}

const CLOSE_TIMEOUT_MS = 1_000;

/** Its calls repeat briefly and then reject: whoever calls waits for them and knows how long. */
export const createAdmin = ({ settings, prefix, logger }: AdminOptions): Admin => {
  const client = createKafkaClient({ settings, logger, retry: RETRY_BRIEFLY });
  const admin = client.kafkaJs.admin();

  const logRanges = async (topic: string): Promise<ReadonlyMap<number, LogRange>> => {
    const offsets = await admin.fetchTopicOffsets(prefix.add(topic));
    return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
  };

  const log = createLogFetcher(client.kafkaJs, prefix);

  return {
    start: () => admin.connect(),
    async stop() {
      const closing = Promise.all([admin.disconnect(), log.close()]).catch((error: unknown) => {
        logger.debug('kafka.admin_close_failed', { reason: errorMessage(error) });
      });
      await settlesWithin(closing, CLOSE_TIMEOUT_MS);
      client.end();
    },
    ensureTopics: (specs) => ensureTopics(admin, specs, prefix),
    planTopics: (specs) => planTopics(admin, specs, prefix),
    applyTopicPlans: (plans) => applyTopicPlans(admin, plans, prefix),
    async describeCluster() {
      const { brokers, controller } = await admin.describeCluster();
      return { brokers: brokers.length, controller };
    },
    async endOffsets(topic) {
      const ranges = await logRanges(topic);
      return new Map(Array.from(ranges, ([partition, { high }]) => [partition, high]));
    },
    logRanges,
    async offsetsAt(topic, timeMs) {
      const offsets = await admin.fetchTopicOffsetsByTimestamp(prefix.add(topic), timeMs);
      return new Map(offsets.map(({ partition, offset }) => [partition, BigInt(offset)]));
    },
    async committedOffsets(group, topic) {
      const fetched = await admin.fetchOffsets({ groupId: prefix.add(group), topics: [prefix.add(topic)] });
      const known = fetched.flatMap(({ partitions }) => partitions).filter(({ offset }) => Number(offset) >= 0);
      return new Map(known.map(({ partition, offset }) => [partition, BigInt(offset)]));
    },
    readLog: log.read,
    async deleteGroup(group) {
      await admin.deleteGroups([prefix.add(group)]);
    },
  };
};

const ensureTopics = async (admin: RawAdmin, specs: readonly TopicSpec[], prefix: TopicPrefix) => {
  const existing = new Set(await admin.listTopics());
  const missing = specs.filter(({ topic }) => !existing.has(prefix.add(topic)));
  await createTopics(admin, missing, prefix);
  await refuseOtherPartitionCounts(admin, specs, prefix);
  return missing.map(({ topic }) => topic);
};

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
