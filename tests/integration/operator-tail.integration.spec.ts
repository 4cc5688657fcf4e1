import { cloudEventHeaders, type OutgoingRecord } from '@tiktok-channel/platform/kafka';
import { eventually } from '@tiktok-channel/platform/testing';
import { type Codec, createCodec, topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { Kafka, logLevel } from 'kafkajs';
import { type CuttableLine, cuttableLine } from '../support/cuttable-line.ts';
import { type TestKafka, testKafka } from '../support/kafka.ts';
import { scaled } from '../support/long.ts';
import { hasStackTrace, NOBODY, runCommand, startCommand } from '../support/operator.ts';
import { messageReceived, textContent } from '../support/records.ts';

const WORDS = 'my door code is 4711';
const NAME = 'mia.shopper';

describe('tiktok-channel tail', () => {
  let test: TestKafka;
  let codec: Codec;

  const environment = () => ({
    KAFKA_BROKERS: test.settings.brokers.join(','),
    KAFKA_TOPIC_PREFIX: test.settings.topicPrefix,
    SCHEMA_REGISTRY_URL: process.env.SCHEMA_REGISTRY_URL,
  });
  const tail = (...args: readonly string[]) => runCommand(['tail', ...args], environment());
  const received = (messageId: string, conversationId = 'CONV+a/b=='): OutgoingRecord => ({
    topic: topics.messages.name,
    key: conversationId,
    value: codec.encode('MessageReceived', messageReceived({ messageId, conversationId, content: textContent(WORDS) })),
    headers: cloudEventHeaders({
      id: messageId,
      source: '/tiktok-channel/test',
      type: codec.fullName('MessageReceived'),
      timeMs: 0,
    }),
  });

  before(async () => {
    codec = await createCodec({
      registry: { url: process.env.SCHEMA_REGISTRY_URL ?? '' },
      writes: ['MessageReceived'],
    });
  });
  beforeEach(async () => {
    test = testKafka();
    await test.createTopic(topics.messages.name);
  });

  it("shows what is there, decoded, with people's words as their length", async () => {
    await test.send([received('MSG-1'), received('MSG-2')]);

    const result = await tail('messages', '--from', 'beginning', '--count', '2');
    const json = await tail('tiktok.messages.v1', '--from', 'beginning', '--count', '2', '--json');

    expect(result.code, result.stderr).to.equal(0);
    expect(result.stdout.trimEnd().split('\n')).to.have.length(2);
    expect(result.stdout).to.match(/0@0 {2}MessageReceived {2}CONV\+a\/b== .*messageId=MSG-1/);
    expect(result.stdout).to.include('content.text.body=‹20 characters›');
    expect(
      json.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).value.messageId),
    ).to.deep.equal(['MSG-1', 'MSG-2']);
    for (const { stdout, stderr } of [result, json])
      expect(stdout + stderr)
        .to.not.include(WORDS)
        .and.not.include(NAME);
  });

  it('shows the words when they are asked for', async () => {
    await test.send([received('MSG-1')]);

    const result = await tail('messages', '--from', 'beginning', '--count', '1', '--words');

    expect(result.stdout).to.include(`content.text.body=${WORDS}`).and.include(NAME);
  });

  it('follows from the end on until Ctrl-C, and leaves no group behind', async () => {
    await test.send([received('before')]);
    const running = startCommand(['tail', 'messages'], environment());
    try {
      // When it has found its place cannot be seen from outside.
      await eventually('a record that came later', async () => {
        await test.send([received('later')]);
        return running.stdout().includes('messageId=later');
      });
    } finally {
      running.interrupt();
    }
    const result = await running.result;

    expect(result.code, result.stderr).to.equal(0);
    expect(result.stdout).to.not.include('messageId=before');
    expect(await groupsOf(test)).to.deep.equal([]);
  });

  it('shows only what has the key, the type and the age that are asked for', async () => {
    await test.send([received('MSG-1', 'other')]);
    await test.send([received('MSG-2')]);

    const byKey = await tail('messages', '--from', 'beginning', '--key', 'CONV+a/b==', '--count', '1');
    const byType = await tail('messages', '--from', 'beginning', '--type', 'MessageReceived', '--count', '2');
    const byTime = await tail('messages', '--from', '2020-01-01T00:00:00Z', '--count', '1');

    expect(byKey.stdout).to.include('MSG-2').and.not.include('MSG-1');
    expect(byType.stdout).to.include('MSG-1').and.include('MSG-2');
    expect(byTime.stdout).to.include('MSG-1');
  });

  it('shows what cannot be decoded as such, and goes on', async () => {
    const foreign = await foreignSchemaId();
    const framed = Buffer.alloc(6);
    framed.writeInt32BE(foreign, 1);
    const record = (value: Buffer | null) => ({ topic: topics.messages.name, key: 'k', value, headers: {} });
    await test.send([record(Buffer.from('no avro')), record(framed), record(null), received('MSG-1')]);

    const result = await tail('messages', '--from', 'beginning', '--count', '4');

    expect(result.code, result.stderr).to.equal(0);
    const lines = result.stdout.split('\n');
    expect(lines[0]).to.match(/undecodable {2}k {2}the value is not in the Confluent wire format \(7 bytes\)/);
    expect(lines[1]).to.match(/foreign\.v1\.Thing {2}k {2}\(a type newer than this version\)/);
    expect(lines[2]).to.match(/tombstone/);
    expect(lines[3]).to.match(/MSG-1/);
  });

  it('shows the headers of dead letters', async () => {
    const topic = topics.conversationDeadLetters.name;
    await test.createTopic(topic);
    const letter = received('MSG-1');
    await test.send([{ ...letter, topic, headers: { ...letter.headers, dlq_reason: 'undecodable', dlq_offset: '7' } }]);

    const result = await tail('conversation-dead-letters', '--from', 'beginning', '--count', '1');

    expect(result.stdout).to.include('dlq_reason=undecodable  dlq_offset=7').and.include('messageId=MSG-1');
  });

  it('keeps up with 10,000 records a second, or says that it does not', async function () {
    this.timeout(scaled(60_000, 180_000));
    const count = scaled(30_000, 150_000);
    const some = Array.from({ length: 5_000 }, (_, index) => received(`MSG-${index}`));
    for (let sent = 0; sent < count; sent += some.length) await test.send(some);

    const startedAt = performance.now();
    const result = await tail('messages', '--from', 'beginning', '--count', String(count));
    const seconds = (performance.now() - startedAt) / 1_000;

    expect(result.stdout.split('\n')).to.have.length(count + 1);
    expect(count / seconds > 10_000 || result.stderr.includes('records behind)'), result.stderr).to.equal(true);
  });

  it('says that a topic is not there, that the broker is away, and that the registry is away', async () => {
    await test.send([received('MSG-1')]);
    const line: CuttableLine = await cuttableLine(process.env.SCHEMA_REGISTRY_URL ?? '');
    await line.cut();
    const results = await Promise.all([
      tail('tiktok.nothing.v1'),
      runCommand(['tail', 'messages'], { ...environment(), KAFKA_BROKERS: NOBODY }),
      runCommand(['tail', 'messages', '--from', 'beginning'], {
        ...environment(),
        SCHEMA_REGISTRY_URL: line.url.replace(/\/$/, ''),
      }),
    ]);

    expect(results.map(({ code }) => code)).to.deep.equal([1, 1, 1]);
    expect(results[0]?.stderr).to.include('the topic is not there').and.include('topics ensure');
    expect(results[1]?.stderr).to.include(`Kafka does not answer at ${NOBODY}`);
    expect(results[2]?.stderr).to.include('the schema registry does not answer');
    expect(results.some(hasStackTrace)).to.equal(false);
  });
});

const groupsOf = async ({ settings }: TestKafka): Promise<readonly string[]> => {
  const admin = new Kafka({ brokers: [...settings.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const { groups } = await admin.listGroups();
  await admin.disconnect();
  return groups.map(({ groupId }) => groupId).filter((group) => group.startsWith(settings.topicPrefix));
};

/** Of a record that this version does not know. */
const foreignSchemaId = async (): Promise<number> => {
  const schema = { type: 'record', name: 'Thing', namespace: 'foreign.v1', fields: [{ name: 'a', type: 'string' }] };
  const response = await fetch(`${process.env.SCHEMA_REGISTRY_URL}/subjects/foreign.v1-foreign.v1.Thing/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  });
  return ((await response.json()) as { id: number }).id;
};
