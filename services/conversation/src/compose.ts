import { randomUUID } from 'node:crypto';
import { createServiceClock } from '@tiktok-channel/platform/clock';
import { createHttpClient } from '@tiktok-channel/platform/http-client';
import { createApp, createHttpServer, createInternalApp } from '@tiktok-channel/platform/http-server';
import {
  claimsIn,
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
import { mountInternalMedia, mountMedia } from './adapters/http/media.routes.ts';
import { mountReplies } from './adapters/http/reply.routes.ts';
import { createKafkaPart } from './adapters/kafka/kafka.part.ts';
import { createProjectionConsumer, PROJECTION_GROUP } from './adapters/kafka/projection.consumer.ts';
import { attachmentsJson, createReplyCommandRow, WRITTEN_RECORDS } from './adapters/kafka/reply-command.codec.ts';
import { detectType } from './adapters/media/content-type.ts';
import { createMediaLoop, type MediaLoop } from './adapters/media/media.loop.ts';
import { createConversationQueries } from './adapters/persistence/conversation.queries.ts';
import { createDatabase, type Database } from './adapters/persistence/database.ts';
import { createMediaLibrary } from './adapters/persistence/media.library.ts';
import { createMediaQueue } from './adapters/persistence/media.queue.ts';
import { createProjectionStore } from './adapters/persistence/projection.store.ts';
import { createReplyRequests } from './adapters/persistence/reply-requests.repository.ts';
import { createTikTokMedia } from './adapters/tiktok/media.client.ts';
import { createFetchDueMedia } from './application/fetch-media.ts';
import type { AccessTokens, MediaLibrary, TikTokMedia } from './application/ports.ts';
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
}

export const composeConversation = (options: ConversationOptions): Conversation => {
  const { settings, logger } = options;
  const time = createServiceClock({ service: 'conversation', url: settings.CLOCK_URL, given: options.clock, logger });
  const database = createDatabase(settings.DATABASE_URL);
  const ground: Ground = {
    ...options,
    clock: time.clock,
    database,
    mediaLibrary: createMediaLibrary(database),
  };
  const parts: Part[] = [];
  const lifecycle = createLifecycle({ parts, logger });
  const media = composeMedia(ground);
  const messaging = composeMessaging(ground, { ...media, onFatal: lifecycle.fail });
  const servers = composeServers(ground, { lifecycle, submitReply: messaging.submitReply });

  parts.push(telemetryPart, ...time.parts, servers.internal, createDatabasePulse(database, logger));
  parts.push(...media.parts, ...messaging.parts, servers.open);
  return {
    lifecycle,
    addresses: () => ({ public: servers.open.url(), internal: servers.internal.url() }),
  };
};

const composeMedia = ({ settings, logger, clock, database, tokens: given, tiktok }: Ground) => {
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
    queue: createMediaQueue(database),
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
  { settings, logger, clock, database, mediaLibrary }: Ground,
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
    onEnqueued: relay.poke,
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
  { settings, logger, clock, database, mediaLibrary, identify }: Ground,
  served: { readonly lifecycle: Lifecycle; readonly submitReply: ReturnType<typeof createSubmitReply> },
) => {
  const { HOST: host, OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_JWKS_URL: jwksUrl } = settings;
  const people = requirePerson(
    identify ?? createIdentifyPerson({ issuer, audience, jwksUrl, claims: claimsIn(settings) }, { clock }),
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
  const publicApp = createApp({
    logger,
    mount: (app) => {
      mountConversations(app, { people, queries });
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
    internal: createHttpServer({ name: 'internal HTTP', listener: internalApp, host, port: settings.INTERNAL_PORT }),
    open: createHttpServer({ name: 'public HTTP', listener: publicApp, host, port: settings.PORT }),
  };
};
