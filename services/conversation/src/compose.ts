import { randomUUID } from 'node:crypto';
import { createServiceClock } from '@tiktok-channel/platform/clock';
import { createHttpClient } from '@tiktok-channel/platform/http-client';
import { createApp, createHttpServer, createInternalApp } from '@tiktok-channel/platform/http-server';
import {
  createIdentifyPerson,
  createServiceTokens,
  type IdentifyPerson,
  requirePerson,
  requireService,
} from '@tiktok-channel/platform/identity';
import { createKafka } from '@tiktok-channel/platform/kafka';
import type { Clock, Logger } from '@tiktok-channel/platform/kernel';
import { createFromRegistry, createLifecycle, type Lifecycle, type Part } from '@tiktok-channel/platform/lifecycle';
import { createOutboxRelay } from '@tiktok-channel/platform/outbox';
import { createDatabasePulse, createOutboxStore } from '@tiktok-channel/platform/postgres';
import { currentTraceparent, telemetry, telemetryPart } from '@tiktok-channel/platform/telemetry';
import { createTikTokApi } from '@tiktok-channel/platform/tiktok';
import { createCodec } from '@tiktok-channel/schemas';
import { createAccessTokens } from './adapters/auth/access-tokens.ts';
import { mountConversations } from './adapters/http/conversation.routes.ts';
import { createEventStreams, mountEvents } from './adapters/http/event.routes.ts';
import { mountInternalMedia, mountMedia } from './adapters/http/media.routes.ts';
import { mountReplies } from './adapters/http/reply.routes.ts';
import { createKafkaPart } from './adapters/kafka/kafka.part.ts';
import { createProjectionConsumer, PROJECTION_GROUP } from './adapters/kafka/projection.consumer.ts';
import { attachmentsJson, createReplyCommandRow, WRITTEN_RECORDS } from './adapters/kafka/reply-command.codec.ts';
import { detectType } from './adapters/media/content-type.ts';
import { createMediaLoop, type MediaLoop } from './adapters/media/media.loop.ts';
import { createChangeLog } from './adapters/persistence/change-log.ts';
import { createConversationQueries } from './adapters/persistence/conversation.queries.ts';
import { createDatabase, type Database } from './adapters/persistence/database.ts';
import { createMediaLibrary } from './adapters/persistence/media.library.ts';
import { createMediaQueue } from './adapters/persistence/media.queue.ts';
import { createProjectionStore } from './adapters/persistence/projection.store.ts';
import { createReplyRequests } from './adapters/persistence/reply-requests.repository.ts';
import { createTikTokMedia } from './adapters/tiktok/media.client.ts';
import { createBackgroundLoop } from './application/background-loop.ts';
import { createFetchDueMedia } from './application/fetch-media.ts';
import { createLiveChanges, type LiveChanges } from './application/live-changes.ts';
import type { AccessTokens, ChangeLog, MediaLibrary, TikTokMedia } from './application/ports.ts';
import { createProjectBatch } from './application/project-batch.ts';
import { createStoreUpload } from './application/store-upload.ts';
import { createSubmitReply } from './application/submit-reply.ts';
import type { ConversationSettings } from './config.ts';
import { createMediaReporter } from './telemetry.ts';

export { type ConversationSettings, readConversationSettings } from './config.ts';

/** Folder of this service's migrations, for the deploy step and for tests. */
export const conversationMigrations = new URL('../prisma/migrations/', import.meta.url);

export interface ConversationOptions {
  readonly settings: ConversationSettings;
  readonly logger: Logger;
  /** In place of the clock that the settings ask for. */
  readonly clock?: Clock;
  /** In place of the provider's keys. */
  readonly identify?: IdentifyPerson;
  /** In place of auth. */
  readonly tokens?: AccessTokens;
  /** In place of TikTok. */
  readonly tiktok?: TikTokMedia;
}

export interface Conversation {
  readonly lifecycle: Lifecycle;
  /** Base URLs, once started. */
  addresses(): { readonly public: string; readonly internal: string };
}

/** What most parts of the composition need. */
interface Ground extends ConversationOptions {
  readonly clock: Clock;
  readonly database: Database;
  readonly mediaLibrary: MediaLibrary;
  readonly changeLog: ChangeLog;
  readonly changes: LiveChanges;
}

export const composeConversation = (options: ConversationOptions): Conversation => {
  const { settings, logger } = options;
  const time = createServiceClock({ service: 'conversation', url: settings.CLOCK_URL, given: options.clock, logger });
  const database = createDatabase(settings.DATABASE_URL);
  const changeLog = createChangeLog(database);
  const changes = createLiveChanges({ log: changeLog, pollMs: settings.EVENTS_POLL_MS, logger });
  const ground: Ground = {
    ...options,
    clock: time.clock,
    database,
    mediaLibrary: createMediaLibrary(database),
    changeLog,
    changes,
  };
  const parts: Part[] = [];
  const lifecycle = createLifecycle({ parts, logger });
  const media = composeMedia(ground);
  const messaging = composeMessaging(ground, { ...media, onFatal: lifecycle.fail });
  const servers = composeServers(ground, { lifecycle, submitReply: messaging.submitReply });

  parts.push(telemetryPart, ...time.parts, servers.internal, createDatabasePulse(database, logger));
  parts.push(changes, createPruning(ground), ...media.parts, ...messaging.parts, servers.open, servers.streams);
  return {
    lifecycle,
    addresses: () => ({ public: servers.open.url(), internal: servers.internal.url() }),
  };
};

const PRUNING_EVERY_MS = 60_000;
const PRUNED_AT_ONCE = 10_000;

