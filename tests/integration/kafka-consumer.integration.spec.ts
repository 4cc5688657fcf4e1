import type { Batch, BatchOutcome, Consumer, Producer } from '@tiktok-channel/platform/kafka';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { logLevel, Kafka as PlainKafka } from 'kafkajs';
import {
  numberedRecords,
  type TestKafka,
  type TextConsumerOptions,
  testKafka,
  textConsumer,
  valuesOf,
} from '../support/kafka.ts';
import { createPositionStore } from '../support/position-store.ts';

const DEAD_LETTERS = 'service.dead-letter.v1';

describe('a consumer', () => {
  let test: TestKafka;
  let producer: Producer;
  let running: Consumer[];

  const start = async (options: TextConsumerOptions): Promise<Consumer> => {
    const consumer = textConsumer(test, { deadLetters: { producer, topic: DEAD_LETTERS }, ...options });
    running.push(consumer);
    await consumer.start();
    return consumer;
  };

  const plainAdmin = async <T>(work: (admin: ReturnType<PlainKafka['admin']>) => Promise<T>): Promise<T> => {
    const { brokers, clientId } = test.settings;
    const admin = new PlainKafka({ brokers: [...brokers], clientId, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  };

  beforeEach(async () => {
    running = [];
    test = testKafka();
    await test.createTopic(DEAD_LETTERS);
    producer = test.kafka.createProducer();
    await producer.start();
  });

  afterEach(async () => {
    for (const consumer of running) await consumer.stop();
    await producer.stop();
  });

  it('hands over records in order, from where the store says on', async () => {
    await test.createTopic('texts');
    await producer.send(numberedRecords('texts', 0, 10));
    const store = createPositionStore();
    store.setPosition('texts', 0, 4n);

    await start(store);
    await eventually('the rest', () => store.applied.length === 6);
    await producer.send(numberedRecords('texts', 10, 1));
    await eventually('the new one', () => store.applied.length === 7);

    expect(store.applied).to.deep.equal([4, 5, 6, 7, 8, 9, 10].map((n) => `value-${n}`));
    expect(store.positionOf('texts', 0)).to.equal(11n);
  });

  it('skips and dead-letters what a codec says, with the original and its origin, and goes on', async () => {
    await test.createTopic('texts');
    const headers = { ce_id: 'id-2', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    await producer.send(numberedRecords('texts', 0, 2));
    await producer.send([{ topic: 'texts', key: 'k', value: Buffer.from([255, 0]), headers }]);
    await producer.send(numberedRecords('texts', 3, 2));
    const store = createPositionStore();

    await start({
      ...store,
      decode: ({ offset, value }) => {
        if (offset === 1n) return { kind: 'skip', reason: 'of_no_interest' };
        if (offset === 2n) return { kind: 'deadLetter', reason: 'unknown_schema' };
        return { kind: 'record', value: value?.toString() ?? '' };
      },
    });
    await eventually('the end', () => store.positionOf('texts', 0) === 5n);

    expect(store.applied).to.deep.equal(['value-0', 'value-3', 'value-4']);
    const [letter] = await test.read(DEAD_LETTERS, 1);
    expect(letter).to.deep.include({ key: 'k', value: Buffer.from([255, 0]) });
    expect(letter?.headers).to.deep.equal({
      ...headers,
      dlq_reason: 'unknown_schema',
      dlq_attempts: '1',
      dlq_topic: 'texts',
      dlq_partition: '0',
      dlq_offset: '2',
      dlq_group: 'texts',
    });
  });

  it('halves a batch until the record at fault is found, and applies all others once and in order', async () => {
    await test.createTopic('texts');
    await producer.send(numberedRecords('texts', 0, 40));
    const store = createPositionStore();
    const bad = new Set(['value-7', 'value-23']);

    await start({
      positions: store.positions,
      apply: async (batch) =>
        batch.records.some(({ value }) => bad.has(value))
          ? { kind: 'deadLetter', reason: 'value_out_of_range' }
          : store.apply(batch),
    });
    await eventually('the end', () => store.positionOf('texts', 0) === 40n);

    const good = Array.from({ length: 40 }, (_, n) => `value-${n}`).filter((value) => !bad.has(value));
    expect(store.applied).to.deep.equal(good);
    expect(valuesOf(await test.read(DEAD_LETTERS, 2))).to.deep.equal([...bad]);
  });

  it('tries a record that throws a few times and dead-letters it; the ones beside it take effect', async () => {
    await test.createTopic('texts');
    await producer.send(numberedRecords('texts', 0, 8));
    const store = createPositionStore();

    const consumer = await start({
      positions: store.positions,
      decode: ({ offset, value }) => {
        if (offset === 2n) throw new TypeError('undefined is not a function');
        return { kind: 'record', value: value?.toString() ?? '' };
      },
      apply: async (batch) => {
        if (batch.records.some(({ value }) => value === 'value-5')) throw new TypeError('undefined is not a function');
        return store.apply(batch);
      },
    });
    await eventually('the end', () => store.positionOf('texts', 0) === 8n);

    expect(store.applied).to.deep.equal([0, 1, 3, 4, 6, 7].map((n) => `value-${n}`));
    const letters = await test.read(DEAD_LETTERS, 2);
    expect(letters.map(({ headers }) => [headers.dlq_offset, headers.dlq_reason, headers.dlq_attempts])).to.deep.equal([
      ['2', 'unexpected_error', '3'],
      ['5', 'unexpected_error', '3'],
    ]);
    expect(consumer.health()).to.deep.equal({ alive: true });
  });

  it('lets one partition wait while the others flow', async () => {
    await test.createTopic('texts', { partitions: 4 });
    await producer.send(numberedRecords('texts', 0, 100));
    const store = createPositionStore();
    let isAway = true;
    let attempts = 0;

    await start({
      positions: store.positions,
      apply: async (batch) => {
        if (batch.partition === 2 && isAway) {
          attempts += 1;
          return { kind: 'retry', reason: 'dependency_away', afterMs: 100 };
        }
        return store.apply(batch);
      },
    });
    await eventually('three attempts', () => attempts >= 3);
    await producer.send(numberedRecords('texts', 100, 100));
    const read = await test.read('texts', 200);
    const elsewhere = read.filter(({ partition }) => partition !== 2);
    await eventually('the others', () => store.applied.length === elsewhere.length);
    expect(store.positionOf('texts', 2)).to.equal(0n);

    isAway = false;
    await eventually('all', () => store.applied.length === 200);
    expect(new Set(store.applied).size).to.equal(200);
  });

  it('waits for a store that is away, repeats no dead letter meanwhile, and loses nothing', async () => {
    await test.createTopic('texts');
    await producer.send(numberedRecords('texts', 0, 5));
    const store = createPositionStore();
    store.setAvailable(false);

    await start({
      ...store,
      decode: ({ offset, value }) =>
        offset === 1n
          ? { kind: 'deadLetter', reason: 'unreadable' }
          : { kind: 'record', value: value?.toString() ?? '' },
    });
    await eventually('a failed read', () => test.log.some(({ event }) => event === 'kafka.positions_unread'));
    store.setAvailable(true);
    await eventually('the end', () => store.positionOf('texts', 0) === 5n);
    store.setAvailable(false);
    await producer.send(numberedRecords('texts', 5, 2));
    const pauses = () => test.log.filter(({ event }) => event === 'kafka.partition_paused').length;
    await eventually('three pauses', () => pauses() >= 3);
    store.setAvailable(true);
    await eventually('the new ones', () => store.positionOf('texts', 0) === 7n);

    expect(store.applied).to.deep.equal([0, 2, 3, 4, 5, 6].map((n) => `value-${n}`));
    expect(await test.read(DEAD_LETTERS, 1)).to.have.length(1);
  });

  it('publishes a dead letter once although what follows it has to wait', async () => {
    await test.createTopic('texts');
    await producer.send(numberedRecords('texts', 0, 3));
    const store = createPositionStore();
    let waits = 3;

    await start({
      positions: store.positions,
      decode: ({ offset, value }) =>
        offset === 0n
          ? { kind: 'deadLetter', reason: 'unreadable' }
          : { kind: 'record', value: value?.toString() ?? '' },
      apply: async (batch) => {
        waits -= 1;
        return waits >= 0 ? { kind: 'retry', reason: 'dependency_away', afterMs: 50 } : store.apply(batch);
      },
    });
    await eventually('the end', () => store.positionOf('texts', 0) === 3n);

    expect(await test.read(DEAD_LETTERS, 1)).to.have.length(1);
  });

  it('reads its position again when another owner has moved it', async () => {
    await test.createTopic('texts');
    const store = createPositionStore();
    await start(store);
    await producer.send(numberedRecords('texts', 0, 3));
    await eventually('the first', () => store.applied.length === 3);

    store.setPosition('texts', 0, 5n);
    await producer.send(numberedRecords('texts', 3, 4));
    await eventually('the last', () => store.positionOf('texts', 0) === 7n);

    expect(store.applied).to.deep.equal([0, 1, 2, 5, 6].map((n) => `value-${n}`));
  });

  it('goes past control records and compacted gaps', async () => {
    await test.createTopic('texts', { config: { 'cleanup.policy': 'compact' } });
    const transactional = test.kafka.createProducer({ transactionalId: 'relay' });
    await transactional.start();
    for (let n = 0; n < 5; n += 1) await transactional.send(numberedRecords('texts', n, 1));
    const store = createPositionStore();
    store.setPosition('texts', 0, 1n);

    await start(store);
    await eventually('all', () => store.applied.length === 4);
    await transactional.send(numberedRecords('texts', 5, 1));
    await eventually('one more', () => store.applied.length === 5);
    await transactional.stop();

    expect(store.applied).to.deep.equal([1, 2, 3, 4, 5].map((n) => `value-${n}`));
  });

  it('starts where retention has left the log', async () => {
    await test.createTopic('texts');
    await producer.send(numberedRecords('texts', 0, 10));
    const topic = `${test.settings.topicPrefix}texts`;
    await plainAdmin(async (admin) => {
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '6' }] });
    });
    const store = createPositionStore();

    await start(store);
    await eventually('the rest', () => store.positionOf('texts', 0) === 10n);

    expect(store.applied).to.deep.equal([6, 7, 8, 9].map((n) => `value-${n}`));
  });

  it('waits with a position beyond the end of the log, and says so', async () => {
    await test.createTopic('texts');
    await producer.send(numberedRecords('texts', 0, 2));
    const store = createPositionStore();
    store.setPosition('texts', 0, 50n);

    await start(store);
    await eventually('the error', () => test.log.some(({ event }) => event === 'kafka.position_outside_log'));

    expect(store.applied).to.deep.equal([]);
  });

  it('commits to Kafka as well, so that lag can be seen', async () => {
    await test.createTopic('texts');
    await producer.send(numberedRecords('texts', 0, 5));
    const store = createPositionStore();
    await start(store);
    const { topicPrefix } = test.settings;
    const committed = () =>
      plainAdmin((admin) => admin.fetchOffsets({ groupId: `${topicPrefix}texts`, topics: [`${topicPrefix}texts`] }));

    await eventually('the commit', async () => (await committed())[0]?.partitions[0]?.offset === '5');
  });

  it('without a store goes on where its group has committed, record by record', async () => {
    await test.createTopic('texts');
    await producer.send(numberedRecords('texts', 0, 6));
    const seen: string[] = [];
    let isAway = true;
    const options = {
      apply: async ({ records }: Batch<string>): Promise<BatchOutcome> => {
        for (const [applied, { record, value }] of records.entries()) {
          if (value === 'value-2') return { kind: 'deadLetter', reason: 'refused', applied };
          if (value === 'value-4' && isAway) {
            isAway = false;
            return { kind: 'retry', reason: 'dependency_away', afterMs: 50, applied };
          }
          seen.push(`${value}@${record.offset}`);
        }
        return { kind: 'done' };
      },
    };

    const first = await start(options);
    await eventually('all', () => seen.length === 5);
    await first.stop();
    await producer.send(numberedRecords('texts', 6, 1));
    await start(options);
    await eventually('the next', () => seen.length === 6);

    expect(seen).to.deep.equal([0, 1, 3, 4, 5, 6].map((n) => `value-${n}@${n}`));
    expect(valuesOf(await test.read(DEAD_LETTERS, 1))).to.deep.equal(['value-2']);
  });
});
