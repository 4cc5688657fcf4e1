import { randomUUID } from 'node:crypto';
import { createKafka, type IncomingRecord } from '@tiktok-channel/platform/kafka';
import { createRecordingLogger, eventually } from '@tiktok-channel/platform/testing';
import { topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { type Driver, drive } from '../support/driver.ts';
import { type CommandResult, runCommand } from '../support/operator.ts';
import { useSystem } from '../support/system.ts';

describe('history, in the whole product', () => {
  const system = useSystem(() => ({ HISTORY_REQUESTS_PER_SECOND: '8' }));
  let business: string;
  let driver: Driver;

  before(async () => {
    driver = drive(system().addresses);
    business = await driver.connect();
  });
  afterEach(() => driver.faults({}));

  const tiktokChannel = (...args: readonly string[]): Promise<CommandResult> => {
    const { addresses, topicPrefix } = system();
    return runCommand(args, {
      KAFKA_BROKERS: addresses.kafka,
      KAFKA_TOPIC_PREFIX: topicPrefix,
      SCHEMA_REGISTRY_URL: addresses.schemaRegistry,
      CLOCK_URL: addresses.simulator,
    });
  };

  /** Everything on the topic of messages. */
  const messageRecords = async (): Promise<readonly IncomingRecord[]> => {
    const { addresses, topicPrefix } = system();
    const kafka = createKafka({
      settings: { brokers: addresses.kafka.split(','), clientId: 'spec', topicPrefix },
      logger: createRecordingLogger(),
    });
    const admin = kafka.createAdmin();
    await admin.start();
    const ends = await admin.endOffsets(topics.messages.name);
    await admin.stop();
    const records: IncomingRecord[] = [];
    const wanted = Number(ends.values().reduce((sum, end) => sum + end, 0n));
    const reader = kafka.createReader({
      topic: topics.messages.name,
      group: `spec-${topicPrefix}`,
      from: new Map(),
      read: async (batch) => void records.push(...batch.records),
      onFatal: (error) => {
        throw error;
      },
    });
    await reader.start();
    await eventually('the end of the topic', () => records.length >= wanted);
    await reader.stop();
    return records;
  };

  it('repairs a channel by one command after an outage that outlived every retry of TikTok', async () => {
    const [mia, noah] = [driver.customer(business, 'mia.out'), driver.customer(business, 'noah.out')];
    await driver.faults({ deliveries_delayed_ms: 30 * 24 * 3_600_000 });
    const question = await mia.send({ type: 'text', text: 'Is this in stock?' });
    const answer = await mia.businessWritesInApp('Yes, all sizes.');
    const other = await noah.send({ type: 'text', text: 'Hello?' });

    const result = await tiktokChannel('history', 'import', business, '--as', 'olga', '--why', 'webhooks were lost');
    const shown = await driver.messageIs(question.conversationId, question.messageId);
    const echoed = await driver.messageIs(question.conversationId, answer.messageId);

    expect(result.code, result.stderr).to.equal(0);
    expect(result.stdout)
      .to.match(/2 of 2 conversations/)
      .and.match(/3 messages/);
    expect([shown.content.text, shown.direction]).to.deep.equal(['Is this in stock?', 'incoming']);
    expect([echoed.content.text, echoed.direction, echoed.source]).to.deep.equal([
      'Yes, all sizes.',
      'outgoing',
      'app',
    ]);
    await driver.messageIs(other.conversationId, other.messageId);
  });

  it('imports a channel when it is connected, and again when it is reauthorised', async () => {
    const username = `shop.${randomUUID().slice(0, 8)}`;
    const { businessId } = await driver.control<{ businessId: string }>('/_control/businesses', {
      method: 'POST',
      body: JSON.stringify({ username, displayName: 'Acme Store' }),
      headers: { 'content-type': 'application/json' },
    });
    await driver.faults({ deliveries_delayed_ms: 30 * 24 * 3_600_000 });
    const mia = driver.customer(businessId, 'mia.before');
    const before = await mia.send({ type: 'text', text: 'Anybody there?' });

    await driver.consent(businessId);
    const shown = await driver.messageIs(before.conversationId, before.messageId);
    const between = await mia.send({ type: 'text', text: 'Hello?' });
    await driver.consent(businessId);
    await driver.messageIs(between.conversationId, between.messageId);

    expect(shown.content).to.include({ text: 'Anybody there?' });
  });

  it('shows the message of a European customer, whom the webhook does not name', async () => {
    const { conversationId, messageId } = await driver
      .customer(business, 'lena')
      .send({ type: 'text', text: 'Guten Tag', region: 'EU' });

    const shown = await driver.messageIs(conversationId, messageId);

    expect(shown.content).to.include({ kind: 'text', text: 'Guten Tag' });
  });

  it('goes on after SIGKILL, and no message has a second id', async () => {
    await driver.faults({ deliveries_delayed_ms: 30 * 24 * 3_600_000 });
    const sent = [];
    for (let n = 0; n < 8; n += 1) {
      sent.push(await driver.customer(business, `kim.${n}`).send({ type: 'text', text: `Hello ${n}` }));
    }
    const importing = tiktokChannel('history', 'import', business, '--as', 'olga', '--why', 'to be killed', '--json');
    const subjects = new Set(sent.map(({ messageId }) => messageId));
    const imported = async () =>
      (await messageRecords()).filter(({ headers }) => subjects.has(headers.ce_subject ?? ''));
    await eventually('the first of them', async () => (await imported()).length >= 2);

    await system().kill('history', 'SIGKILL');
    const { code, stdout, stderr } = await importing;
    for (const { conversationId, messageId } of sent) await driver.messageIs(conversationId, messageId);

    const byMessage = Map.groupBy(await imported(), ({ headers }) => headers.ce_subject);
    expect(code, stderr).to.equal(0);
    expect(JSON.parse(stdout)).to.include({
      state: 'FINISHED',
      conversationsDone: JSON.parse(stdout).conversationsTotal,
    });
    expect(byMessage.size).to.equal(8);
    expect(
      [...byMessage.values()].every((same) => new Set(same.map(({ headers }) => headers.ce_id)).size === 1),
    ).to.equal(true);
  });
});