const createPruning = ({ settings, logger, clock, changeLog }: Ground): Part =>
  createBackgroundLoop({
    name: 'pruning of the change log',
    work: async () => {
      const olderThanMs = clock.now() - settings.EVENTS_KEPT_MINUTES * 60_000;
      return (await changeLog.prune({ olderThanMs, maxRows: PRUNED_AT_ONCE })) >= PRUNED_AT_ONCE;
    },
    everyMs: PRUNING_EVERY_MS,
    logger,
  });

const composeMedia = ({ settings, logger, clock, database, changes, tokens: given, tiktok }: Ground) => {
  const authClient = createHttpClient({ name: 'auth', deadlineMs: 5_000 });
  const tiktokClient = createHttpClient({ name: 'tiktok' });
  const tokens =
    given ??
    createAccessTokens({
      client: authClient,
      baseUrl: settings.AUTH_INTERNAL_URL,
      serviceToken: createServiceTokens({ service: 'conversation', secrets: settings.SERVICE_TOKEN_SECRETS, clock }),
      clock,
    });
  const api = createTikTokApi({
    client: tiktokClient,
    baseUrl: settings.TIKTOK_API_BASE_URL,
    version: settings.TIKTOK_API_VERSION,
  });
  const fetchDueMedia = createFetchDueMedia({
    queue: createMediaQueue(database, changes.poke),
    tokens,
    tiktok: tiktok ?? createTikTokMedia({ api, client: tiktokClient, maxBytes: settings.MEDIA_MAX_BYTES }),
    detectType,
    clock,
    random: Math.random,
    settings: { leaseMs: settings.MEDIA_LEASE_SECONDS * 1_000, maxAttempts: settings.MEDIA_MAX_ATTEMPTS },
    report: createMediaReporter(logger),
  });
  const loop = createMediaLoop({ fetchDueMedia, perSecond: settings.MEDIA_FETCHES_PER_SECOND, logger });
  const clients: Part = {
    name: 'HTTP clients',
    stop: async () => {
      await Promise.all([authClient.close(), tiktokClient.close()]);
    },
  };
  return { tokens, loop, parts: [clients, loop] };
};

/** The projection in, and the relay of commands out. */
const composeMessaging = (
  { settings, logger, clock, database, mediaLibrary, changes }: Ground,
  {
    tokens,
    loop,
    onFatal,
  }: { readonly tokens: AccessTokens; readonly loop: MediaLoop; readonly onFatal: (error: Error) => void },
) => {
  const kafka = createKafka({
    settings: {
      brokers: settings.KAFKA_BROKERS,
      clientId: 'conversation',
      topicPrefix: settings.KAFKA_TOPIC_PREFIX,
    },
    logger,
  });
  const deadLetters = kafka.createProducer();
  const store = createProjectionStore({ database, group: PROJECTION_GROUP });
  const schemas = createFromRegistry({
    open: () => createCodec({ registry: { url: settings.SCHEMA_REGISTRY_URL }, writes: WRITTEN_RECORDS }),
    logger,
  });
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
          for (const { channelId } of channels) tokens.drop(channelId);
          if (channels.length > 0 || messages.some(({ tiktokMediaId }) => tiktokMediaId !== null)) loop.poke();
        },
        onFatal,
      }),
    onFatal,
  });
  const relay = createOutboxRelay({
    store: createOutboxStore(database),
    createProducer: kafka.createProducer,
    transactionalId: 'conversation.outbox',
    compactedTopics: new Set(),
    clock,
    logger,
  });
  const requests = createReplyRequests({
    database,
    outboxRow: createReplyCommandRow(schemas.current, currentTraceparent),
    attachmentsJson,
    onEnqueued: () => {
      relay.poke();
      changes.poke();
    },
  });
  const submitReply = createSubmitReply({
    queries: createConversationQueries(database),
    requests,
    media: mediaLibrary,
    clock,
  });
  return { submitReply, parts: [relay, projection] };
};

const composeServers = (
  { settings, logger, clock, database, mediaLibrary, identify, changeLog, changes }: Ground,
  served: { readonly lifecycle: Lifecycle; readonly submitReply: ReturnType<typeof createSubmitReply> },
) => {
  const { HOST: host, OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_JWKS_URL: jwksUrl } = settings;
  const people = requirePerson(
    identify ?? createIdentifyPerson({ issuer, audience, jwksUrl }, { clock }),
    'administrator',
    'agent',
    'operator',
  );
  const services = requireService({
    audience: 'conversation',
    allowed: ['outbound'],
    secrets: settings.SERVICE_TOKEN_SECRETS,
    clock,
  });
  const queries = createConversationQueries(database);
  const storeUpload = createStoreUpload({ media: mediaLibrary, detectType, clock, ids: { next: () => randomUUID() } });
  const streams = createEventStreams(settings.EVENTS_MAX_STREAMS);
  const heartbeatMs = settings.EVENTS_HEARTBEAT_SECONDS * 1_000;
  const publicApp = createApp({
    logger,
    mount: (app) => {
      mountConversations(app, { people, queries, changeLog });
      mountEvents(app, { people, changes, streams, clock, heartbeatMs });
      mountReplies(app, { people, queries, submitReply: served.submitReply });
      mountMedia(app, { people, storeUpload, media: mediaLibrary });
    },
  });
  const internalApp = createInternalApp({
    logger,
    lifecycle: served.lifecycle,
    handleMetrics: (request, response) => telemetry().handleMetrics(request, response),
    mount: (app) => {
      mountInternalMedia(app, { services, media: mediaLibrary });
    },
  });
  return {
    streams,
    internal: createHttpServer({ name: 'internal HTTP', listener: internalApp, host, port: settings.INTERNAL_PORT }),
    open: createHttpServer({ name: 'public HTTP', listener: publicApp, host, port: settings.PORT }),
  };
};
