import type { Consumer } from '@tiktok-channel/platform/kafka';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { numberedRecords, testKafka, textConsumer } from '../support/kafka.ts';
import { createPositionStore } from '../support/position-store.ts';

const RECORDS = 6_000;

describe('consumers of one group that come and go', () => {
  it('apply every record once, under load', async () => {
    const test = testKafka();
    await test.createTopic('texts', { partitions: 6 });
    const producer = test.kafka.createProducer();
    await producer.start();
    const store = createPositionStore({ delayMs: 5 });
    const consumerOf = (): Consumer => textConsumer(test, { ...store, maxBatchRecords: 20 });
    const assignments = () => test.log.filter(({ event }) => event === 'kafka.partitions_assigned');
    const sharedBy = (members: number) => () =>
      assignments()
        .slice(-members)
        .reduce((sum, { fields }) => sum + Number(fields.partitions), 0) === 6;
    const first = consumerOf();
    await first.start();

    let sent = 0;
    const sending = (async () => {
      while (sent < RECORDS) {
        await producer.send(numberedRecords('texts', sent, 100));
        sent += 100;
      }
    })();
    const second = consumerOf();
    await second.start();
    await eventually('two members share', sharedBy(2));
    await eventually('some progress', () => store.applied.length > RECORDS / 10);
    await first.stop();
    const third = consumerOf();
    await third.start();
    await eventually('more progress', () => store.applied.length > RECORDS / 3);
    await second.stop();
    await sending;
    await eventually('all', () => store.applied.length >= RECORDS, { withinMs: 40_000 });
    await third.stop();
    await producer.stop();

    expect(store.applied).to.have.length(RECORDS);
    expect(new Set(store.applied).size).to.equal(RECORDS);
    expect(assignments().length).to.be.greaterThan(3);
  });
});
