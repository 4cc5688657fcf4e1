import { createServiceClock } from '@tiktok-channel/platform/clock';
import { kafkaConnection } from '@tiktok-channel/platform/config';
import { createApp, createHttpServer, createInternalApp } from '@tiktok-channel/platform/http-server';
import { createKafka } from '@tiktok-channel/platform/kafka';
import {
  createFromRegistry,
  createLifecycle,
  type FromRegistry,
  type Lifecycle,
  type Part,
} from '@tiktok-channel/platform/lifecycle';
import { createOutboxRelay, type OutboxRelay } from '@tiktok-channel/platform/outbox';
import { createDatabasePulse, createOutboxStore } from '@tiktok-channel/platform/postgres';
import { telemetry, telemetryPart } from '@tiktok-channel/platform/telemetry';
import { type Codec, createCodec } from '@tiktok-channel/schemas';
import { createStatusPublisher, WRITTEN_RECORDS } from './adapters/kafka/status.codec.ts';
import { createDatabase } from './adapters/persistence/database.ts';
import type { PublishReplyEvent } from './adapters/persistence/reply-log.ts';
import { composeChannelChanges, composeConsumers } from './compose-consumers.ts';
import type { Core, OutboundOptions } from './compose-core.ts';
import { composeDispatching } from './compose-dispatching.ts';
import { composeOperators, type Operators } from './compose-operators.ts';
import { createOutboundMetrics, type OutboundMetrics } from './telemetry.ts';

export { type OutboundSettings, readOutboundSettings } from './config.ts';

/** Folder of this service's migrations, for the deploy step and for tests. */
export const outboundMigrations = new URL('../prisma/migrations/', import.meta.url);

export interface Outbound {
  readonly lifecycle: Lifecycle;
  /** Base URLs, once started. */
  addresses(): { readonly public: string; readonly internal: string };
}

export const composeOutbound = (options: OutboundOptions): Outbound => {
  const { settings, logger } = options;
  const time = createServiceClock({ service: 'outbound', url: settings.CLOCK_URL, given: options.clock, logger });
  const database = createDatabase(settings.DATABASE_URL);
  const kafka = createKafka({
    settings: { ...kafkaConnection(settings), clientId: 'outbound' },
    logger,
  });
  const admin = kafka.createAdmin();
  const relay = createOutboxRelay({
    store: createOutboxStore(database),
    createProducer: kafka.createProducer,
    transactionalId: 'outbound.outbox',
    compactedTopics: new Set(),
    clock: time.clock,
    logger,
  });
  const schemas = createFromRegistry({
    open: () =>
      createCodec({
        registry: { url: settings.SCHEMA_REGISTRY_URL },
        writes: [...WRITTEN_RECORDS, 'SendReply', 'OperatorActed'],
      }),
    logger,
  });
  const metrics = createOutboundMetrics();
  const codec = startedCodec(schemas);
  const parts: Part[] = [];
  const lifecycle = createLifecycle({ parts, logger });
  const core: Core = {
    ...options,
    clock: time.clock,
    database,
    kafka,
    admin,
    relay,
    codec,
    metrics,
    publish: countingPublisher(codec, metrics),
    lifecycle,
  };
  const { dispatcher, onChannelChanged, parts: dispatching } = composeDispatching(core);
  const consuming = composeConsumers(core, dispatcher.poke);
  const operators = composeOperators(core, consuming, dispatcher.poke);
  const servers = composeServers(core, operators);
  parts.push(
    telemetryPart,
    servers.internal,
    ...time.parts,
    createDatabasePulse(database, { migrations: outboundMigrations, logger }),
    schemas,
    relayPart(relay),
    { name: 'ends of topics', start: admin.start, stop: admin.stop },
    composeChannelChanges(core, onChannelChanged),
    ...dispatching,
    ...consuming.parts,
    operators.part,
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

/** Nothing is encoded or decoded before the service has started, and it starts when the schemas are there. */
const startedCodec = (schemas: FromRegistry<Codec>): Codec => ({
  encode: (name, value) => schemas.current().encode(name, value),
  decode: (bytes) => schemas.current().decode(bytes),
  fullName: (name) => schemas.current().fullName(name),
});

/** What subscribers are told of is counted when it is told. */
const countingPublisher = (codec: Codec, metrics: OutboundMetrics): PublishReplyEvent => {
  const publish = createStatusPublisher(codec);
  return (recorded) => {
    const rows = publish(recorded);
    if (rows.length > 0) metrics.countStatus(recorded.event, recorded.state);
    return rows;
  };
};

const relayPart = (relay: OutboxRelay): Part => ({
  ...relay,
  health: () => {
    const { alive, trouble } = relay.health();
    return { alive, ready: alive && trouble === null, ...(trouble === null ? {} : { reason: 'publishes nothing' }) };
  },
});

/** The public port is for operators alone. */
const composeServers = ({ settings, logger, lifecycle }: Core, operators: Operators) => {
  const { HOST: host } = settings;
  const internalApp = createInternalApp({
    logger,
    lifecycle,
    handleMetrics: (request, response) => telemetry().handleMetrics(request, response),
  });
  const openApp = createApp({ logger, mount: operators.mount });
  const internal = createHttpServer({
    name: 'internal HTTP',
    listener: internalApp,
    host,
    port: settings.INTERNAL_PORT,
  });
  const open = createHttpServer({ name: 'public HTTP', listener: openApp, host, port: settings.PORT });
  return { internal, open };
};
