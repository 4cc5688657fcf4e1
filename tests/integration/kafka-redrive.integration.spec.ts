import { type Consumer, type Decoded, HEADERS, type IncomingRecord } from '@tiktok-channel/platform/kafka';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type TestKafka, testKafka, textConsumer } from '../support/kafka.ts';

const LETTERS = 'texts.dead-letter';
const REDRIVE = 'texts.redrive';

describe('dead letters that are given back', () => {
  let test: TestKafka;
  let producer: ReturnType<TestKafka['kafka']['createProducer']>;
  let consumers: Consumer[] = [];

  beforeEach(async () => {
    test = testKafka();
    for (const topic of ['texts', LETTERS, REDRIVE]) await test.createTopic(topic);
    producer = test.kafka.createProducer();
    await producer.start();
  });
  afterEach(async () => {
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    consumers = [];
    await producer.stop();
  });

  /** A group of the service that gives up what its `decode` says, and what it has taken. */
  const startGroup = async (group: string, decode: (text: string) => Decoded<string>) => {
    const taken: string[] = [];
    const consumer = textConsumer(test, {
      group,
      decode: ({ value }) => decode(String(value)),
      apply: async ({ records }) => {
        taken.push(...records.map(({ value }) => value));
        return { kind: 'done' };
      },
      deadLetters: { producer, topic: LETTERS, redriveTopic: REDRIVE },
    });
    consumers.push(consumer);
    await consumer.start();
    return { consumer, taken };
  };
  const takes = (value: string): Decoded<string> => ({ kind: 'record', value });
  const givesUp = (text: string): Decoded<string> =>
    text === 'bad' ? { kind: 'deadLetter', reason: 'unreadable' } : takes(text);
  const sendText = (text: string) => test.send([{ topic: 'texts', key: 'k', value: Buffer.from(text), headers: {} }]);
  const giveBack = ({ key, value, headers, partition, offset }: IncomingRecord) =>
    test.send([
      {
        topic: REDRIVE,
        key,
        value,
        partition,
        headers: { ...headers, [HEADERS.redrivenFrom]: `${partition}-${offset}` },
      },
    ]);
  const stop = async (consumer: Consumer) => {
    consumers = consumers.filter((other) => other !== consumer);
    await consumer.stop();
  };

  it('are taken by the group that had given them up, also when it was down meanwhile, and by no other', async () => {
    const broken = await startGroup('broken', givesUp);
    const other = await startGroup('other', takes);
    await sendText('bad');
    const [letter] = await test.read(LETTERS, 1);
    await stop(broken.consumer);

    await giveBack(letter as IncomingRecord);
    await sendText('after');
    const mended = await startGroup('broken', takes);

    await eventually('both are taken', () => mended.taken.length === 2);
    await eventually('the other is through', async () =>
      (await other.consumer.report()).every(({ lag }) => lag === 0n),
    );
    expect(mended.taken.toSorted()).to.deep.equal(['after', 'bad']);
    expect(other.taken).to.deep.equal(['bad', 'after']);
  });

  it('become dead letters again when they fail again: attempts are counted on, and the origin stays', async () => {
    await startGroup('broken', givesUp);
    await sendText('good');
    await sendText('bad');
    const [first] = await test.read(LETTERS, 1);

    await giveBack(first as IncomingRecord);

    const [, second] = await test.read(LETTERS, 2);
    expect(second?.headers).to.include({
      [HEADERS.deadLetterTopic]: 'texts',
      [HEADERS.deadLetterPartition]: '0',
      [HEADERS.deadLetterOffset]: '1',
      [HEADERS.deadLetterGroup]: 'broken',
      [HEADERS.deadLetterAttempts]: '2',
      [HEADERS.redrivenFrom]: '0-0',
    });
    expect(second?.value?.toString()).to.equal('bad');
  });
});

describe('the report of a consumer', () => {
  it('tells how far it is, and for what it waits', async () => {
    const test = testKafka();
    await test.createTopic('texts', { partitions: 2 });
    let isAway = true;
    const consumer = textConsumer(test, {
      apply: async () => (isAway ? { kind: 'retry', reason: 'database_unavailable', afterMs: 200 } : { kind: 'done' }),
    });
    await test.send([{ topic: 'texts', key: null, partition: 1, value: Buffer.from('a'), headers: {} }]);
    await consumer.start();
    try {
      await eventually('it waits', async () => (await consumer.report())[1]?.state === 'retrying');
      expect(await consumer.report()).to.containSubset([
        { topic: 'texts', partition: 0, position: 0n, endOffset: 0n, lag: 0n, state: 'idle', reason: null },
        { partition: 1, position: 0n, endOffset: 1n, lag: 1n, reason: 'database_unavailable', movedMsAgo: null },
      ]);

      isAway = false;
      await eventually('it is through', async () => (await consumer.report())[1]?.state === 'idle');
      const [, moved] = await consumer.report();
      expect(moved).to.include({ position: 1n, lag: 0n, reason: null });
      expect(moved?.movedMsAgo).to.be.a('number');
    } finally {
      await consumer.stop();
    }
  });

  it('knows of partitions that another member has where that is, and not how it fares', async () => {
    const test = testKafka();
    await test.createTopic('texts', { partitions: 2 });
    const members = [0, 1].map(() => textConsumer(test, { apply: async () => ({ kind: 'done' }) }));
    await Promise.all(members.map((member) => member.start()));
    try {
      await test.send(
        [0, 1].map((partition) => ({ topic: 'texts', key: null, partition, value: Buffer.from('a'), headers: {} })),
      );
      const reports = () => Promise.all(members.map((member) => member.report()));
      const statesOf = async () => (await reports()).map((report) => report.map(({ state }) => state).toSorted());
      await eventually('each has one partition and is through', async () =>
        (await statesOf()).every((states) => states.join() === 'elsewhere,idle'),
      );

      await eventually('both know both positions', async () =>
        (await reports()).flat().every(({ position, lag }) => position === 1n && lag === 0n),
      );
    } finally {
      await Promise.all(members.map((member) => member.stop()));
    }
  });
});

describe('a piece of a log', () => {
  it('is read from any place, without a group', async () => {
    const test = testKafka();
    await test.createTopic('texts');
    await test.send(
      Array.from({ length: 3_000 }, (_, index) => ({
        topic: 'texts',
        key: null,
        value: Buffer.from(`${index} ${'x'.repeat(1_000)}`),
        headers: {},
      })),
    );
    const admin = test.kafka.createAdmin();
    await admin.start();
    try {
      const offsets: bigint[] = [];
      const range = { from: 7n, to: 2_995n };
      for await (const record of admin.readLog({ topic: 'texts', partition: 0 }, range)) {
        expect(record.value?.toString()).to.match(new RegExp(`^${record.offset} `));
        offsets.push(record.offset);
      }
      expect(offsets).to.deep.equal(Array.from({ length: 2_988 }, (_, index) => BigInt(index + 7)));
    } finally {
      await admin.stop();
    }
  });
});
