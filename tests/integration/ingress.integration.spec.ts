import { composeIngress, type Ingress, readIngressSettings } from '@tiktok-channel/ingress';
import type { KafkaServer } from '@tiktok-channel/local';
import { createRecordingLogger, eventually } from '@tiktok-channel/platform/testing';
import { createCodec, topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { deliver, textDelivery } from '../support/deliveries.ts';
import { startOwnBroker, type TestKafka, testKafka } from '../support/kafka.ts';

const SECRET = 'ingress-app-secret';
const DEADLINE_MS = 500;

describe('ingress on a real broker', () => {
  let broker: KafkaServer;
  let test: TestKafka;
  let ingress: Ingress;
  let count = 0;
  const acknowledged: string[] = [];

  const deliverNext = async (): Promise<number> => {
    count += 1;
    const messageId = `MSG-${count}`;
    const body = textDelivery({
      business: 'biz-1',
      conversationId: `C-${count % 5}`,
      messageId,
      text: 'Hi',
      at: 1_767_225_599_000 + count,
    });
    const status = await deliver({ public: ingress.addresses().public, appSecret: SECRET }, body);
    if (status === 200) acknowledged.push(messageId);
    return status;
  };

  before(async () => {
    broker = await startOwnBroker();
    test = testKafka(broker.brokers);
    for (const { name, partitions } of Object.values(topics)) await test.createTopic(name, { partitions });
    ingress = composeIngress({
      settings: readIngressSettings({
        HOST: '127.0.0.1',
        PORT: '0',
        INTERNAL_PORT: '0',
        KAFKA_BROKERS: broker.brokers,
        KAFKA_TOPIC_PREFIX: test.settings.topicPrefix,
        SCHEMA_REGISTRY_URL: process.env.SCHEMA_REGISTRY_URL,
        TIKTOK_APP_SECRET: SECRET,
        WEBHOOK_PUBLISH_DEADLINE_MS: String(DEADLINE_MS),
      }),
      logger: createRecordingLogger(),
    });
    await ingress.lifecycle.start();
  });

  after(async () => {
    await ingress.lifecycle.stop();
    await broker.dispose();
  });

  it('answers 200 to deliveries from many connections at once', async () => {
    const statuses = await Promise.all(Array.from({ length: 200 }, deliverNext));

    expect(new Set(statuses)).to.deep.equal(new Set([200]));
  });

  it('publishes nothing of what it refuses', async () => {
    const body = textDelivery({ business: 'biz-1', conversationId: 'C-1', messageId: 'MSG-forged', text: 'Hi', at: 1 });

    expect(await deliver({ public: ingress.addresses().public, appSecret: 'a-foreign-secret' }, body)).to.equal(401);
  });

  it('answers 503 while the broker is away, is not ready, and is normal again by itself when it is back', async () => {
    await broker.kill();
    const during = await Promise.all(Array.from({ length: 20 }, deliverNext));
    const ready = await fetch(`${ingress.addresses().internal}/health/ready`);
    await broker.start();
    await eventually('a delivery is answered 200 again', async () => (await deliverNext()) === 200, {
      withinMs: 45_000,
    });

    expect(new Set(during)).to.deep.equal(new Set([503]));
    expect(ready.status).to.equal(503);
  });

  it('has every delivery that it answered 200 in the topic, under its conversation', async () => {
    const records = await test.read(topics.messages.name, acknowledged.length);
    const codec = await createCodec({ registry: { url: process.env.SCHEMA_REGISTRY_URL ?? '' }, writes: [] });
    const messages = await Promise.all(
      records.map(async ({ key, value }) => {
        const decoded = await codec.decode(value);
        if (decoded.name !== 'MessageReceived') throw new Error(`${decoded.name} is on the topic`);
        return { key, ...decoded.value };
      }),
    );

    expect(messages.map(({ messageId }) => messageId)).to.include.members(acknowledged);
    expect(messages.map(({ messageId }) => messageId)).to.not.include('MSG-forged');
    expect(messages.filter(({ key, conversationId }) => key !== conversationId)).to.deep.equal([]);
  });

  it('publishes what it cannot read on the topic of unrecognised deliveries, and nowhere else', async () => {
    const body = JSON.stringify({ event: 'im_receive_hologram', user_openid: 'biz-1', content: '{}' });

    expect(await deliver({ public: ingress.addresses().public, appSecret: SECRET }, body)).to.equal(200);
    expect(await test.read(topics.webhooksUnrecognized.name, 1)).to.have.length(1);
  });
});
