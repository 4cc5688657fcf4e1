import { KafkaSendError, type Producer } from '@tiktok-channel/platform/kafka';
import type { Part } from '@tiktok-channel/platform/lifecycle';
import type { Codec } from '@tiktok-channel/schemas';
import { type EventPublisher, PublishError } from '../../application/ports.ts';
import { recordsOf } from './event.codec.ts';

/** Publishes events as records, from its start on. `codec` answers the codec of a process whose schemas are there. */
export const createKafkaEventPublisher = ({
  producer,
  codec: startedCodec,
}: {
  readonly producer: Producer;
  readonly codec: () => Codec;
}): EventPublisher & Part => {
  let codec: Codec | null = null;

  return {
    name: 'event publisher',
    async start() {
      codec = startedCodec();
      await producer.start();
    },
    stop: () => producer.stop(),
    health: () =>
      producer.isHealthy() ? { alive: true } : { alive: true, ready: false, reason: 'the broker is away' },
    publish: (events) =>
      codec === null
        ? Promise.reject(new PublishError('stopped'))
        : producer.send(recordsOf(events, codec)).catch(rethrow),
  };
};

const rethrow = (error: unknown): never => {
  throw error instanceof KafkaSendError ? publishError(error) : error;
};

/** `fenced` is for transactional producers, which this one is not. */
const publishError = (error: KafkaSendError): PublishError =>
  new PublishError(error.code === 'fenced' ? 'stopped' : error.code, { cause: error });
