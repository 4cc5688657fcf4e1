import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeIngress, readIngressSettings } from '@tiktok-channel/ingress';
import type { IncomingRecord } from '@tiktok-channel/platform/kafka';
import { createRecordingLogger, type RecordedLine } from '@tiktok-channel/platform/testing';
import { type Codec, createCodec, type DecodedRecord, MAX_MESSAGE_BYTES, topics } from '@tiktok-channel/schemas';
import { type TestKafka, testKafka } from './kafka.ts';

const SECRET = 'webhook-app-secret';

const WRITTEN = [topics.messages, topics.statuses, topics.accountNotices, topics.webhooksUnrecognized];

export interface Published {
  readonly id: string;
  readonly key: string | null;
  readonly decoded: Exclude<DecodedRecord, { readonly name: null }>;
}

/** Ingress in this process, on the real broker, under topics of its own. */
export interface WebhookIngress {
  readonly addresses: { readonly public: string; readonly internal: string };
  readonly log: readonly RecordedLine[];
  readonly kafka: TestKafka;
  readonly codec: Codec;
  /** Answers the status. */
  deliver(body: Buffer, logId: string): Promise<number>;
  /** Everything on the topics that ingress writes, from start to end. */
  published(): Promise<readonly Published[]>;
  stop(): Promise<void>;
}

export const startWebhookIngress = async (): Promise<WebhookIngress> => {
  const test = testKafka();
  for (const { name } of WRITTEN) {
    await test.createTopic(name, { partitions: 3, config: { 'max.message.bytes': String(MAX_MESSAGE_BYTES) } });
  }
  const logger = createRecordingLogger();
  const registry = { url: process.env.SCHEMA_REGISTRY_URL ?? '' };
  const ingress = composeIngress({
    settings: readIngressSettings({
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
      KAFKA_BROKERS: process.env.KAFKA_BROKERS,
      KAFKA_TOPIC_PREFIX: test.settings.topicPrefix,
      SCHEMA_REGISTRY_URL: registry.url,
      TIKTOK_APP_SECRET: SECRET,
    }),
    logger,
  });
  await ingress.lifecycle.start();
  const codec = await createCodec({ registry, writes: ['WebhookUnrecognized'] });

  /** One after the other: the codec asks the registry once for each schema, unless it is asked for many at once. */
  const decodeAll = async (records: readonly IncomingRecord[]): Promise<readonly Published[]> => {
    const all: Published[] = [];
    for (const { key, value, headers } of records) {
      const decoded = await codec.decode(value);
      if (decoded.name === null) throw new Error(`${decoded.fullName} is on a topic`);
      all.push({ id: headers.ce_id ?? '', key, decoded });
    }
    return all;
  };

  return {
    addresses: ingress.addresses(),
    log: logger.lines,
    kafka: test,
    codec,
    async deliver(body, logId) {
      const response = await fetch(`${ingress.addresses().public}/webhooks/tiktok`, {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'content-type': 'application/json', 'tiktok-signature': signatureOf(body), 'x-tt-logid': logId },
      });
      await response.arrayBuffer();
      return response.status;
    },
    async published() {
      const admin = test.kafka.createAdmin();
      await admin.start();
      const all: Published[] = [];
      for (const { name } of WRITTEN) {
        const ends = await admin.endOffsets(name);
        // Nothing here is written in a transaction: each offset is a record.
        const count = Number(ends.values().reduce((sum, end) => sum + end, 0n));
        if (count > 0) all.push(...(await decodeAll(await test.read(name, count))));
      }
      await admin.stop();
      return all;
    },
    stop: () => ingress.lifecycle.stop(),
  };
};

/** The `Tiktok-Signature` of a body, as of now. */
export const signatureOf = (body: Buffer, t = Math.floor(Date.now() / 1_000)): string =>
  `t=${t},s=${createHmac('sha256', SECRET).update(`${t}.`).update(body).digest('hex')}`;

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'webhooks');

/** One delivery of each kind and each oddity, by name. */
export const webhookFixtures = (): ReadonlyMap<string, Buffer> =>
  new Map(readdirSync(FIXTURES).map((file) => [file.replace('.json', ''), readFileSync(join(FIXTURES, file))]));
