import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cloudEventHeaders, type IncomingRecord } from '@tiktok-channel/platform/kafka';
import { eventIds } from '@tiktok-channel/platform/kernel';
import { eventually } from '@tiktok-channel/platform/testing';
import { type Codec, createCodec, type MessageReceived, topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { type Driver, drive } from '../support/driver.ts';
import { type TestKafka, testKafka } from '../support/kafka.ts';
import { messageReceived, textContent } from '../support/records.ts';
import { type RunningExample, type SubscriberFolder, subscriberFolder } from '../support/subscriber-folder.ts';
import { codeBlocks, javaPartitions, subscriberPage } from '../support/subscriber-page.ts';
import { useSystem } from '../support/system.ts';

const CHANNEL = 'biz-1';
const examples = codeBlocks(subscriberPage()).flatMap(({ file }) => (file === null ? [] : [file]));
const run = new Set<string>();

/** How each kind of example is run; what was run is remembered. */
const command = (file: string, ...args: readonly string[]): [string, ...string[]] => {
  run.add(file);
  return [file.endsWith('.py') ? 'python' : 'node', file, ...args];
};

describe('an example of the page for other teams', function () {
  this.timeout(180_000);

  let kafka: TestKafka;
  let codec: Codec;
  let folder: SubscriberFolder;
  let env: Record<string, string>;
  const running: RunningExample[] = [];

  before(async () => {
    folder = await subscriberFolder();
    codec = await createCodec({
      registry: { url: process.env.SCHEMA_REGISTRY_URL ?? '' },
      writes: ['MessageReceived'],
    });
  });

  beforeEach(async () => {
    kafka = testKafka();
    env = environment({ brokers: kafka.settings.brokers.join(','), topicPrefix: kafka.settings.topicPrefix });
    const { messages, replyCommands } = topics;
    for (const { name, partitions } of [messages, replyCommands]) await kafka.createTopic(name, { partitions });
  });

  afterEach(async () => {
    for (const example of running.splice(0)) await example.stop();
  });

  const publish = async (...overrides: readonly Partial<MessageReceived>[]): Promise<void> => {
    const records = overrides.map((override) => {
      const value = messageReceived({ channelId: CHANNEL, ...override });
      const type = codec.fullName('MessageReceived');
      const { conversationId: key, messageId, sentAt: timeMs } = value;
      const id = eventIds.message(type, value.channelId, messageId);
      const headers = cloudEventHeaders({ id, source: '/tiktok-channel/ingress', type, timeMs });
      return { topic: topics.messages.name, key, value: codec.encode('MessageReceived', value), headers };
    });
    await kafka.send(records);
  };

  const start = (file: string): RunningExample => {
    const example = folder.start(command(file), env);
    running.push(example);
    return example;
  };

  for (const file of ['subscribe.ts', 'subscribe.py']) {
    it(`prints the message that was published: ${file}`, async () => {
      await publish({ conversationId: 'CONV+a/b==', content: textContent('Grüße 👋') });

      await start(file).prints('CONV+a/b== Grüße 👋');
    });
  }

  it('handles one of two duplicates: once.py', async () => {
    const example = start('once.py');
    await publish(
      { messageId: 'MSG-1', logId: 'log-1' },
      { messageId: 'MSG-1', logId: 'log-2' },
      { messageId: 'MSG-2' },
    );
    const [one, two] = ['MSG-1', 'MSG-2'].map((messageId) =>
      eventIds.message(codec.fullName('MessageReceived'), CHANNEL, messageId),
    );

    await example.prints(`${two} Is this in stock?`);

    expect(example.lines()).to.deep.equal([`${one} Is this in stock?`, `${two} Is this in stock?`, '']);
  });

  it('merges unequal duplicates, whichever comes first: merge.ts', async () => {
    const webhook = {
      sender: { userId: 'u-1', username: 'mia' },
      content: textContent('b'),
      receivedAt: 9,
      logId: 'l-2',
    };
    const retried = { ...webhook, content: textContent('c'), logId: 'l-1' };
    const history = {
      ...webhook,
      origin: 'HISTORY',
      sender: { userId: 'u-1', username: null },
      content: textContent('a'),
      receivedAt: 7,
    } as const;
    const example = start('merge.ts');
    const orders = [
      [history, retried, webhook],
      [webhook, retried, history],
      [retried, history, webhook],
    ];
    for (const [index, order] of orders.entries()) {
      await publish(...order.map((record) => ({ ...record, messageId: `MSG-${index}` })));
    }

    // Among its lines are those of the Kafka client's log.
    const printed = await eventually('all nine records are merged', () => {
      const lines = example.lines().filter((line) => line.startsWith('MSG-'));
      return lines.length === 9 && lines;
    });
    for (const index of orders.keys()) {
      expect(printed.findLast((line) => line.startsWith(`MSG-${index} `))).to.equal(`MSG-${index} mia b 7`);
    }
  });

  for (const file of ['reply.ts', 'reply.py']) {
    it(`writes the command where Java's client would, with the headers that are required: ${file}`, async () => {
      const conversations = [...javaPartitions.keys()];
      for (const conversation of conversations) await reply(file, conversation);

      const records = await kafka.read(topics.replyCommands.name, conversations.length);

      expect(partitionsOf(records)).to.deep.equal(javaPartitions);
      for (const { key, value, headers } of records) {
        expect(headers).to.include({
          ce_specversion: '1.0',
          ce_id: `SendReply/to-${key}`,
          ce_source: '/acme/greeter',
          ce_type: 'tiktok.replycommands.v1.SendReply',
          'content-type': 'application/avro',
        });
        const decoded = await codec.decode(value);
        expect(decoded.name).to.equal('SendReply');
        expect(decoded)
          .to.have.property('value')
          .that.includes({ replyId: `to-${key}`, channelId: CHANNEL, conversationId: key, text: 'Yes, we do.' });
      }
    });
  }

  it('would write it elsewhere with the partitioner that librdkafka has by default', async () => {
    const text = readFileSync(join(folder.path, 'reply.py'), 'utf8');
    const without = text.replace(', "partitioner": "murmur2_random"', '');
    expect(without).to.not.equal(text);
    writeFileSync(join(folder.path, 'reply-elsewhere.py'), without);
    const conversations = [...javaPartitions.keys()];
    for (const conversation of conversations) await reply('reply-elsewhere.py', conversation);

    const found = partitionsOf(await kafka.read(topics.replyCommands.name, conversations.length));

    expect(conversations.filter((key) => found.get(key) === javaPartitions.get(key))).to.deep.equal([]);
  });

  const reply = (file: string, conversation: string) =>
    folder.run(command(file, CHANNEL, conversation, `to-${conversation}`, 'Yes, we do.'), env);

  const partitionsOf = (records: readonly IncomingRecord[]) =>
    new Map([...javaPartitions.keys()].map((key) => [key, records.find((record) => record.key === key)?.partition]));
});

describe('a team that follows the page', function () {
  this.timeout(180_000);

  const system = useSystem();
  let driver: Driver;
  let folder: SubscriberFolder;
  let env: Record<string, string>;
  let subscriber: RunningExample;
  let verdicts: RunningExample;

  before(async () => {
    folder = await subscriberFolder();
    const { addresses, topicPrefix } = system();
    driver = drive(addresses);
    env = { ...environment({ brokers: addresses.kafka, topicPrefix }), SCHEMA_REGISTRY_URL: addresses.schemaRegistry };
    subscriber = folder.start(command('subscribe.ts'), env);
    verdicts = folder.start(command('verdicts.ts'), env);
  });

  after(async () => {
    await subscriber?.stop();
    await verdicts?.stop();
  });

  it('reads what a customer writes, answers from two languages, and sees a verdict for each answer', async () => {
    const channel = await driver.connect();
    const mia = driver.customer(channel);
    const { conversationId } = await mia.send({ type: 'text', text: 'Do you have this in blue?' });
    await subscriber.prints(`${conversationId} Do you have this in blue?`);

    await folder.run(command('reply.ts', channel, conversationId, 'reply-ts', 'Yes.'), env);
    await verdicts.prints('reply-ts sent');
    await folder.run(command('reply.py', channel, conversationId, 'reply-py', 'Which size?'), env);
    await verdicts.prints('reply-py sent');

    const answers = (await mia.phone()).filter(({ from }) => from === 'business').map(({ text }) => text);
    expect(answers).to.deep.equal(['Yes.', 'Which size?']);
  });

  it('learns by its code why a reply failed', async () => {
    const channel = await driver.connect();
    const { conversationId } = await driver.customer(channel).send({ type: 'text', text: 'Hello' });

    await folder.run(command('reply.ts', channel, conversationId, 'reply-long', 'x'.repeat(6001)), env);

    await verdicts.prints('reply-long failed: text_too_long');
  });
});

describe('the page for other teams', () => {
  it('has no example that these specs do not run', () => {
    expect(examples.filter((file) => !run.has(file))).to.deep.equal([]);
  });
});

const environment = ({ brokers, topicPrefix }: { readonly brokers: string; readonly topicPrefix: string }) => ({
  KAFKA_BROKERS: brokers,
  SCHEMA_REGISTRY_URL: process.env.SCHEMA_REGISTRY_URL ?? '',
  KAFKA_TOPIC_PREFIX: topicPrefix,
});
