import type { EachBatchPayload, Consumer as RawConsumer } from 'kafkajs';
import type { Logger } from '../kernel/index.ts';
import type { FetchControl } from './assignment.ts';
import { createKafkaClient, type KafkaSettings, RETRY_WITHOUT_BOUND } from './client.ts';
import { errorMessage } from './errors.ts';
import { incomingRecord } from './incoming-record.ts';
import type { IncomingRecord, TopicPartition } from './records.ts';
import type { TopicPrefix } from './topic-prefix.ts';
import { delay, settlesWithin } from './wait.ts';

/** kafkajs's consumer with its own ideas taken out: it joins the group, fetches and hands over, and decides nothing. */
export interface FetchLoop extends FetchControl {
  /** Resolves when the group has been joined; repeats without bound. Rejects when stopped meanwhile. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface FetchedBatch extends TopicPartition {
  readonly fetchedOffset: bigint;
  readonly endOffset: bigint;
  readonly records: readonly IncomingRecord[];
  /** Where the next fetch starts. */
  resolve(nextOffset: bigint): void;
  /** For Kafka's own account of the group: its lag, and the position where nobody else stores one. Never rejects. */
  commit(nextOffset: bigint): Promise<void>;
  /** Resolves with false when the group wants to be joined again, or cannot be reached. */
  heartbeat(): Promise<boolean>;
}

export interface FetchLoopListener {
  /** Called synchronously, before anything of the new assignment is fetched. */
  assigned(partitions: readonly TopicPartition[]): void;
  /** Must not reject: kafkajs would repeat it for ever, or at a TypeError stop for good without a word. */
  fetched(batch: FetchedBatch): Promise<void>;
  /** Control records and aborted transactions lie before `nextOffset`. */
  skipped(partition: TopicPartition, nextOffset: bigint): void;
  turned(): void;
  crashed(error: Error, willRestart: boolean): void;
}

export interface FetchLoopOptions {
  readonly settings: KafkaSettings;
  readonly prefix: TopicPrefix;
  readonly logger: Logger;
  readonly group: string;
  readonly topics: readonly string[];
  readonly concurrency: number;
  readonly commits: boolean;
  readonly listener: FetchLoopListener;
}

/** A member that was killed holds its partitions for this long. */
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_INTERVAL_MS = 1_000;
const REBALANCE_TIMEOUT_MS = 30_000;
/** Also how long a resumed partition waits while nothing arrives on the others; kafkajs's default is 5 s. */
const MAX_WAIT_MS = 300;
const STOP_TIMEOUT_MS = 10_000;
const SUBSCRIBE_AGAIN_AFTER_MS = 1_000;

export const createFetchLoop = (options: FetchLoopOptions): FetchLoop => {
  const { settings, prefix, logger, group, topics, listener } = options;
  const client = createKafkaClient({ settings, logger, retry: RETRY_WITHOUT_BOUND });
  const consumer = client.kafkaJs.consumer({
    groupId: prefix.add(group),
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_INTERVAL_MS,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    maxWaitTimeInMs: MAX_WAIT_MS,
    allowAutoTopicCreation: false,
    retry: RETRY_WITHOUT_BOUND,
  });
  const joined = Promise.withResolvers<void>();
  joined.promise.catch(() => undefined);
  let isStopped = false;

  const subscribe = async (): Promise<void> => {
    while (!isStopped) {
      try {
        return await consumer.subscribe({ topics: topics.map(prefix.add), fromBeginning: true });
      } catch (error) {
        logger.warn('kafka.subscribe_failed', { group, topics, reason: errorMessage(error) });
        await delay(SUBSCRIBE_AGAIN_AFTER_MS);
      }
    }
  };

  listen(consumer, options, () => isStopped);
  consumer.on(consumer.events.GROUP_JOIN, () => joined.resolve());

  return {
    ...createControl(consumer, prefix, logger),
    async start() {
      await consumer.connect();
      await subscribe();
      if (isStopped) throw new Error(`consumer ${group} was stopped before it had started`);
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: options.concurrency,
        eachBatch: (payload) => listener.fetched(fetchedBatch(payload, options)),
      });
      await joined.promise;
    },
    async stop() {
      isStopped = true;
      joined.reject(new Error(`consumer ${group} was stopped before it had joined`));
      const closing = consumer.disconnect().catch((error: unknown) => {
        logger.debug('kafka.consumer_close_failed', { group, reason: errorMessage(error) });
      });
      const isClosed = await settlesWithin(closing, STOP_TIMEOUT_MS);
      if (!isClosed) logger.warn('kafka.consumer_close_timed_out', { group });
      client.end();
    },
  };
};

