import { setTimeout as delay } from 'node:timers/promises';
import type { BatchOutcome } from '@tiktok-channel/platform/kafka';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { logLevel, type Consumer as PlainConsumer, Kafka as PlainKafka } from 'kafkajs';
import { numberedRecords, type TestKafka, testKafka, textConsumer, valuesOf } from '../support/kafka.ts';
import { createPositionStore } from '../support/position-store.ts';

/** Longer than a fetch, a heartbeat and a pause together. */
const LONG_ENOUGH_MS = 2_000;

describe('faults of a consumer', () => {
  let test: TestKafka;

  const plainConsumer = async (group: string): Promise<PlainConsumer> => {
    const { brokers, topicPrefix } = test.settings;
    const kafka = new PlainKafka({ clientId: 'plain', brokers: [...brokers], logLevel: logLevel.NOTHING });
    const consumer = kafka.consumer({ groupId: `${topicPrefix}${group}`, maxWaitTimeInMs: 300 });
    await consumer.connect();
    await consumer.subscribe({ topic: `${topicPrefix}texts`, fromBeginning: true });
    return consumer;
  };

  beforeEach(async () => {
    test = testKafka();
    await test.createTopic('texts');
    await test.createTopic('service.dead-letter.v1');
  });

  describe('a group whose committed offset is at the end of an idle topic, and an empty database', () => {
    const consumeAll = async (): Promise<void> => {
      await test.send(numberedRecords('texts', 0, 5));
      const before = textConsumer(test, createPositionStore());
      await before.start();
      await eventually('the commit', () => committedAtEnd());
      await before.stop();
    };

    const committedAtEnd = async (): Promise<boolean> => {
      const { brokers, topicPrefix } = test.settings;
      const admin = new PlainKafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      const [topic] = await admin.fetchOffsets({ groupId: `${topicPrefix}texts`, topics: [`${topicPrefix}texts`] });
      await admin.disconnect();
      return topic?.partitions[0]?.offset === '5';
    };

    it('leave kafkajs waiting for ever: no batch comes in which it could notice', async () => {
      await consumeAll();
      const consumer = await plainConsumer('texts');
      let batches = 0;
      await consumer.run({
        eachBatch: async () => {
          batches += 1;
        },
      });

      await delay(LONG_ENOUGH_MS);
      await consumer.disconnect();

      expect(batches).to.equal(0);
    });

    it('are no matter to this consumer: it asks the database', async () => {
      await consumeAll();
      const store = createPositionStore();
      const consumer = textConsumer(test, store);
      await consumer.start();

      await eventually('all of it', () => store.applied.length === 5);
      await consumer.stop();

      expect(store.positionOf('texts', 0)).to.equal(5n);
    });
  });

  describe('a TypeError in the handler', () => {
    it('stops kafkajs for good', async () => {
      const consumer = await plainConsumer('plain');
      const seen: string[] = [];
      await consumer.run({
        eachMessage: async ({ message }) => {
          const value = message.value?.toString() ?? '';
          if (value === 'value-0' && seen.length === 0) {
            seen.push(value);
            throw new TypeError('undefined is not a function');
          }
          seen.push(value);
        },
      });

      await test.send(numberedRecords('texts', 0, 2));
      await eventually('the error', () => seen.length > 0);
      await delay(LONG_ENOUGH_MS);
      await consumer.disconnect();

      expect(seen).to.deep.equal(['value-0']);
    });

    it('costs this consumer one record', async () => {
      const producer = test.kafka.createProducer();
      await producer.start();
      const store = createPositionStore();
      const consumer = textConsumer(test, {
        positions: store.positions,
        deadLetters: { producer, topic: 'service.dead-letter.v1' },
        apply: async (batch) => {
          if (batch.records.some(({ value }) => value === 'value-0')) throw new TypeError('undefined is no function');
          return store.apply(batch);
        },
      });
      await consumer.start();

      await producer.send(numberedRecords('texts', 0, 2));
      await eventually('the second', () => store.applied.length === 1);
      await consumer.stop();
      await producer.stop();

      expect(store.applied).to.deep.equal(['value-1']);
      expect(valuesOf(await test.read('service.dead-letter.v1', 1))).to.deep.equal(['value-0']);
    });
  });

  it('a handler that never returns is reported as not alive; an idle consumer is alive', async () => {
    const handling = Promise.withResolvers<BatchOutcome>();
    const stuck = textConsumer(test, { apply: () => handling.promise, stuckAfterMs: 500 });
    const idle = textConsumer(test, { ...createPositionStore(), group: 'idle', topics: ['idle'], stuckAfterMs: 500 });
    await test.createTopic('idle');
    await Promise.all([stuck.start(), idle.start()]);
    await test.send(numberedRecords('texts', 0, 1));

    await eventually('the report', () => !stuck.health().alive);
    await delay(LONG_ENOUGH_MS);

    expect(idle.health()).to.deep.equal({ alive: true });
    expect(stuck.health()).to.deep.equal({ alive: false, reason: 'a batch makes no progress' });
    handling.resolve({ kind: 'done' });
    await Promise.all([stuck.stop(), idle.stop()]);
  });

  it('a slow handler keeps its place in the group', async () => {
    const store = createPositionStore({ delayMs: 12_000 });
    const consumer = textConsumer(test, store);
    await consumer.start();
    await test.send(numberedRecords('texts', 0, 1));

    await eventually('the record', () => store.applied.length === 1);
    await consumer.stop();

    expect(test.log.filter(({ event }) => event === 'kafka.partitions_assigned')).to.have.length(1);
  });

  it('a dead-letter topic that takes nothing ends in a fatal error, and no offset moves', async () => {
    const store = createPositionStore();
    const fatal: Error[] = [];
    const consumer = textConsumer(test, {
      ...store,
      decode: () => ({ kind: 'deadLetter', reason: 'unreadable' }),
      deadLetterPatienceMs: 500,
      onFatal: (error) => fatal.push(error),
    });
    await consumer.start();
    await test.send(numberedRecords('texts', 0, 1));

    await eventually('the end', () => fatal.length > 0);
    await consumer.stop();

    expect(fatal).to.have.length(1);
    expect(consumer.health().alive).to.equal(false);
    expect(store.positionOf('texts', 0)).to.equal(0n);
  });
});
