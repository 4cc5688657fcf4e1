import type { BatchOutcome, Consumer, Kafka, PositionReader, Producer } from '@tiktok-channel/platform/kafka';
import { type Codec, topics } from '@tiktok-channel/schemas';
import type { ProjectBatch } from '../../application/project-batch.ts';
import type { Facts } from '../../domain/facts.ts';
import { createFactDecoder } from './fact.codec.ts';

export const PROJECTION_GROUP = 'conversation.projection';

export const PROJECTED_TOPICS = [
  topics.messages.name,
  topics.statuses.name,
  topics.accountNotices.name,
  topics.channels.name,
] as const;

/** Partitions whose batches are in hand at once: while the database works for one, another is decoded. */
const CONCURRENCY = 3;

/** More than a fetch of 1 MiB holds of ordinary texts, so that its end is no small transaction of its own. */
const MAX_BATCH_RECORDS = 2_000;

/** `onProjected` is told what a batch said, once it is stored. */
export const createProjectionConsumer = ({
  kafka,
  codec,
  projectBatch,
  positions,
  deadLetters,
  onProjected,
  onFatal,
}: {
  readonly kafka: Pick<Kafka, 'createConsumer'>;
  readonly codec: () => Pick<Codec, 'decode'>;
  readonly projectBatch: ProjectBatch;
  readonly positions: PositionReader;
  readonly deadLetters: Pick<Producer, 'send'>;
  readonly onProjected: (facts: Facts) => void;
  readonly onFatal: (error: Error) => void;
}): Consumer =>
  kafka.createConsumer({
    group: PROJECTION_GROUP,
    topics: PROJECTED_TOPICS,
    decode: createFactDecoder(codec),
    apply: async ({ topic, partition, expectedOffset, nextOffset, records }): Promise<BatchOutcome> => {
      const facts = records.map(({ value }) => value);
      const projected = await projectBatch(facts, { topic, partition, expected: expectedOffset, next: nextOffset });
      if (projected.kind !== 'done') return projected;
      onProjected(projected.facts);
      return { kind: 'done' };
    },
    positions,
    deadLetters: {
      producer: deadLetters,
      topic: topics.conversationDeadLetters.name,
      redriveTopic: topics.conversationRedrive.name,
    },
    onFatal,
    concurrency: CONCURRENCY,
    maxBatchRecords: MAX_BATCH_RECORDS,
  });
