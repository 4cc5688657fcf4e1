import { createServiceClock } from '@tiktok-channel/platform/clock';
import { kafkaConnection } from '@tiktok-channel/platform/config';
import { createHttpServer, createInternalApp } from '@tiktok-channel/platform/http-server';
import { createKafka } from '@tiktok-channel/platform/kafka';
import type { Clock, Logger } from '@tiktok-channel/platform/kernel';
import { createFromRegistry, createLifecycle, type Lifecycle, type Part } from '@tiktok-channel/platform/lifecycle';
import { telemetry, telemetryPart } from '@tiktok-channel/platform/telemetry';
import { parseJson } from '@tiktok-channel/platform/tiktok';
import { createCodec } from '@tiktok-channel/schemas';
import { mountRedeliveries } from './adapters/http/redelivery.routes.ts';
import { createVerifySignature } from './adapters/http/verify-signature.ts';
import { createWebhookListener } from './adapters/http/webhook.routes.ts';
import { WRITTEN_RECORDS } from './adapters/kafka/event.codec.ts';
import { createKafkaEventPublisher } from './adapters/kafka/event-publisher.ts';
import { createAcceptDelivery } from './application/accept-delivery.ts';
import { createJudgeSignature, type JudgeSignature } from './application/judge-signature.ts';
import type { EventPublisher } from './application/ports.ts';
import { createRedeliver } from './application/redeliver.ts';
import type { IngressSettings } from './config.ts';
import { createDeliveryReporter, createRedeliveryReporter } from './telemetry.ts';

export interface Ingress {
  readonly lifecycle: Lifecycle;
  /** Base URLs, once started. */
  addresses(): { readonly public: string; readonly internal: string };
}

export { type IngressSettings, readIngressSettings } from './config.ts';

/** `publisher` and `clock` can be given by tests. */
export const composeIngress = ({
  settings,
  logger,
  clock: givenClock,
  publisher: givenPublisher,
}: {
  readonly settings: IngressSettings;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly publisher?: EventPublisher & Part;
}): Ingress => {
  const time = createServiceClock({ service: 'ingress', url: settings.CLOCK_URL, given: givenClock, logger });
  const publishing =
    givenPublisher === undefined
      ? kafkaPublishing(settings, logger)
      : { publisher: givenPublisher, parts: [givenPublisher] };
  const intake = {
    judgeSignature: judgeSignatureWith(settings),
    parseJson,
    publisher: publishing.publisher,
  };
  const limits = { clock: time.clock, maxBodyBytes: settings.WEBHOOK_MAX_BODY_BYTES };
  const internalServer = createHttpServer({
    name: 'internal HTTP',
    listener: (request, response) => internalApp(request, response),
    host: settings.HOST,
    port: settings.INTERNAL_PORT,
  });
  const publicServer = createHttpServer({
    name: 'public HTTP',
    listener: createWebhookListener({
      acceptDelivery: createAcceptDelivery(intake),
      reporter: createDeliveryReporter(logger),
      ...limits,
    }),
    host: settings.HOST,
    port: settings.PORT,
  });
  const parts = [telemetryPart, internalServer, ...time.parts, ...publishing.parts, publicServer];
  const lifecycle: Lifecycle = createLifecycle({ parts, logger });
  const redelivering = { redeliver: createRedeliver(intake), reporter: createRedeliveryReporter(logger), ...limits };
  const internalApp = createInternalApp({
    logger,
    lifecycle,
    handleMetrics: telemetry().handleMetrics,
    mount: (app) => mountRedeliveries(app, redelivering),
  });
  return {
    lifecycle,
    addresses: () => ({ public: publicServer.url(), internal: internalServer.url() }),
  };
};

const judgeSignatureWith = (settings: IngressSettings): JudgeSignature =>
  createJudgeSignature({
    verifySignature: createVerifySignature(settings.TIKTOK_APP_SECRET),
    ageLimits: {
      toleranceMs: settings.WEBHOOK_TOLERANCE_SECONDS * 1_000,
      admitStaleMs: settings.WEBHOOK_ADMIT_STALE_SECONDS * 1_000,
    },
  });

/** It starts when the registry has told the ids of the schemas and the broker has answered, however long that takes. */
const kafkaPublishing = (
  settings: IngressSettings,
  logger: Logger,
): { readonly publisher: EventPublisher; readonly parts: readonly Part[] } => {
  const kafka = createKafka({
    settings: { ...kafkaConnection(settings), clientId: 'ingress' },
    logger,
  });
  const producer = kafka.createProducer({
    deadlineMs: settings.WEBHOOK_PUBLISH_DEADLINE_MS,
    maxBufferedRecords: settings.WEBHOOK_MAX_BUFFERED_RECORDS,
  });
  const schemas = createFromRegistry({
    open: () => createCodec({ registry: { url: settings.SCHEMA_REGISTRY_URL }, writes: WRITTEN_RECORDS }),
    logger,
  });
  const publisher = createKafkaEventPublisher({ producer, codec: schemas.current });
  return { publisher, parts: [schemas, publisher] };
};