const listen = (consumer: RawConsumer, { prefix, listener }: FetchLoopOptions, isStopped: () => boolean): void => {
  const { GROUP_JOIN, START_BATCH_PROCESS, FETCH_START, FETCH, HEARTBEAT, CRASH } = consumer.events;
  consumer.on(GROUP_JOIN, ({ payload }) => {
    listener.turned();
    listener.assigned(
      Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic: prefix.strip(topic), partition })),
      ),
    );
  });
  consumer.on(START_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize > 0) return;
    const { topic, partition, lastOffset } = payload;
    listener.skipped({ topic: prefix.strip(topic), partition }, BigInt(lastOffset) + 1n);
  });
  consumer.on(FETCH_START, listener.turned);
  consumer.on(FETCH, listener.turned);
  consumer.on(HEARTBEAT, listener.turned);
  consumer.on(CRASH, ({ payload }) => {
    if (!isStopped()) listener.crashed(payload.error, payload.restart);
  });
};

/** kafkajs throws while it has no group, between a crash and its restart. The restart assigns everything anew. */
const createControl = (consumer: RawConsumer, prefix: TopicPrefix, logger: Logger): FetchControl => {
  const attempt = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      logger.debug('kafka.control_failed', { reason: errorMessage(error) });
    }
  };
  const named = ({ topic, partition }: TopicPartition) => ({ topic: prefix.add(topic), partitions: [partition] });
  return {
    pause: (partitions) => attempt(() => consumer.pause(partitions.map(named))),
    resume: (partition) => attempt(() => consumer.resume([named(partition)])),
    seek: ({ topic, partition }, offset) =>
      attempt(() => consumer.seek({ topic: prefix.add(topic), partition, offset: String(offset) })),
  };
};

const fetchedBatch = (
  payload: EachBatchPayload,
  { prefix, group, commits, logger }: FetchLoopOptions,
): FetchedBatch => {
  const { batch } = payload;
  const place = { topic: prefix.strip(batch.topic), partition: batch.partition };
  return {
    ...place,
    fetchedOffset: fetchedOffset(batch),
    endOffset: BigInt(batch.lastOffset()) + 1n,
    get records() {
      return batch.messages.map((message) => incomingRecord(place, message));
    },
    resolve: (nextOffset) => payload.resolveOffset(String(nextOffset - 1n)),
    async commit(nextOffset) {
      if (!commits) return;
      const partitions = [{ partition: batch.partition, offset: String(nextOffset) }];
      try {
        await payload.commitOffsetsIfNecessary({ topics: [{ topic: batch.topic, partitions }] });
      } catch (error) {
        logger.debug('kafka.commit_failed', { group, ...place, reason: errorMessage(error) });
      }
    },
    async heartbeat() {
      try {
        await payload.heartbeat();
        return true;
      } catch (error) {
        logger.debug('kafka.heartbeat_failed', { group, ...place, reason: errorMessage(error) });
        return false;
      }
    },
  };
};

/** There at run time, missing in kafkajs's types: where the fetch began, which the first record does not tell. */
const fetchedOffset = (batch: object): bigint => {
  if ('fetchedOffset' in batch && typeof batch.fetchedOffset === 'string') return BigInt(batch.fetchedOffset);
  throw new TypeError('kafkajs no longer says where a fetch began');
};
