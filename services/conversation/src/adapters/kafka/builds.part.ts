import type { Consumer } from '@tiktok-channel/platform/kafka';
import type { Logger } from '@tiktok-channel/platform/kernel';
import { type BackgroundLoop, createBackgroundLoop } from '@tiktok-channel/platform/lifecycle';
import type { BuildFollowing } from '../../application/build-ports.ts';

/** What reads one build. */
export interface BuildReader {
  readonly consumer: Consumer;
  /** Given how far the consumer is in the partitions that it has here. */
  readonly closeGaps: (reached: () => Promise<readonly Reached[]>) => Promise<void>;
}

interface Reached {
  readonly topic: string;
  readonly partition: number;
  readonly position: bigint;
}

const LOOK_EVERY_MS = 1_000;

/** Keeps a consumer for each build that follows, here as in every other replica: they share its partitions. */
export const createBuildsPart = ({
  following,
  createReader,
  hasSchemas,
  logger,
}: {
  readonly following: Pick<BuildFollowing, 'followers'>;
  readonly createReader: (build: number, onFatal: (error: Error) => void) => BuildReader;
  /** Nothing can be read before. */
  readonly hasSchemas: () => boolean;
  readonly logger: Logger;
}): BackgroundLoop => {
  const readers = new Map<number, BuildReader>();

  const leave = async (build: number, { consumer }: BuildReader): Promise<void> => {
    readers.delete(build);
    await consumer.stop();
  };
  const join = (build: number): void => {
    // It is begun anew at the next look; the served build and its readers are not concerned.
    const fail = (error: Error): void => {
      if (readers.get(build) !== reader) return;
      logger.warn('build.reader_failed', { build }, error);
      void leave(build, reader);
    };
    const reader = createReader(build, fail);
    readers.set(build, reader);
    reader.consumer.start().catch((error: unknown) => {
      fail(error instanceof Error ? error : new Error(String(error)));
    });
  };
  const look = async (): Promise<boolean> => {
    if (!hasSchemas()) return false;
    const followers = await following.followers();
    const gone = [...readers].filter(([build]) => !followers.includes(build));
    await Promise.all(gone.map(([build, reader]) => leave(build, reader)));
    for (const build of followers.filter((each) => !readers.has(each))) join(build);
    for (const { consumer, closeGaps } of readers.values()) await closeGaps(() => reachedBy(consumer));
    return false;
  };
  const loop = createBackgroundLoop({ name: 'builds of the projection', work: look, everyMs: LOOK_EVERY_MS, logger });
  return {
    ...loop,
    stop: async () => {
      await loop.stop();
      await Promise.all([...readers].map(([build, reader]) => leave(build, reader)));
    },
  };
};

const reachedBy = async (consumer: Consumer): Promise<readonly Reached[]> => {
  const reports = await consumer.report();
  return reports.flatMap(({ topic, partition, position, state }) =>
    state === 'elsewhere' || position === null ? [] : [{ topic, partition, position }],
  );
};
