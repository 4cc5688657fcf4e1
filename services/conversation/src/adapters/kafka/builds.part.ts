import type { Consumer } from '@tiktok-channel/platform/kafka';
import type { Logger } from '@tiktok-channel/platform/kernel';
import { type BackgroundLoop, createBackgroundLoop } from '../../application/background-loop.ts';
import type { BuildFollowing } from '../../application/build-ports.ts';

const LOOK_EVERY_MS = 1_000;

/** Keeps a consumer for each build that follows, here as in every other replica: they share its partitions. */
export const createBuildsPart = ({
  following,
  createConsumer,
  hasSchemas,
  logger,
}: {
  readonly following: Pick<BuildFollowing, 'followers'>;
  readonly createConsumer: (build: number, onFatal: (error: Error) => void) => Consumer;
  /** Nothing can be read before. */
  readonly hasSchemas: () => boolean;
  readonly logger: Logger;
}): BackgroundLoop => {
  const consumers = new Map<number, Consumer>();

  const leave = async (build: number, consumer: Consumer): Promise<void> => {
    consumers.delete(build);
    await consumer.stop();
  };
  const join = (build: number): void => {
    // It is begun anew at the next look; the served build and its readers are not concerned.
    const fail = (error: Error): void => {
      logger.warn('build.consumer_failed', { build }, error);
      if (consumers.get(build) === consumer) void leave(build, consumer);
    };
    const consumer = createConsumer(build, fail);
    consumers.set(build, consumer);
    consumer.start().catch((error: unknown) => {
      if (consumers.get(build) === consumer) fail(error instanceof Error ? error : new Error(String(error)));
    });
  };
  const look = async (): Promise<boolean> => {
    if (!hasSchemas()) return false;
    const followers = await following.followers();
    const gone = [...consumers].filter(([build]) => !followers.includes(build));
    await Promise.all(gone.map(([build, consumer]) => leave(build, consumer)));
    for (const build of followers.filter((each) => !consumers.has(each))) join(build);
    return false;
  };
  const loop = createBackgroundLoop({ name: 'builds of the projection', work: look, everyMs: LOOK_EVERY_MS, logger });
  return {
    ...loop,
    stop: async () => {
      await loop.stop();
      await Promise.all([...consumers].map(([build, consumer]) => leave(build, consumer)));
    },
  };
};
