import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createServiceClock } from '@tiktok-channel/platform/clock';
import { createHttpClient } from '@tiktok-channel/platform/http-client';
import { createApp, createHttpServer, createInternalApp } from '@tiktok-channel/platform/http-server';
import { createServiceTokens } from '@tiktok-channel/platform/identity';
import { type Consumer, createKafka } from '@tiktok-channel/platform/kafka';
import type { Clock, IdGenerator, Logger } from '@tiktok-channel/platform/kernel';
import {
  createFromRegistry,
  createLifecycle,
  type FromRegistry,
  type Lifecycle,
  type Part,
} from '@tiktok-channel/platform/lifecycle';
import { createOutboxRelay, type OutboxRelay } from '@tiktok-channel/platform/outbox';
import { createDatabasePulse, createOutboxStore, readPositions } from '@tiktok-channel/platform/postgres';
import { telemetry, telemetryPart } from '@tiktok-channel/platform/telemetry';
import { createTikTokApi } from '@tiktok-channel/platform/tiktok';
import { type Codec, createCodec, topics } from '@tiktok-channel/schemas';
import { createChannels } from './adapters/auth/channels.client.ts';
import { createImages } from './adapters/conversation/images.client.ts';
import {
  COMMANDS_GROUP,
  createCommandBatchHandler,
  createFactBatchHandler,
  FACTS_GROUP,
} from './adapters/kafka/consumers.ts';
import { createReplyCommandDecoder } from './adapters/kafka/reply-command.codec.ts';
import { createSightingDecoder } from './adapters/kafka/sighting.codec.ts';
import { createStatusPublisher, WRITTEN_RECORDS } from './adapters/kafka/status.codec.ts';
import { createDatabase, type Database } from './adapters/persistence/database.ts';
import { createFactRecorder } from './adapters/persistence/fact-recorder.ts';
import { createFacts } from './adapters/persistence/facts.repository.ts';
import { createLanes } from './adapters/persistence/lanes.repository.ts';
import { createReplies } from './adapters/persistence/replies.repository.ts';
import { createReplyIntake } from './adapters/persistence/reply-intake.repository.ts';
import { createRequestRate } from './adapters/persistence/request-rate.ts';
import { createTikTok } from './adapters/tiktok/tiktok.client.ts';
import { createAcceptCommands } from './application/accept-commands.ts';
import { createAdvanceLane } from './application/advance-lane.ts';
import { createDispatcher, type Dispatcher } from './application/dispatcher.ts';
import type { Channels, Images, RequestRate, TikTok } from './application/ports.ts';
import { createPrepareMessage } from './application/prepare-message.ts';
import type { OutboundSettings } from './config.ts';

export { type OutboundSettings, readOutboundSettings } from './config.ts';

/** Folder of this service's migrations, for the deploy step and for tests. */
export const outboundMigrations = new URL('../prisma/migrations/', import.meta.url);

export interface OutboundOptions {
  readonly settings: OutboundSettings;
  readonly logger: Logger;
  /** In place of the clock that the settings ask for. */
  readonly clock?: Clock;
  /** In place of auth, conversation and TikTok's API. */
  readonly channels?: Channels;
  readonly images?: Images;
  readonly tiktok?: TikTok;
}

export interface Outbound {
  readonly lifecycle: Lifecycle;
  /** Base URLs, once started. */
  addresses(): { readonly public: string; readonly internal: string };
}

/** A lease outlives whatever an attempt may take. */
const LEASE_IN_ATTEMPTS = 6;

const ids: IdGenerator = { next: () => randomUUID() };

export const composeOutbound = (options: OutboundOptions): Outbound => {
  const { settings, logger } = options;
  const time = createServiceClock({ service: 'outbound', url: settings.CLOCK_URL, given: options.clock, logger });
  const database = createDatabase(settings.DATABASE_URL);
  const kafka = createKafka({
    settings: { brokers: settings.KAFKA_BROKERS, topicPrefix: settings.KAFKA_TOPIC_PREFIX, clientId: 'outbound' },
    logger,
  });
  const relay = createOutboxRelay({
    store: createOutboxStore(database),
    createProducer: kafka.createProducer,
    transactionalId: 'outbound.outbox',
    compactedTopics: new Set(),
    clock: time.clock,
    logger,
  });
  const schemas = createFromRegistry({
    open: () => createCodec({ registry: { url: settings.SCHEMA_REGISTRY_URL }, writes: WRITTEN_RECORDS }),
    logger,
  });
  const core: Core = { ...options, clock: time.clock, database, kafka, relay, codec: startedCodec(schemas) };
  const dispatching = composeDispatching(core);

  const parts: Part[] = [];
  const lifecycle = createLifecycle({ parts, logger });
  const servers = composeServers(options, lifecycle);
  parts.push(
    telemetryPart,
    servers.internal,
    ...time.parts,
    createDatabasePulse(database, logger),
    schemas,
    relayPart(relay),
    ...dispatching.parts,
    ...composeConsumers(core, dispatching.dispatcher, lifecycle),
    servers.open,
    {
      name: 'announcement',
      start: () => logger.info('service.ready', { port: servers.open.port(), internalPort: servers.internal.port() }),
    },
  );
  return {
    lifecycle,
    addresses: () => ({ public: servers.open.url(), internal: servers.internal.url() }),
  };
};

interface Core extends OutboundOptions {
  readonly clock: Clock;
  readonly database: Database;
  readonly kafka: ReturnType<typeof createKafka>;
  readonly relay: OutboxRelay;
  readonly codec: Codec;
}

