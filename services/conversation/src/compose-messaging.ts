import { kafkaConnection } from '@tiktok-channel/platform/config';
import { createKafka, type Kafka, type Producer } from '@tiktok-channel/platform/kafka';
import { createBackgroundLoop, createFromRegistry, type Part } from '@tiktok-channel/platform/lifecycle';
import { createOperatorApi, type OperatorApi } from '@tiktok-channel/platform/operator-api';
import { createOutboxRelay } from '@tiktok-channel/platform/outbox';
import { createBacklogReader, createOutboxStore } from '@tiktok-channel/platform/postgres';
import { currentTraceparent } from '@tiktok-channel/platform/telemetry';
import { type Codec, createCodec, topics } from '@tiktok-channel/schemas';
import type { ProjectionRoutes } from './adapters/http/projection.routes.ts';
import { createKafkaPart } from './adapters/kafka/kafka.part.ts';
import { createFindRecords } from './adapters/kafka/lineage-records.ts';
import { createProjectionConsumer, PROJECTION_GROUP } from './adapters/kafka/projection.consumer.ts';
import {
  attachmentsJson,
  createCommandRows,
  type RowCodec,
  WRITTEN_RECORDS,
} from './adapters/kafka/reply-command.codec.ts';
import { createSnapshotRow } from './adapters/kafka/snapshot.codec.ts';
import { createAgentReadMarks } from './adapters/persistence/agent-read-marks.repository.ts';
import { createChangeFollower } from './adapters/persistence/change-follower.ts';
import { createFindStoredLineage } from './adapters/persistence/lineage.query.ts';
import { createParticipantWishes } from './adapters/persistence/participants.repository.ts';
import { createProjectionStore } from './adapters/persistence/projection.store.ts';
import { createReplyRequests } from './adapters/persistence/reply-requests.repository.ts';
import { indexForSearch } from './adapters/persistence/search-index.ts';
import { createSnapshotWriter } from './adapters/persistence/snapshots.ts';
import { type CancelReply, createCancelReply, createRetryReply, type RetryReply } from './application/change-reply.ts';
import { createFindLineage, type FindLineage } from './application/find-lineage.ts';
import { createProjectBatch } from './application/project-batch.ts';
import { createPresence, type Presence } from './application/show-presence.ts';
import { createSubmitReply, type SubmitReply } from './application/submit-reply.ts';
import { composeBuilds } from './compose-builds.ts';
import type { Fetching } from './compose-fetching.ts';
import type { Ground } from './ground.ts';
import { createVisibilityReporter } from './telemetry.ts';

const HOUR_MS = 3_600_000;
/** Not at once: what changes within this time is worked off together, and leaves the projection its processor. */
const FOLLOWED_EVERY_MS = 250;

export interface Messaging {
  readonly submitReply: SubmitReply;
  readonly retryReply: RetryReply;
  readonly cancelReply: CancelReply;
  readonly presence: Presence;
  readonly operatorApi: OperatorApi;
  readonly projections: ProjectionRoutes;
  readonly findLineage: FindLineage;
  readonly parts: readonly Part[];
}

