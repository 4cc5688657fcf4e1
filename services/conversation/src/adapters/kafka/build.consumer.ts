import { setTimeout as wait } from 'node:timers/promises';
import type { Batch, BatchOutcome, Consumer, Kafka, PositionReader } from '@tiktok-channel/platform/kafka';
import { DependencyUnavailable } from '@tiktok-channel/platform/kernel';
import { type Codec, topics } from '@tiktok-channel/schemas';
import type { BuildFollowing } from '../../application/build-ports.ts';
import type { ProjectBatch } from '../../application/project-batch.ts';
import type { Fact } from '../../domain/facts.ts';
import { createFactDecoder } from './fact.codec.ts';
import { FOLLOWED_TOPICS, PROJECTION_GROUP } from './projection.consumer.ts';

/** Less than the served build has, whose readers wait. */
const CONCURRENCY = 2;
const MAX_BATCH_RECORDS = 1_000;

const LOOKS_AT_SERVED = 10;
const LOOK_EVERY_MS = 25;
const SERVED_PAUSE_MS = 1_000;
const DATABASE_PAUSE_MS = 1_000;

/**
 * Reads the same topics from the start, in a group of the build, whose members are the replicas. It never passes the served build:
 * so that one can be made to stand still, and then both have the same records.
 */
export const createBuildConsumer = ({
  kafka,
  codec,
  build,
  projectBatch,
  positions,
  following,
  onFatal,
}: {
  readonly kafka: Pick<Kafka, 'createConsumer'>;
  readonly codec: () => Pick<Codec, 'decode'>;
  readonly build: number;
  readonly projectBatch: ProjectBatch;
  readonly positions: PositionReader;
  readonly following: BuildFollowing;
  readonly onFatal: (error: Error) => void;
}): Consumer => {
  const decode = createFactDecoder(codec);
  const leaveOut = (records: number) => following.countLeftOut(build, records);
  const reachable = createReach(following);
  return kafka.createConsumer({
    group: `${PROJECTION_GROUP}.build-${build}`,
    topics: FOLLOWED_TOPICS,
    decode: async (record) => {
      const decoded = await decode(record);
      if (decoded.kind !== 'deadLetter') return decoded;
      // The served build has made a dead letter of it.
      await leaveOut(1);
      return { kind: 'skip', reason: decoded.reason };
    },
    apply: (batch) => onDatabase(() => applyUpTo(reachable, projectBatch, batch)),
    positions,
    commits: false,
    deadLetters: {
      producer: { send: (records) => leaveOut(records.length) },
      topic: topics.conversationDeadLetters.name,
    },
    onFatal,
    concurrency: CONCURRENCY,
    maxBatchRecords: MAX_BATCH_RECORDS,
  });
};

type Reach = (batch: Batch<Fact>) => Promise<bigint>;

/** How far the batch may be taken now: the served build, which gets the same records, is given a moment to be there first. */
const createReach =
  ({ servedPosition }: Pick<BuildFollowing, 'servedPosition'>): Reach =>
  async (batch) => {
    let served = await servedPosition(batch);
    for (let look = 0; served < batch.nextOffset && look < LOOKS_AT_SERVED; look += 1) {
      await wait(LOOK_EVERY_MS);
      served = await servedPosition(batch);
    }
    return least(served, batch.nextOffset);
  };

/** `Math.min` takes no bigint. */
const least = (one: bigint, other: bigint): bigint => {
  if (one < other) return one;
  return other;
};

const applyUpTo = async (reach: Reach, projectBatch: ProjectBatch, batch: Batch<Fact>): Promise<BatchOutcome> => {
  const { topic, partition, expectedOffset: expected, records } = batch;
  const next = await reach(batch);
  if (next <= expected) return { kind: 'retry', reason: 'ahead_of_served', afterMs: SERVED_PAUSE_MS };
  const reached = records.filter(({ record }) => record.offset < next);
  const projected = await projectBatch(
    reached.map(({ value }) => value),
    { topic, partition, expected, next },
  );
  if (projected.kind !== 'done') return projected;
  // What was cut off is read again, from the position that was moved here.
  return next < batch.nextOffset ? { kind: 'superseded' } : { kind: 'done' };
};

const onDatabase = async (work: () => Promise<BatchOutcome>): Promise<BatchOutcome> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    return { kind: 'retry', reason: error.code, afterMs: DATABASE_PAUSE_MS };
  }
};
