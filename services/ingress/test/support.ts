import { createHmac } from 'node:crypto';
import { createManualClock, createRecordingLogger } from '@tiktok-channel/platform/testing';
import { PublishError, type PublishErrorCode } from '../src/application/ports.ts';
import { composeIngress, readIngressSettings } from '../src/compose.ts';
import type { WebhookEvent } from '../src/domain/events.ts';

const SECRET = 'demo-app-secret';
/** That another one is about to replace. */
export const OLDER_SECRET = 'older-app-secret';

/** Ingress in this process, where it is always `nowMs` and bodies end at 2,000 bytes; `published` stands for the broker. */
export const createTestIngress = (nowMs: number) => {
  const logger = createRecordingLogger();
  const published: WebhookEvent[] = [];
  let failure: PublishErrorCode | 'defect' | null = null;
  const { lifecycle, addresses } = composeIngress({
    settings: readIngressSettings({
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
      KAFKA_BROKERS: 'nowhere:1',
      SCHEMA_REGISTRY_URL: 'http://nowhere',
      TIKTOK_APP_SECRET: `${SECRET},${OLDER_SECRET}`,
      WEBHOOK_MAX_BODY_BYTES: '2000',
    }),
    logger,
    clock: createManualClock(nowMs),
    publisher: {
      name: 'publisher',
      publish: async (events) => {
        if (failure === 'defect') throw new TypeError('undefined is not a function');
        if (failure !== null) throw new PublishError(failure);
        published.push(...events);
      },
      // As the producer: what comes later is not stored.
      stop: () => {
        failure = 'stopped';
      },
    },
  });
  return {
    lifecycle,
    addresses,
    log: logger.lines,
    published,
    failWith(next: PublishErrorCode | 'defect'): void {
      failure = next;
    },
    /** As it was before anything was published or failed. */
    reset(): void {
      published.length = 0;
      failure = null;
    },
  };
};

/** `Tiktok-Signature` of a body, stamped with `t` seconds. */
export const signatureOf = (
  body: string | Buffer,
  { t, secret = SECRET }: { readonly t: number; readonly secret?: string },
): string => `t=${t},s=${createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex')}`;
