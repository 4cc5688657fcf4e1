import { randomUUID } from 'node:crypto';
import { composeConversation, conversationMigrations, readConversationSettings } from '@tiktok-channel/conversation';
import { createKafka } from '@tiktok-channel/platform/kafka';
import { silentLogger } from '@tiktok-channel/platform/kernel';
import { migrate } from '@tiktok-channel/platform/postgres';
import { eventually } from '@tiktok-channel/platform/testing';
import { topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import pg from 'pg';
import { type IdentityProvider, startIdentityProvider } from '../support/identity.ts';
import { startOperatorOrigin } from '../support/operator-origin.ts';
import { type Conversation, createOutboundWorld, type OutboundWorld, replyIn } from '../support/outbound.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { blocksOf, createDesk } from '../support/runbooks.ts';

const PAGE = 'procedures/restore-from-backup.md';

describe('the database of outbound, restored from a backup', function () {
  this.timeout(180_000);
  let world: OutboundWorld;
  let provider: IdentityProvider;
  let conversation: Conversation;
  let other: Conversation;
  let readModel: Awaited<ReturnType<typeof startReadModel>>;
  let outbound: Awaited<ReturnType<OutboundWorld['startOutbound']>>;
  let origin: Awaited<ReturnType<typeof startOperatorOrigin>>;
  let desk: ReturnType<typeof createDesk>;
  const backup = `backup_${randomUUID().replaceAll('-', '')}`;
  const databaseAt = (name: string): string => new URL(`/${name}`, world.database.url).href;

  before(async () => {
    world = await createOutboundWorld();
    await world.faults({ rate_limit_qps: 0 });
    provider = await startIdentityProvider();
    outbound = await world.startOutbound(provider.environment);
    readModel = await startReadModel({ ...world.environment, ...provider.environment });
    origin = await startOperatorOrigin((service) =>
      service === 'conversation' ? readModel.publicUrl : outbound.addresses().public,
    );
    const token = await provider.authorize({ accountId: 'operations', role: 'operator', userId: 'olga' });
    desk = createDesk({ environment: { PUBLIC_URL: origin.url, OPERATOR_TOKEN: token.replace('Bearer ', '') } });
    conversation = await world.newConversation(await world.newChannel(), 1);
    other = await world.newConversation(await world.newChannel(), 1);
  });
  after(async () => {
    await origin.stop();
    await outbound.lifecycle.stop();
    await readModel.stop();
    await onServer(`DROP DATABASE IF EXISTS ${backup} WITH (FORCE)`);
    await world.stop();
    await provider.stop();
  });

  const onServer = async (sql: string, database = 'postgres'): Promise<void> => {
    const client = new pg.Client({ connectionString: databaseAt(database) });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  const answers = async (to: Conversation): Promise<readonly (string | undefined)[]> =>
    (await world.phone(to)).filter(({ from }) => from === 'business').map(({ text }) => text);
  const ask = async (to: Conversation, text: string) => {
    const command = replyIn(to, { text, requestedAt: world.now() });
    await world.send(command);
    return command;
  };
  const setPause = (act: 'pause' | 'resume', { channelId: channel }: Conversation) =>
    desk.run(`tiktok-channel channels ${act} <channel> --why "a backup with replies that wait"`, { channel });

  it('sends nothing again that was sent since, sends what waits, and goes on', async () => {
    await setPause('pause', conversation);
    await setPause('pause', other);
    const sent = await ask(conversation, 'Sent since the backup.');
    const waiting = await ask(other, 'Still waits.');
    await world.status(sent.replyId, 'ReplyDelayed');
    await world.status(waiting.replyId, 'ReplyDelayed');
    await outbound.lifecycle.stop();
    const name = new URL(world.database.url).pathname.slice(1);
    await onServer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    await onServer(`CREATE DATABASE ${backup} TEMPLATE ${name}`);
    outbound = await world.startOutbound(provider.environment);
    await setPause('resume', conversation);
    await world.verdict(sent.replyId);
    await outbound.lifecycle.stop();
    await onServer(`DELETE FROM paused_channels`, backup);

    const blocks = await blocksOf(PAGE);
    const blockWith = (words: string): string => blocks.find((block) => block.includes(words)) ?? '';
    const [pauseAll = '', , goOn = ''] = await blocksOf(PAGE, 'sql');
    await onServer(pauseAll, backup);
    outbound = await world.startOutbound({ ...provider.environment, DATABASE_URL: databaseAt(backup) });
    const listed = await desk.run('tiktok-channel replies list --state delayed');
    expect(listed).to.include(sent.replyId).and.to.include(waiting.replyId);
    await eventually('conversation has caught up', async () =>
      /^status +(?:sent|delivered)$/m.test(await desk.run('tiktok-channel lineage <reply>', { reply: sent.replyId })),
    );
    expect(await desk.run(blockWith('lineage'))).to.equal(`${sent.replyId} is cancelled`);
    const left = await desk.run(blockWith('--state queued\n'));
    expect([left.includes(sent.replyId), left.includes(waiting.replyId)]).to.deep.equal([false, true]);
    await onServer(goOn, backup);
    const next = await ask(conversation, 'Asked for after the restore.');
    await world.verdict(next.replyId);
    await world.advance(301);
    await world.verdict(waiting.replyId);

    expect(await answers(conversation)).to.deep.equal(['Sent since the backup.', 'Asked for after the restore.']);
    expect(await answers(other)).to.deep.equal(['Still waits.']);
    expect(world.namesOf(sent.replyId)).to.include.members(['ReplySent', 'ReplyCancelled']);
  });
});

/** Conversation beside it, in whose read model the verdicts are. */
const startReadModel = async (environment: Readonly<Record<string, string>>) => {
  const { KAFKA_BROKERS = '', KAFKA_TOPIC_PREFIX: topicPrefix = '' } = environment;
  const settings = { brokers: KAFKA_BROKERS.split(','), topicPrefix, clientId: 'restore-spec' };
  const admin = createKafka({ settings, logger: silentLogger }).createAdmin();
  await admin.start();
  const { accountNotices, conversations, conversationDeadLetters, conversationRedrive } = topics;
  const own = [accountNotices, conversations, conversationDeadLetters, conversationRedrive];
  await admin.ensureTopics(own.map(({ name }) => ({ topic: name, partitions: 1 })));
  await admin.stop();
  const database: TestDatabase = await testDatabase();
  await migrate({ url: database.url, folder: conversationMigrations, logger: silentLogger });
  const { lifecycle, addresses } = composeConversation({
    settings: readConversationSettings({
      ...environment,
      DATABASE_URL: database.url,
      MEDIA_URL_SECRETS: 'media-url-secret',
    }),
    logger: silentLogger,
  });
  await lifecycle.start();
  return {
    publicUrl: addresses().public,
    stop: async () => {
      await lifecycle.stop();
      await database.drop();
    },
  };
};
