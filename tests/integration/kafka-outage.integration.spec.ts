import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaServer } from '@tiktok-channel/local';
import { KafkaSendError } from '@tiktok-channel/platform/kafka';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import {
  numberedRecords,
  startOwnBroker,
  type TestKafka,
  testKafka,
  textConsumer,
  valuesOf,
} from '../support/kafka.ts';
import { createPositionStore } from '../support/position-store.ts';

const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'sent';
  } catch (error) {
    return error instanceof KafkaSendError ? error.code : String(error);
  }
};

describe('a broker that goes away', function () {
  this.timeout(120_000);
  let broker: KafkaServer;
  let test: TestKafka;

  before(async () => {
    broker = await startOwnBroker();
  });

  beforeEach(async () => {
    test = testKafka(broker.brokers);
    await test.createTopic('texts', { partitions: 3 });
  });

  after(() => broker.dispose());

  it('ends the wait of callers in time, and has everything that was accepted once after its return', async () => {
    const producer = test.kafka.createProducer({ deadlineMs: 500 });
    await producer.start();
    await producer.send(numberedRecords('texts', 0, 10));

    await broker.kill();
    const startedAt = performance.now();
    const records = numberedRecords('texts', 10, 200);
    const codes = await Promise.all(records.map((record) => codeOf(producer.send([record]))));
    const waitedMs = performance.now() - startedAt;
    await delay(1_000);
    expect(new Set(codes)).to.deep.equal(new Set(['deadline_exceeded']));
    expect(waitedMs).to.be.lessThan(1_500);
    expect(producer.isHealthy()).to.equal(false);

    await broker.start();
    await eventually('health', () => producer.isHealthy(), { withinMs: 40_000 });
    await producer.send(numberedRecords('texts', 210, 10));

    const read = await test.read('texts', 220);
    expect(valuesOf(read).toSorted()).to.deep.equal(
      Array.from({ length: 220 }, (_, index) => `value-${index}`).toSorted(),
    );
    await producer.stop();
  });

  it('fills the buffer of the producer, which then refuses at once', async () => {
    const producer = test.kafka.createProducer({ deadlineMs: 300, maxBufferedRecords: 100, stopTimeoutMs: 100 });
    await producer.start();
    await broker.pause();

    const codes = await Promise.all(numberedRecords('texts', 0, 150).map((record) => codeOf(producer.send([record]))));
    const stopped = performance.now();
    await producer.stop();
    const stopMs = performance.now() - stopped;
    await broker.unpause();

    // The first may have got through before the broker froze.
    expect(new Set(codes.slice(1, 100))).to.deep.equal(new Set(['deadline_exceeded']));
    expect(new Set(codes.slice(100))).to.deep.equal(new Set(['buffer_full']));
    expect(stopMs, 'stop has a bound').to.be.lessThan(5_000);
  });

  it('neither stops a consumer nor makes it lose or double anything', async () => {
    const store = createPositionStore();
    const fatal: Error[] = [];
    const consumer = textConsumer(test, { ...store, onFatal: (error) => fatal.push(error) });
    const producer = test.kafka.createProducer({ deadlineMs: 60_000 });
    await producer.start();
    await consumer.start();
    await producer.send(numberedRecords('texts', 0, 50));
    await eventually('the first', () => store.applied.length === 50);

    await broker.stop();
    const sending = producer.send(numberedRecords('texts', 50, 50));
    await delay(3_000);
    expect(consumer.health()).to.deep.equal({ alive: true });
    await broker.start();
    await sending;
    await eventually('the rest', () => store.applied.length >= 100, { withinMs: 60_000 });
    await consumer.stop();
    await producer.stop();

    expect(new Set(store.applied).size).to.equal(100);
    expect(store.applied).to.have.length(100);
    expect(fatal).to.deep.equal([]);
  });

  it('is waited for at the start, until the process is told to stop', async () => {
    await broker.stop();
    const producer = test.kafka.createProducer();
    const consumer = textConsumer(test, createPositionStore());
    const starts = [producer.start(), consumer.start()].map((start) =>
      start.then(
        () => 'started',
        () => 'stopped',
      ),
    );
    await delay(1_500);

    await Promise.all([producer.stop(), consumer.stop()]);
    const results = await Promise.all(starts);
    await broker.start();

    expect(results).to.deep.equal(['stopped', 'stopped']);
  });
});
