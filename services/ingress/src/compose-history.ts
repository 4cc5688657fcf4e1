import { createServiceClock } from '@tiktok-channel/platform/clock';
import { createApp, createHttpServer, createInternalApp } from '@tiktok-channel/platform/http-server';
import { createIdentifyFrom } from '@tiktok-channel/platform/identity';
import { createKafka } from '@tiktok-channel/platform/kafka';
import type { Clock, Logger } from '@tiktok-channel/platform/kernel';
import { createFromRegistry, createLifecycle, type Lifecycle } from '@tiktok-channel/platform/lifecycle';
import { createOperatorApi } from '@tiktok-channel/platform/operator-api';
import { telemetry, telemetryPart } from '@tiktok-channel/platform/telemetry';
import { createCodec, topics } from '@tiktok-channel/schemas';
import { createHistoryPart, HISTORY_GROUP } from './adapters/kafka/history.part.ts';
import { createHistoryPublisher } from './adapters/kafka/history-publisher.ts';
import { HISTORY_RECORDS } from './adapters/kafka/history-record.codec.ts';
import { composeImports } from './compose-imports.ts';
import type { HistorySettings } from './config-history.ts';

export interface History {
  readonly lifecycle: Lifecycle;
  /** Base URLs, once started. */
  addresses(): { readonly public: string; readonly internal: string };
}

export { type HistorySettings, readHistorySettings } from './config-history.ts';

interface HistoryOptions {
  readonly settings: HistorySettings;
  readonly logger: Logger;
  /** In place of the clock that the settings ask for. */
  readonly clock?: Clock;
}

/** The second process of ingress: one replica, no database. Its public port has what ingress serves to operators. */
export const composeHistory = ({ settings, logger, clock: givenClock }: HistoryOptions): History => {
  const time = createServiceClock({ service: 'history', url: settings.CLOCK_URL, given: givenClock, logger });
  const kafka = createKafka({
    settings: { brokers: settings.KAFKA_BROKERS, clientId: 'history', topicPrefix: settings.KAFKA_TOPIC_PREFIX },
    logger,
  });
  const schemas = createFromRegistry({
    open: () =>
      createCodec({ registry: { url: settings.SCHEMA_REGISTRY_URL }, writes: [...HISTORY_RECORDS, 'OperatorActed'] }),
    logger,
  });
  const producer = kafka.createProducer();
  const importing = composeImports({
    settings,
    logger,
    clock: time.clock,
    publisher: createHistoryPublisher({ producer, codec: schemas.current }),
    isStopping: () => lifecycle.isStopping(),
  });
  const history = createHistoryPart({
    ...{ kafka, producer, logger },
    codec: schemas.current,
    imports: importing.imports,
    onFatal: (error) => lifecycle.fail(error),
  });
  const internalServer = createHttpServer({
    name: 'internal HTTP',
    listener: (request, response) => internalApp(request, response),
    host: settings.HOST,
    port: settings.INTERNAL_PORT,
  });
  const operatorApi = createOperatorApi({
    ...{ kafka, producer, logger },
    service: 'ingress',
    identify: createIdentifyFrom(settings, time),
    codec: schemas.current,
    topics: {
      audit: topics.audit.name,
      deadLetters: topics.ingressDeadLetters.name,
      redrive: topics.ingressRedrive.name,
    },
    redrivenGroups: [HISTORY_GROUP],
    consumers: history.consumers,
    outboxes: [],
    clock: time.clock,
  });
  const publicServer = createHttpServer({
    name: 'public HTTP',
    listener: createApp({ logger, mount: operatorApi.mount }),
    host: settings.HOST,
    port: settings.PORT,
  });
  const parts = [
    telemetryPart,
    internalServer,
    ...time.parts,
    importing.clients,
    schemas,
    operatorApi.part,
    publicServer,
    history,
  ];
  const lifecycle: Lifecycle = createLifecycle({ parts, logger });
  const internalApp = createInternalApp({ logger, lifecycle, handleMetrics: telemetry().handleMetrics });
  return { lifecycle, addresses: () => ({ public: publicServer.url(), internal: internalServer.url() }) };
};
