import { topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { deliver } from '../support/deliveries.ts';
import { type Driver, drive } from '../support/driver.ts';
import { type PythonRecord, readWithPython } from '../support/python/reader.ts';
import { useSystem } from '../support/system.ts';

describe('a consumer written in Python', () => {
  const system = useSystem();
  let driver: Driver;
  let business: string;
  let records: readonly PythonRecord[];
  let conversationId: string;

  before(async function () {
    this.timeout(180_000);
    driver = drive(system().addresses);
    business = await driver.connect();
    const mia = driver.customer(business);
    const sent = await mia.send({ type: 'text', text: 'Grüße 👋' });
    conversationId = sent.conversationId;
    await driver.messageIs(conversationId, sent.messageId);
    const { body } = await driver.reply(conversationId, { text: 'Hello!' });
    await driver.replyIs(body.replyId, 'delivered');
    await mia.read();
    await driver.replyIs(body.replyId, 'read');
    await deliver(
      system().addresses,
      JSON.stringify({ event: 'im_receive_hologram', user_openid: business, content: '{}' }),
    );
    const { addresses, topicPrefix } = system();
    const wanted = {
      messages: 2,
      // Read mark, queued, sent, delivered, read.
      statuses: 5,
      channels: 1,
      replyCommands: 1,
      webhooksUnrecognized: 1,
      // The authorisation was started and completed.
      audit: 2,
    } as const;
    const counts = Object.entries(wanted).map(([topic, count]) => [
      `${topicPrefix}${topics[topic as keyof typeof wanted].name}`,
      count,
    ]);
    records = await readWithPython(
      { brokers: addresses.kafka, registryUrl: addresses.schemaRegistry },
      Object.fromEntries(counts),
    );
  });

  it('reads every topic, with the record name that the header tells', () => {
    expect(new Set(records.map(({ type }) => type?.split('.').at(-1)))).to.deep.equal(
      new Set([
        'MessageReceived',
        'MessageEchoed',
        'ConversationRead',
        'ReplyQueued',
        'ReplySent',
        'ReplyDelivered',
        'ReplyRead',
        'ChannelConnected',
        'SendReply',
        'WebhookUnrecognized',
        'OperatorActed',
      ]),
    );
  });

  it("reads a person's words as they were written", () => {
    const message = records.find(({ type }) => type?.endsWith('MessageReceived'));

    expect(message?.value).to.have.nested.property('content.text.body', 'Grüße 👋');
    expect(message?.key).to.equal(conversationId);
  });

  it('finds one fact under each id, however often it comes', () => {
    const factOf = ({ topic, type, key }: PythonRecord) => `${topic} ${type} ${key}`;
    const ids = new Set(records.map(({ id }) => id));

    expect(ids).to.not.include(null);
    expect(new Set(records.map((record) => `${record.id} ${factOf(record)}`)).size).to.equal(ids.size);
  });
});
