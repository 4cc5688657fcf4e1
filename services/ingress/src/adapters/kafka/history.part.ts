import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '@tiktok-channel/platform/clock';
import type { Consumer, Kafka, Producer } from '@tiktok-channel/platform/kafka';
import type { Logger } from '@tiktok-channel/platform/kernel';
import type { Part } from '@tiktok-channel/platform/lifecycle';
import { type Codec, topics } from '@tiktok-channel/schemas';
import type { Imports } from '../../application/history/imports.ts';
import type { HistoryRequest } from '../../domain/records.ts';
import { createDecodeRequest } from './history-record.codec.ts';
import { type ImportLog, readImportLog } from './import-log.ts';

export const HISTORY_GROUP = 'ingress.history';

const AGAIN_AFTER_MS = 1_000;

/**
 * Goes on with the imports of earlier processes, then takes requests as they come. A request is done for its consumer
 * once its import has begun: what is left to do is found in the topics again by the next process.
 */
export const createHistoryPart = ({
  kafka,
  producer,
  codec,
  imports,
  logger,
  onFatal,
}: {
  readonly kafka: Kafka;
  readonly producer: Producer;
  readonly codec: () => Codec;
  readonly imports: Imports;
  readonly logger: Logger;
  readonly onFatal: (error: Error) => void;
}): Part & { readonly consumers: () => readonly Consumer[] } => {
  const stopping = new AbortController();
  const { signal } = stopping;
  let consumer: Consumer | null = null;

  const readLog = async (): Promise<ImportLog | null> => {
    while (!signal.aborted) {
      try {
        return await readImportLog({ kafka, codec: codec(), clock: systemClock, signal });
      } catch (error) {
        if (signal.aborted) break;
        logger.warn('history.log_unavailable', { retryAfterMs: AGAIN_AFTER_MS }, error);
        // The rejection says that the process stops, which the loop sees.
        await wait(AGAIN_AFTER_MS, undefined, { signal }).catch(() => {});
      }
    }
    return null;
  };
  return {
    name: 'history',
    async start() {
      await producer.start();
      const log = await readLog();
      if (log === null) return;
      imports.resume(log.requests, log.progress);
      logger.info('history.resumed', { requests: log.requests.length, open: imports.open() });
      consumer = kafka.createConsumer<HistoryRequest>({
        group: HISTORY_GROUP,
        topics: [topics.historyRequests.name],
        decode: createDecodeRequest(codec()),
        apply: async ({ records }) => {
          for (const { value } of records) imports.accept(value);
          return { kind: 'done' };
        },
        deadLetters: { producer, topic: topics.ingressDeadLetters.name, redriveTopic: topics.ingressRedrive.name },
        onFatal,
      });
      await consumer.start();
    },
    async stop() {
      stopping.abort();
      await consumer?.stop();
      await imports.settled();
      await producer.stop();
    },
    consumers: () => (consumer === null ? [] : [consumer]),
    health: () => {
      if (!producer.isHealthy()) return { alive: true, ready: false, reason: 'the broker is away' };
      return consumer?.health() ?? { alive: true, ready: false, reason: 'reads what is left to do' };
    },
  };
};
