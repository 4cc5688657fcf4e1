import { expect } from 'chai';
import { logLevel, Kafka as PlainKafka } from 'kafkajs';
import { type TestKafka, testKafka, valuesOf } from '../support/kafka.ts';
import { type KafkaProxy, startKafkaProxy } from '../support/kafka-proxy.ts';

/** As many answers as attempts that kafkajs makes by default, the first one included. */
const DEFAULT_ATTEMPTS = 6;

describe('answers to produce requests that get lost', () => {
  let direct: TestKafka;
  let proxy: KafkaProxy;

  beforeEach(async () => {
    direct = testKafka();
    proxy = await startKafkaProxy(direct.settings.brokers[0] ?? '');
    await direct.createTopic('facts');
  });

  afterEach(() => proxy.stop());

  it('make kafkajs with its defaults acknowledge a batch that is not stored', async () => {
    const { topicPrefix } = direct.settings;
    const plain = new PlainKafka({ clientId: 'plain', brokers: [proxy.address], logLevel: logLevel.NOTHING });
    const producer = plain.producer({ idempotent: true, maxInFlightRequests: 1, retry: { initialRetryTime: 20 } });
    const send = (value: string) => producer.send({ topic: `${topicPrefix}facts`, messages: [{ key: 'k', value }] });
    await producer.connect();
    await send('A');

    proxy.loseProduceAnswers(DEFAULT_ATTEMPTS);
    const failed = await send('B').catch((error: unknown) => error);
    await send('C');
    await producer.disconnect();

    expect(failed).to.be.instanceOf(Error);
    expect(valuesOf(await direct.read('facts', 2)), 'C was acknowledged').to.deep.equal(['A', 'B']);
  });

  it('lose and double nothing that this producer sends', async () => {
    const test = testKafka(proxy.address);
    await test.createTopic('facts');
    const producer = test.kafka.createProducer({ deadlineMs: 30_000 });
    await producer.start();
    const send = (value: string) =>
      producer.send([{ topic: 'facts', key: 'k', value: Buffer.from(value), headers: {} }]);
    await send('A');

    proxy.loseProduceAnswers(DEFAULT_ATTEMPTS + 2);
    await Promise.all([send('B'), send('C')]);
    await send('D');
    await producer.stop();

    expect(proxy.lost).to.equal(DEFAULT_ATTEMPTS + 2);
    expect(valuesOf(await test.read('facts', 4))).to.deep.equal(['A', 'B', 'C', 'D']);
  });

  it('do not move a record without key to another partition', async () => {
    const test = testKafka(proxy.address);
    await test.createTopic('spread', { partitions: 8 });
    const producer = test.kafka.createProducer({ deadlineMs: 30_000 });
    await producer.start();

    proxy.loseProduceAnswers(2);
    await producer.send([{ topic: 'spread', key: null, value: Buffer.from('once'), headers: {} }]);
    await producer.stop();

    expect(valuesOf(await test.read('spread', 1))).to.deep.equal(['once']);
  });
});