/** Nothing is encoded or decoded before the service has started, and it starts when the schemas are there. */
const startedCodec = (schemas: FromRegistry<Codec>): Codec => ({
  encode: (name, value) => schemas.current().encode(name, value),
  decode: (bytes) => schemas.current().decode(bytes),
  fullName: (name) => schemas.current().fullName(name),
});

const relayPart = (relay: OutboxRelay): Part => ({
  ...relay,
  health: () => {
    const { alive, trouble } = relay.health();
    return { alive, ready: alive && trouble === null, ...(trouble === null ? {} : { reason: 'publishes nothing' }) };
  },
});

const composeDispatching = (core: Core): { readonly dispatcher: Dispatcher; readonly parts: readonly Part[] } => {
  const { settings, logger, clock, database, codec, relay } = core;
  const rate = createRequestRate({
    database,
    clock,
    pause,
    share: 'outbound',
    perSecond: settings.OUTBOUND_REQUESTS_PER_SECOND,
  });
  const { channels, images, tiktok, parts } = composeNeighbours(core, rate);
  const facts = createFacts({ database });
  const lanes = createLanes({ database, clock, ids });
  const publish = createStatusPublisher(codec);
  const advanceLane = createAdvanceLane({
    lanes,
    replies: createReplies({ database, clock, publish, onEnqueued: relay.poke }),
    facts,
    prepareMessage: createPrepareMessage({ channels, facts, images, tiktok }),
    tiktok,
    channels,
    rate,
    clock,
    random: Math.random,
    pause,
    logger,
    attemptMs: settings.OUTBOUND_ATTEMPT_MS,
    settleMs: settings.OUTBOUND_SETTLE_MS,
  });
  const dispatcher = createDispatcher({
    lanes,
    advanceLane,
    clock,
    logger,
    concurrency: settings.OUTBOUND_CONCURRENCY,
    leaseMs: LEASE_IN_ATTEMPTS * settings.OUTBOUND_ATTEMPT_MS,
    pollMs: settings.OUTBOUND_POLL_MS,
  });
  return { dispatcher, parts: [...parts, dispatcher] };
};

/** Auth, conversation and TikTok, unless a test stands in for them. */
const composeNeighbours = (core: Core, rate: RequestRate) => {
  const { settings, clock } = core;
  const serviceToken = createServiceTokens({ service: 'outbound', secrets: settings.SERVICE_TOKEN_SECRETS, clock });
  const services = createHttpClient({ name: 'services' });
  const tiktokClient = createHttpClient({ name: 'tiktok' });
  const api = createTikTokApi({
    client: tiktokClient,
    baseUrl: settings.TIKTOK_API_BASE_URL,
    version: settings.TIKTOK_API_VERSION,
  });
  const parts: readonly Part[] = [
    { name: 'services', stop: services.close },
    { name: 'tiktok', stop: tiktokClient.close },
  ];
  return {
    parts,
    channels:
      core.channels ?? createChannels({ client: services, baseUrl: settings.AUTH_INTERNAL_URL, serviceToken, clock }),
    images:
      core.images ?? createImages({ client: services, baseUrl: settings.CONVERSATION_INTERNAL_URL, serviceToken }),
    tiktok: core.tiktok ?? createTikTok({ api, rate, clock }),
  };
};

const composeConsumers = (core: Core, dispatcher: Dispatcher, lifecycle: Lifecycle): readonly Part[] => {
  const { clock, database, kafka, codec, relay } = core;
  const publish = createStatusPublisher(codec);
  const intake = createReplyIntake({ database, publish, onEnqueued: relay.poke });
  const producer = kafka.createProducer();
  const deadLetters = { producer, topic: topics.outboundDeadLetters.name };
  const onFatal = (error: Error) => lifecycle.fail(error);

  const commands = kafka.createConsumer({
    group: COMMANDS_GROUP,
    topics: [topics.replyCommands.name],
    decode: createReplyCommandDecoder(codec),
    apply: createCommandBatchHandler(createAcceptCommands({ intake, clock, onAccepted: dispatcher.poke })),
    deadLetters,
    onFatal,
  });
  const facts = kafka.createConsumer({
    group: FACTS_GROUP,
    topics: [topics.messages.name, topics.statuses.name],
    decode: createSightingDecoder(codec),
    apply: createFactBatchHandler(createFactRecorder({ database, clock, publish, onEnqueued: relay.poke })),
    positions: { read: (group, partitions) => readPositions(database, group, partitions) },
    deadLetters,
    onFatal,
  });
  return [
    { name: 'dead-letters', start: producer.start, stop: producer.stop },
    consumerPart('facts', facts),
    consumerPart('commands', commands),
  ];
};

const consumerPart = (name: string, { start, stop, health }: Consumer): Part => ({
  name: `consumer of ${name}`,
  start,
  stop,
  health,
});

/** The public port has no routes yet: all that it answers are problem documents. */
const composeServers = ({ settings, logger }: OutboundOptions, lifecycle: Lifecycle) => {
  const { HOST: host } = settings;
  const internalApp = createInternalApp({
    logger,
    lifecycle,
    handleMetrics: (request, response) => telemetry().handleMetrics(request, response),
  });
  const openApp = createApp({ logger, mount: () => {} });
  const internal = createHttpServer({
    name: 'internal HTTP',
    listener: internalApp,
    host,
    port: settings.INTERNAL_PORT,
  });
  const open = createHttpServer({ name: 'public HTTP', listener: openApp, host, port: settings.PORT });
  return { internal, open };
};
