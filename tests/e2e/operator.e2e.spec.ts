import { createKafka } from '@tiktok-channel/platform/kafka';
import { createRecordingLogger, eventually } from '@tiktok-channel/platform/testing';
import { topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { type Driver, drive } from '../support/driver.ts';
import { hasStackTrace, runCommand } from '../support/operator.ts';
import { useSystem } from '../support/system.ts';

const WORDS = 'my card ends with 4711';

/** A topic that a group of each service reads. */
const READ = {
  ingress: topics.historyRequests,
  auth: topics.accountNotices,
  conversation: topics.channels,
  outbound: topics.replyCommands,
} as const;

describe('the operator command line against a running system', () => {
  const system = useSystem();
  let driver: Driver;
  let business: string;
  let environment: Record<string, string>;

  const command = (...args: string[]) => runCommand(args, environment);
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await command(...args, '--json');
    expect([code, stderr]).to.deep.equal([0, '']);
    return JSON.parse(stdout);
  };

  before(async () => {
    driver = drive(system().addresses);
    business = await driver.connect();
    environment = { PUBLIC_URL: system().addresses.public, OPERATOR_TOKEN: await driver.token('operator') };
    const { KAFKA_BROKERS = '' } = process.env;
    const kafka = createKafka({
      settings: { brokers: KAFKA_BROKERS.split(','), clientId: 'spec', topicPrefix: system().topicPrefix },
      logger: createRecordingLogger(),
    });
    const producer = kafka.createProducer();
    await producer.start();
    await producer.send(
      Object.values(READ).map(({ name }) => ({ topic: name, key: 'poison', value: Buffer.from(WORDS), headers: {} })),
    );
    await producer.stop();
  });

  for (const [service, { name }] of Object.entries(READ)) {
    it(`lists, shows and gives back a dead letter of ${service} through the public origin`, async () => {
      const letter = await eventually('the record is a dead letter', async () => {
        const [listed] = await json('dead-letters', 'list', service);
        return listed.letters.find(({ origin }: { origin: { topic: string } }) => origin.topic === name) ?? false;
      });
      expect(letter).to.deep.include({ reason: 'undecodable', attempts: 1, redrivenAt: null });

      const shown = await command('dead-letters', 'show', service, letter.id);
      expect(shown.stdout).to.contain('undecodable').and.to.contain(name).and.to.not.contain('4711');
      const given = await command('dead-letters', 'redrive', service, letter.id, '--why', 'a new version');
      expect([given.code, given.stdout]).to.deep.equal([0, '1 record given back\n']);

      const again = await eventually('it fails again', async () => {
        const [listed] = await json('dead-letters', 'list', service);
        return listed.letters.find(({ attempts }: { attempts: number }) => attempts === 2) ?? false;
      });
      expect(again).to.deep.include({ group: letter.group, origin: letter.origin });
    });
  }

  it('gives back all of a reason, without those that were given back', async () => {
    const { code, stdout } = await command(
      ...['dead-letters', 'redrive', 'ingress', '--all', '--reason', 'undecodable', '--why', 'a new version'],
    );

    expect(code).to.equal(0);
    expect(stdout).to.match(/^1 record given back\n1 left: given back before/);
  });

  it('tells how every consumer is, and what waits', async () => {
    await eventually('all are through', async () => {
      const services = await json('consumers');
      return services
        .flatMap(({ consumers }: { consumers: { state: string }[] }) => consumers)
        .every(({ state }: { state: string }) => state === 'idle');
    });
    const { code, stdout } = await command('consumers');

    expect(code).to.equal(0);
    for (const group of [
      ...['auth.activity', 'conversation.projection', 'outbound.commands', 'outbound.facts', 'ingress.history'],
      ...['auth.outbox', 'conversation.outbox', 'outbound.outbox'],
    ]) {
      expect(stdout).to.contain(group);
    }
  });

  it('follows a message from the log id to its status, and an answer from the command to the echo', async () => {
    const mia = driver.customer(business);
    const { conversationId, messageId } = await mia.send({ type: 'text', text: WORDS });
    await driver.messageIs(conversationId, messageId);
    const { body } = await driver.reply(conversationId, { text: 'Yes, all sizes.' });
    const { messageId: echoed } = await driver.replyIs(body.replyId, 'delivered');

    const incoming = await json('lineage', messageId);
    expect(incoming).to.deep.include({ conversationId, channelId: business, reply: null, status: null });
    expect(incoming.message.logId).to.be.a('string');
    expect(incoming.records.map(({ topic }: { topic: string }) => topic)).to.deep.equal([topics.messages.name]);

    const outgoing = await json('lineage', String(echoed), '--conversation', conversationId);
    expect(outgoing).to.deep.include({ status: 'delivered', isSearchComplete: true });
    expect(outgoing.reply).to.include({ replyId: body.replyId, attempts: 1, failure: null });
    expect(outgoing.reply.requestedAt).to.be.a('number');
    const types = outgoing.records.map(({ type }: { type: string }) => type.split('.').at(-1));
    expect(types).to.include.members(['SendReply', 'ReplyQueued', 'ReplySent', 'ReplyDelivered', 'MessageEchoed']);
    expect(await json('lineage', body.replyId)).to.deep.equal(outgoing);

    const { stdout } = await command('lineage', messageId);
    expect(stdout).to.contain(messageId).and.to.contain('MessageReceived').and.to.not.contain('4711');
  });

  it('finds the records of a message also after the clock was moved', async () => {
    await driver.advanceClock(3 * 86_400);
    const { conversationId, messageId } = await driver.customer(business).send({ type: 'text', text: 'Still there?' });
    await driver.messageIs(conversationId, messageId);
    environment = { ...environment, OPERATOR_TOKEN: await driver.token('operator') };

    expect((await json('lineage', messageId)).records).to.have.length(1);
  });

  it('is refused with a sentence that says what to do', async () => {
    const agent = await driver.token('agent');
    for (const [overrides, args, message, next] of [
      [{ PUBLIC_URL: '' }, ['consumers'], 'PUBLIC_URL', 'set them in the environment'],
      [{ OPERATOR_TOKEN: '' }, ['consumers', 'auth'], 'OPERATOR_TOKEN', 'set them in the environment'],
      [{ OPERATOR_TOKEN: 'not-a-token' }, ['consumers', 'auth'], 'token', 'OPERATOR_TOKEN'],
      [{ OPERATOR_TOKEN: agent }, ['dead-letters', 'list'], 'operator', 'OPERATOR_TOKEN'],
      [{ PUBLIC_URL: 'http://127.0.0.1:9' }, ['consumers'], 'nothing answers', 'PUBLIC_URL'],
      [{}, ['lineage', 'nobody'], 'does not exist', ''],
      [{}, ['dead-letters', 'show', 'auth', '0-99999'], 'does not exist', ''],
    ] as const) {
      const result = await runCommand(args, { ...environment, ...overrides });
      expect(result.code, args.join(' ')).to.equal(1);
      expect(result.stderr).to.contain(message).and.to.contain('What to do:').and.to.contain(next);
      expect(hasStackTrace(result)).to.equal(false);
    }
    const withoutWhy = await command('dead-letters', 'redrive', 'auth', '--all');
    expect([withoutWhy.code, withoutWhy.stderr.includes('--why')]).to.deep.equal([2, true]);
  });
});
