import type { ReadBatch } from '@tiktok-channel/platform/kafka';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { Kafka, logLevel } from 'kafkajs';
import { numberedRecords, type TestKafka, testKafka } from '../support/kafka.ts';

const withAdmin = async <T>(
  test: TestKafka,
  work: (admin: ReturnType<TestKafka['kafka']['createAdmin']>) => Promise<T>,
) => {
  const admin = test.kafka.createAdmin();
  await admin.start();
  try {
    return await work(admin);
  } finally {
    await admin.stop();
  }
};

describe('plans of topics', () => {
  let test: TestKafka;

  before(() => {
    test = testKafka();
  });

  it('put a setting right and leave those that they do not name as somebody has set them', async () => {
    await test.createTopic('tuned', { config: { 'retention.ms': '1000', 'segment.ms': '60000' } });
    const spec = { topic: 'tuned', partitions: 1, config: { 'retention.ms': '-1' } };
    const tuned = { topic: 'tuned', partitions: 1, config: { 'segment.ms': '60000', 'retention.ms': '-1' } };

    const before = await withAdmin(test, async (admin) => {
      const plans = await admin.planTopics([spec]);
      await admin.applyTopicPlans(plans);
      await eventually('both settings', async () =>
        (await admin.planTopics([tuned])).every(({ kind }) => kind === 'keep'),
      );
      return plans;
    });

    expect(before).to.deep.include({
      kind: 'change',
      spec,
      partitions: 1,
      replicas: 1,
      changes: [{ name: 'retention.ms', from: '1000', to: '-1' }],
    });
  });

  it('create what is missing and refuse another number of partitions', async () => {
    await test.createTopic('narrow', { partitions: 2 });
    const specs = [
      { topic: 'narrow', partitions: 3 },
      { topic: 'new', partitions: 3 },
    ];

    const [before, after] = await withAdmin(test, async (admin) => {
      const plans = await admin.planTopics(specs);
      await admin.applyTopicPlans(plans);
      return [plans, await admin.planTopics(specs)] as const;
    });

    expect(before.map(({ kind }) => kind)).to.deep.equal(['refuse', 'create']);
    expect(after.map(({ kind }) => kind)).to.deep.equal(['refuse', 'keep']);
  });
});

describe('a reader', () => {
  let test: TestKafka;

  before(() => {
    test = testKafka();
  });

  it('reads on from where it is told, and leaves no group behind', async () => {
    await test.createTopic('watched');
    await test.send(numberedRecords('watched', 0, 5));
    const batches: ReadBatch[] = [];
    const reader = test.kafka.createReader({
      topic: 'watched',
      group: 'watching',
      from: new Map([[0, 3n]]),
      read: async (batch) => {
        batches.push(batch);
      },
      onFatal: (error) => {
        throw error;
      },
    });

    await reader.start();
    await test.send(numberedRecords('watched', 5, 1));
    await eventually('the last record', () => batches.at(-1)?.nextOffset === 6n);
    await reader.stop();

    expect(batches.flatMap(({ records }) => records.map(({ offset }) => offset))).to.deep.equal([3n, 4n, 5n]);
    expect(await groupsOf(test)).to.not.include(`${test.settings.topicPrefix}watching`);
  });

  it('tells its owner once that reading failed, and reads no further', async () => {
    await test.createTopic('failing', { partitions: 2 });
    await test.send(numberedRecords('failing', 0, 20));
    const failures: Error[] = [];
    let calls = 0;
    const reader = test.kafka.createReader({
      topic: 'failing',
      group: 'failing',
      from: new Map(),
      read: () => {
        calls += 1;
        return Promise.reject(new Error('a full pipe'));
      },
      onFatal: (error) => failures.push(error),
    });

    await reader.start();
    await eventually('the failure', () => failures.length > 0);
    await reader.stop();

    expect(failures.map(({ message }) => message)).to.deep.equal(['a full pipe']);
    expect(calls).to.equal(1);
  });
});

const groupsOf = async ({ settings }: TestKafka): Promise<readonly string[]> => {
  const admin = new Kafka({ brokers: [...settings.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const { groups } = await admin.listGroups();
  await admin.disconnect();
  return groups.map(({ groupId }) => groupId);
};