/** The projection in, what follows from it, and the relay of commands and snapshots out. */
export const composeMessaging = (
  ground: Ground,
  { fetching, onFatal }: { readonly fetching: Fetching; readonly onFatal: (error: Error) => void },
): Messaging => {
  const { settings, logger, clock, database, changes } = ground;
  const kafka = createKafka({
    settings: { ...kafkaConnection(settings), clientId: 'conversation' },
    logger,
  });
  const schemas = createFromRegistry({
    open: () =>
      createCodec({
        registry: { url: settings.SCHEMA_REGISTRY_URL },
        writes: [...WRITTEN_RECORDS, 'OperatorActed'],
      }),
    logger,
  });
  const relay = createOutboxRelay({
    store: createOutboxStore(database),
    createProducer: kafka.createProducer,
    transactionalId: 'conversation.outbox',
    compactedTopics: new Set([topics.conversations.name]),
    clock,
    logger,
  });
  const follower = composeFollower(ground, { codec: schemas.current, onEnqueued: relay.poke });
  const deadLetters = kafka.createProducer();
  const store = createProjectionStore({ database, group: PROJECTION_GROUP });
  const reportVisible = createVisibilityReporter(clock);
  const projection = createKafkaPart({
    schemas,
    deadLetters,
    consumer: () =>
      createProjectionConsumer({
        kafka,
        codec: schemas.current,
        projectBatch: createProjectBatch({ store, clock }),
        positions: store,
        deadLetters,
        onProjected: ({ channel: channels, message: messages }) => {
          changes.poke();
          reportVisible(messages);
          for (const { channelId } of channels) fetching.tokens.drop(channelId);
        },
        onFatal,
      }),
    onFatal,
  });
  const operatorApi = composeOperatorApi(ground, { kafka, codec: schemas.current, deadLetters, projection });
  const builds = composeBuilds(ground, {
    kafka,
    schemas,
    operatorApi,
  });
  const lineage = createFindRecords({ kafka, codec: schemas.current, logger });
  // Without the projection the schemas are still needed, since replies are asked for here, and the producer for acts of operators.
  const working = settings.CONVERSATION_PROJECTS
    ? [projection, follower, ...builds.working]
    : [
        { ...schemas, start: () => void schemas.start() },
        { name: 'kafka producer', start: () => void deadLetters.start().catch(onFatal), stop: deadLetters.stop },
      ];
  const wake = () => {
    relay.poke();
    changes.poke();
  };
  return {
    ...composeReplies(ground, { codec: schemas.current, wake }),
    operatorApi,
    projections: builds.routes,
    findLineage: createFindLineage({ findStored: createFindStoredLineage(database), findRecords: lineage.findRecords }),
    parts: [
      ...[relay, ...builds.serving, ...working, operatorApi.part],
      { name: 'records of lineages', stop: lineage.stop },
    ],
  };
};

const composeOperatorApi = (
  { logger, clock, database, identify }: Ground,
  {
    kafka,
    codec,
    deadLetters,
    projection,
  }: {
    readonly kafka: Kafka;
    readonly codec: () => Codec;
    readonly deadLetters: Producer;
    readonly projection: ReturnType<typeof createKafkaPart>;
  },
): OperatorApi =>
  createOperatorApi({
    ...{ kafka, clock, logger, identify, codec },
    service: 'conversation',
    producer: deadLetters,
    topics: {
      audit: topics.audit.name,
      deadLetters: topics.conversationDeadLetters.name,
      redrive: topics.conversationRedrive.name,
    },
    redrivenGroups: [PROJECTION_GROUP],
    consumers: projection.consumers,
    outboxes: [{ name: 'conversation.outbox', readBacklog: createBacklogReader(database) }],
  });

/** What follows from every change, behind the projection. It waits for the registry, whose schemas a snapshot needs. */
const composeFollower = (
  { settings, logger, clock, database, rules }: Ground,
  { codec, onEnqueued }: { readonly codec: RowCodec; readonly onEnqueued: () => void },
): Part => {
  const follower = createChangeFollower(
    database,
    [
      createParticipantWishes(settings.PARTICIPANTS_REFRESH_HOURS * HOUR_MS),
      indexForSearch,
      createSnapshotWriter({ windowMs: rules.windowMs, outboxRow: createSnapshotRow(codec, rules) }),
    ],
    ([conversation], error) => logger.error('changes.left_out', { ...conversation }, error),
  );
  return createBackgroundLoop({
    name: 'what follows from changes',
    work: async () => {
      const hasMore = await follower.next(clock.now());
      onEnqueued();
      return hasMore;
    },
    everyMs: FOLLOWED_EVERY_MS,
    logger,
  });
};

const composeReplies = (
  { clock, database, mediaLibrary, queries, changes }: Ground,
  { codec, wake }: { readonly codec: RowCodec; readonly wake: () => void },
): Omit<Messaging, 'operatorApi' | 'projections' | 'findLineage' | 'parts'> => {
  const rows = createCommandRows(codec, currentTraceparent);
  const requests = createReplyRequests({ database, rows, attachmentsJson, onEnqueued: wake });
  const submitReply = createSubmitReply({ queries, requests, media: mediaLibrary, clock });
  const marks = createAgentReadMarks(database, changes.poke);
  return {
    submitReply,
    retryReply: createRetryReply({ queries, submitReply }),
    cancelReply: createCancelReply({ queries, requests, clock }),
    presence: createPresence({ queries, marks, requests, clock }),
  };
};
