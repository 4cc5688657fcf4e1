import { KafkaSendError, type OutgoingRecord, type Producer } from '@tiktok-channel/platform/kafka';
import { expect } from 'chai';
import { numberedRecords, type TestKafka, testKafka, valuesOf } from '../support/kafka.ts';

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'sent',
    (error: unknown) => (error instanceof KafkaSendError ? error.code : String(error)),
  );

describe('the producer', () => {
  let test: TestKafka;
  let producer: Producer;

  before(async () => {
    test = testKafka();
    producer = test.kafka.createProducer();
    await producer.start();
  });

  after(() => producer.stop());

  it('brings every record of thousands of concurrent calls to its topic once, each key in order', async () => {
    await test.createTopic('many', { partitions: 6 });
    const records = Array.from({ length: 3_000 }, (_, index) => ({
      topic: 'many',
      key: `key-${index % 50}`,
      value: Buffer.from(String(index)),
      headers: { ce_id: String(index) },
    }));

    await Promise.all(records.map((record) => producer.send([record])));

    const read = await test.read('many', records.length);
    expect(read).to.have.length(records.length);
    const byKey = Map.groupBy(read, ({ key }) => key);
    for (const [key, ofKey] of byKey) {
      const numbers = ofKey.map(({ value }) => Number(value));
      expect(numbers, String(key)).to.deep.equal(numbers.toSorted((a, b) => a - b));
      expect(new Set(ofKey.map(({ partition }) => partition)).size).to.equal(1);
    }
  });

  it('keeps key, bytes and headers, also of a tombstone', async () => {
    await test.createTopic('shapes');
    const value = Buffer.from([0, 255, 128, 7]);
    await producer.send([
      { topic: 'shapes', key: 'schlüssel', value, headers: { 'content-type': 'application/avro', empty: '' } },
      { topic: 'shapes', key: null, value: null, headers: {} },
    ]);

    const [first, second] = await test.read('shapes', 2);

    expect(first).to.deep.include({ topic: 'shapes', key: 'schlüssel', value, partition: 0, offset: 0n });
    expect(first?.headers).to.deep.equal({ 'content-type': 'application/avro', empty: '' });
    expect(second).to.deep.include({ key: null, value: null, headers: {} });
  });

  it('refuses a record that is too large and sends those of the other callers', async () => {
    await test.createTopic('sizes', { partitions: 2, config: { 'max.message.bytes': '20000' } });
    const tooLarge: OutgoingRecord = { topic: 'sizes', key: 'big', value: Buffer.alloc(50_000), headers: {} };
    const others = numberedRecords('sizes', 0, 60);

    const results = await Promise.all([
      ...others.slice(0, 30).map((record) => codeOf(producer.send([record]))),
      codeOf(producer.send([tooLarge])),
      ...others.slice(30).map((record) => codeOf(producer.send([record]))),
    ]);

    expect(results.filter((result) => result === 'record_refused')).to.have.length(1);
    expect(results[30]).to.equal('record_refused');
    const read = await test.read('sizes', others.length);
    expect(valuesOf(read).toSorted()).to.deep.equal(others.map(({ value }) => value?.toString()).toSorted());
    expect(producer.isHealthy()).to.equal(true);
  });

  it('refuses a record without key on a compacted topic', async () => {
    await test.createTopic('compacted', { config: { 'cleanup.policy': 'compact' } });
    const record = { topic: 'compacted', key: null, value: Buffer.from('x'), headers: {} };

    expect(await codeOf(producer.send([record]))).to.equal('record_refused');
  });

  it('takes one call with more than fits into a batch', async () => {
    await test.createTopic('large');
    const records = Array.from({ length: 300 }, () => ({
      topic: 'large',
      key: 'k',
      value: Buffer.alloc(10_000, 1),
      headers: {},
    }));

    await producer.send(records);

    expect(await test.read('large', 300)).to.have.length(300);
  });

  it('flushes what it has when it is stopped, and refuses what comes after', async () => {
    await test.createTopic('flush');
    const stopping = test.kafka.createProducer();
    await stopping.start();
    const sent = Promise.all(numberedRecords('flush', 0, 2_500).map((record) => stopping.send([record])));

    await stopping.stop();
    await sent;

    expect(await codeOf(stopping.send(numberedRecords('flush', 0, 1)))).to.equal('stopped');
    expect(await test.read('flush', 2_500)).to.have.length(2_500);
  });
});

describe('the producer with a transactional id', () => {
  it('writes for readers of committed records, and is fenced when another takes over', async () => {
    const test = testKafka();
    await test.createTopic('fenced', { config: { 'cleanup.policy': 'compact' } });
    const first = test.kafka.createProducer({ transactionalId: 'relay' });
    await first.start();
    await first.send(numberedRecords('fenced', 0, 2));

    const second = test.kafka.createProducer({ transactionalId: 'relay' });
    await second.start();

    expect(await codeOf(first.send(numberedRecords('fenced', 2, 1)))).to.equal('fenced');
    expect(await codeOf(first.send(numberedRecords('fenced', 3, 1)))).to.equal('fenced');
    await second.send(numberedRecords('fenced', 4, 1));
    expect(valuesOf(await test.read('fenced', 3))).to.deep.equal(['value-0', 'value-1', 'value-4']);
    await first.stop();
    await second.stop();
  });
});
