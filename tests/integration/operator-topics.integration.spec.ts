import { eventually } from '@tiktok-channel/platform/testing';
import { topicConfig, topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { type TestKafka, testKafka } from '../support/kafka.ts';
import { hasStackTrace, NOBODY, runCommand } from '../support/operator.ts';

const all = Object.values(topics);

describe('tiktok-channel topics ensure', () => {
  let test: TestKafka;

  const ensure = (...options: readonly string[]) =>
    runCommand(['topics', 'ensure', ...options], {
      KAFKA_BROKERS: test.settings.brokers.join(','),
      KAFKA_TOPIC_PREFIX: test.settings.topicPrefix,
    });
  const outcomesIn = (json: string) =>
    (JSON.parse(json) as { topic: string; outcome: string; changes: unknown[] }[]).map(({ topic, outcome }) => [
      topic,
      outcome,
    ]);
  const planKinds = async () => {
    const admin = test.kafka.createAdmin();
    await admin.start();
    const specs = all.map((topic) => ({
      topic: topic.name,
      partitions: topic.partitions,
      config: topicConfig(topic),
    }));
    const plans = await admin.planTopics(specs);
    await admin.stop();
    return plans.map(({ kind }) => kind);
  };

  beforeEach(() => {
    test = testKafka();
  });

  it('creates every topic of the contract as it is specified, and finds them so the next time', async () => {
    const first = await ensure();
    const second = await ensure('--json');

    expect(first.code, first.stderr).to.equal(0);
    expect(first.stdout.match(/ created$/gm)).to.have.length(all.length);
    expect(new Set(await planKinds())).to.deep.equal(new Set(['keep']));
    expect(second.code).to.equal(0);
    expect(outcomesIn(second.stdout)).to.deep.equal(all.map(({ name }) => [name, 'keep']));
  });

  it('only says what it would do when that is all it is asked for', async () => {
    const result = await ensure('--dry-run');

    expect(result.code).to.equal(0);
    expect(result.stdout.match(/would be created/g)).to.have.length(all.length);
    expect(new Set(await planKinds())).to.deep.equal(new Set(['create']));
  });

  it('shows a setting that is another one, and puts it right', async () => {
    const { name, partitions } = topics.statuses;
    await test.createTopic(name, { partitions, config: { ...topicConfig(topics.statuses), 'retention.ms': '1000' } });

    const result = await ensure();

    expect(result.code).to.equal(0);
    expect(result.stdout).to.match(/tiktok\.statuses\.v1 +changed +retention\.ms: 1000 -> -1\n/);
    await eventually('the new setting', async () => (await planKinds()).every((kind) => kind === 'keep'));
  });

  it('refuses another number of partitions, says why, and changes nothing at all', async () => {
    await test.createTopic(topics.messages.name, { partitions: 3, config: topicConfig(topics.messages) });

    const result = await ensure();

    expect(result.code).to.equal(1);
    expect(result.stdout)
      .to.match(/tiktok\.messages\.v1 +has 3 partitions instead of 12/)
      .and.include('order');
    expect(await planKinds()).to.deep.equal(
      all.map(({ name }) => (name === topics.messages.name ? 'refuse' : 'create')),
    );
  });

  it('says that a factor of replication is more than there are brokers', async () => {
    const result = await ensure('--replication-factor', '7');

    expect(result.code).to.equal(1);
    expect(result.stderr).to.match(/What to do: .*--replication-factor/);
    expect(hasStackTrace(result)).to.equal(false);
  });

  it('says in a sentence that the broker is away, and what to do', async () => {
    const result = await runCommand(['topics', 'ensure'], { KAFKA_BROKERS: NOBODY });

    expect(result.code).to.equal(1);
    expect(result.stderr).to.include(`Kafka does not answer at ${NOBODY}`).and.include('What to do:');
    expect(hasStackTrace(result)).to.equal(false);
  });

  it('names every setting that is missing, and only those that the command needs', async () => {
    const topicsEnsure = await runCommand(['topics', 'ensure']);
    const tail = await runCommand(['tail', 'messages']);

    expect([topicsEnsure.code, tail.code]).to.deep.equal([1, 1]);
    expect(topicsEnsure.stderr).to.include('KAFKA_BROKERS: is not set').and.not.include('SCHEMA_REGISTRY_URL');
    expect(tail.stderr).to.include('KAFKA_BROKERS: is not set').and.include('SCHEMA_REGISTRY_URL: is not set');
  });

  for (const args of [
    [],
    ['topics'],
    ['topics', 'ensure', '--replication-factor', 'many'],
    ['topics', 'ensure', '--no-such-option'],
    ['no-such-command'],
    ['tail'],
    ['tail', 'no-such-topic'],
    ['tail', 'messages', '--from', 'yesterday'],
    ['webhooks', 'reparse'],
  ]) {
    it(`answers 2 to wrong usage: tiktok-channel ${args.join(' ')}`, async () => {
      const result = await runCommand(args, { KAFKA_BROKERS: NOBODY });

      expect(result.code).to.equal(2);
      expect(result.stderr).to.not.equal('');
      expect(hasStackTrace(result)).to.equal(false);
    });
  }

  it('answers 0 to a call for help', async () => {
    const result = await runCommand(['tail', '--help']);

    expect(result.code).to.equal(0);
    expect(result.stdout).to.include('--words');
  });
});
