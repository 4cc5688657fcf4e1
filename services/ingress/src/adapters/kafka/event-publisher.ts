import { setTimeout as wait } from 'node:timers/promises';
import { KafkaSendError, type Producer } from '@tiktok-channel/platform/kafka';
import type { Logger } from '@tiktok-channel/platform/kernel';
import type { Part } from '@tiktok-channel/platform/lifecycle';
import type { Codec } from '@tiktok-channel/schemas';
import { type EventPublisher, PublishError } from '../../application/ports.ts';
import { recordOf } from './event.codec.ts';

const REGISTRY_PAUSE_MS = 1_000;

/**
 * Publishes events as records. It starts when the registry has told the ids of the schemas and the broker has answered,
 * however long that takes; nothing is published before.
 */
export const createKafkaEventPublisher = ({
  producer,
  openCodec,
  logger,
}: {
  readonly producer: Producer;
  readonly openCodec: () => Promise<Codec>;
  readonly logger: Logger;
}): EventPublisher & Part => {
  let codec: Codec | null = null;
  let isStopped = false;

  const waitForCodec = async (): Promise<void> => {
    while (codec === null && !isStopped) {
      try {
        codec = await openCodec();
      } catch (error) {
        logger.warn('registry.unavailable', { retryAfterMs: REGISTRY_PAUSE_MS }, error);
        await wait(REGISTRY_PAUSE_MS);
      }
    }
  };
  return {
    name: 'event publisher',
    async start() {
      await waitForCodec();
      if (!isStopped) await producer.start();
    },
    async stop() {
      isStopped = true;
      await producer.stop();
    },
    health: () =>
      producer.isHealthy() ? { alive: true } : { alive: true, ready: false, reason: 'the broker is away' },
    publish: (event) =>
      codec === null
        ? Promise.reject(new PublishError('stopped'))
        : producer.send([recordOf(event, codec)]).catch(rethrow),
  };
};

const rethrow = (error: unknown): never => {
  throw error instanceof KafkaSendError ? publishError(error) : error;
};

/** `fenced` is for transactional producers, which this one is not. */
const publishError = (error: KafkaSendError): PublishError =>
  new PublishError(error.code === 'fenced' ? 'stopped' : error.code, { cause: error });
