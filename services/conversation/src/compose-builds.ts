import type { Kafka } from '@tiktok-channel/platform/kafka';
import { createBackgroundLoop, type FromRegistry, type Part } from '@tiktok-channel/platform/lifecycle';
import type { OperatorApi } from '@tiktok-channel/platform/operator-api';
import type { Codec } from '@tiktok-channel/schemas';
import type { ProjectionRoutes } from './adapters/http/projection.routes.ts';
import { createBuildConsumer } from './adapters/kafka/build.consumer.ts';
import { createBuildsPart } from './adapters/kafka/builds.part.ts';
import { createLogRanges } from './adapters/kafka/log-ranges.ts';
import { FOLLOWED_TOPICS, PROJECTION_GROUP } from './adapters/kafka/projection.consumer.ts';
import { createBuildFollowing, createBuildStore } from './adapters/persistence/build.store.ts';
import { createCloseGaps } from './adapters/persistence/build-gaps.ts';
import { createTellDifferences, TELLING_TIMEOUT_MS } from './adapters/persistence/build-telling.ts';
import { createProjectionBuilds } from './adapters/persistence/builds.ts';
import { createDatabase } from './adapters/persistence/database.ts';
import { createProjectBatch } from './application/project-batch.ts';
import { createShowBuilds, createStartBuild } from './application/show-builds.ts';
import type { Ground } from './ground.ts';

export interface Builds {
  readonly routes: ProjectionRoutes;
  /** What every replica needs to show and start builds. */
  readonly serving: readonly Part[];
  /** What carries them on, where the projection runs. */
  readonly working: readonly Part[];
}

/** Beside those of the served build and its readers, who must not wait for one. */
const CONNECTIONS = 6;
const TOLD_EVERY_MS = 1_000;

/** Builds of the projection that are not served yet, or not any more. */
export const composeBuilds = (
  { settings, logger, clock, changes }: Ground,
  {
    kafka,
    schemas,
    operatorApi,
  }: {
    readonly kafka: Kafka;
    readonly schemas: FromRegistry<Codec>;
    readonly operatorApi: Pick<OperatorApi, 'operator' | 'recordAct'>;
  },
): Builds => {
  const group = PROJECTION_GROUP;
  const database = createDatabase(settings.DATABASE_URL, { maxConnections: CONNECTIONS });
  const builds = createProjectionBuilds({ database, group, topics: FOLLOWED_TOPICS });
  const following = createBuildFollowing(database, group);
  const logRanges = createLogRanges(kafka);
  const followers = createBuildsPart({
    following,
    createReader: (build, onFatal) => {
      const store = createBuildStore({ database, group, build });
      const projectBatch = createProjectBatch({ store, clock });
      const consumer = createBuildConsumer({
        kafka,
        codec: schemas.current,
        build,
        projectBatch,
        positions: store,
        following,
        onFatal,
      });
      return { consumer, closeGaps: createCloseGaps({ database, group, build }) };
    },
    hasSchemas: () => schemas.health().ready ?? false,
    logger,
  });
  const tellDifferences = createTellDifferences(database);
  const telling = createBackgroundLoop({
    name: 'what a switch changed',
    work: async () => {
      if (await tellDifferences(clock.now)) changes.poke();
      return false;
    },
    everyMs: TOLD_EVERY_MS,
    // Many differences take many transactions, and the process is not to be ended for it.
    stuckAfterMs: 2 * TELLING_TIMEOUT_MS,
    logger,
  });
  const show = { builds, readLogRanges: logRanges.read };
  const connections: Part = { name: 'database of builds', stop: () => database.$disconnect() };
  return {
    routes: {
      builds,
      showBuilds: createShowBuilds(show),
      startBuild: createStartBuild(show),
      operators: operatorApi.operator,
      recordAct: operatorApi.recordAct,
      onChanged: () => {
        followers.poke();
        telling.poke();
      },
      clock,
    },
    serving: [connections, logRanges],
    working: [followers, telling],
  };
};
