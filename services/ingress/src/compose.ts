import { createFollowingClock, systemClock } from '@tiktok-channel/platform/clock';
import { createHttpServer, createInternalApp, type HttpServer } from '@tiktok-channel/platform/http-server';
import { createKafka } from '@tiktok-channel/platform/kafka';
import type { Clock, Logger } from '@tiktok-channel/platform/kernel';
import { createLifecycle, type Lifecycle, type Part } from '@tiktok-channel/platform/lifecycle';
import { telemetry } from '@tiktok-channel/platform/telemetry';
import { parseJson } from '@tiktok-channel/platform/tiktok';
import { createCodec } from '@tiktok-channel/schemas';
import { createVerifySignature } from './adapters/http/verify-signature.ts';
import { createWebhookListener } from './adapters/http/webhook.routes.ts';
import { WRITTEN_RECORDS } from './adapters/kafka/event.codec.ts';
import { createKafkaEventPublisher } from './adapters/kafka/event-publisher.ts';
import { type AcceptDelivery, createAcceptDelivery } from './application/accept-delivery.ts';
import type { EventPublisher } from './application/ports.ts';
import type { IngressSettings } from './config.ts';
import { createDeliveryReporter } from './telemetry.ts';

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
  publisher = kafkaPublisher(settings, logger),
}: {
  readonly settings: IngressSettings;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly publisher?: EventPublisher & Part;
}): Ingress => {
  const { clock, parts: clockParts } = clockOf(settings, logger, givenClock);
  const internalServer = createHttpServer({
    name: 'internal HTTP',
    listener: (request, response) => internalApp(request, response),
    host: settings.HOST,
    port: settings.INTERNAL_PORT,
  });
  const publicServer = createHttpServer({
    name: 'public HTTP',
    listener: createWebhookListener({
      acceptDelivery: acceptDeliveryWith(settings, publisher, () => lifecycle.isStopping()),
      reporter: createDeliveryReporter(logger),
      clock,
      maxBodyBytes: settings.WEBHOOK_MAX_BODY_BYTES,
    }),
    host: settings.HOST,
    port: settings.PORT,
  });
  const telemetryPart: Part = { name: 'telemetry', stop: () => telemetry().shutdown() };
  const parts = [telemetryPart, internalServer, ...clockParts, publisher, publicServer];
  const lifecycle: Lifecycle = createLifecycle({ parts, logger });
  const internalApp = createInternalApp({ logger, lifecycle, handleMetrics: telemetry().handleMetrics });
  return {
    lifecycle,
    addresses: () => ({ public: urlOf(settings.HOST, publicServer), internal: urlOf(settings.HOST, internalServer) }),
  };
};

const acceptDeliveryWith = (
  settings: IngressSettings,
  publisher: EventPublisher,
  isStopping: () => boolean,
): AcceptDelivery =>
  createAcceptDelivery({
    verifySignature: createVerifySignature(settings.TIKTOK_APP_SECRET),
    ageLimits: {
      toleranceMs: settings.WEBHOOK_TOLERANCE_SECONDS * 1_000,
      admitStaleMs: settings.WEBHOOK_ADMIT_STALE_SECONDS * 1_000,
    },
    parseJson,
    publisher,
    isStopping,
  });

const kafkaPublisher = (settings: IngressSettings, logger: Logger): EventPublisher & Part => {
  const kafka = createKafka({
    settings: {
      brokers: settings.KAFKA_BROKERS,
      clientId: 'ingress',
      topicPrefix: settings.KAFKA_TOPIC_PREFIX,
    },
    logger,
  });
  const producer = kafka.createProducer({
    deadlineMs: settings.WEBHOOK_PUBLISH_DEADLINE_MS,
    maxBufferedRecords: settings.WEBHOOK_MAX_BUFFERED_RECORDS,
  });
  const registry = { url: settings.SCHEMA_REGISTRY_URL };
  const openCodec = () => createCodec({ registry, writes: WRITTEN_RECORDS });
  return createKafkaEventPublisher({ producer, openCodec, logger });
};

const clockOf = (
  { CLOCK_URL: url }: IngressSettings,
  logger: Logger,
  given: Clock | undefined,
): { readonly clock: Clock; readonly parts: readonly Part[] } => {
  if (given !== undefined) return { clock: given, parts: [] };
  if (url === undefined) return { clock: systemClock, parts: [] };
  const clock = createFollowingClock({ url, follower: `ingress-${process.pid}`, logger });
  return { clock, parts: [{ name: 'clock', start: clock.start, stop: clock.stop }] };
};

/** A server on all addresses is reached on this machine's own. */
const urlOf = (host: string, server: HttpServer): string =>
  `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${server.port()}`;
