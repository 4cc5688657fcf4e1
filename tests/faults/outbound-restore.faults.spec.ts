import { randomUUID } from 'node:crypto';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import pg from 'pg';
import { type IdentityProvider, startIdentityProvider } from '../support/identity.ts';
import { startOperatorOrigin } from '../support/operator-origin.ts';
import { type Conversation, createOutboundWorld, type OutboundWorld, replyIn } from '../support/outbound.ts';
import { blocksOf, createDesk } from '../support/runbooks.ts';

const PAGE = 'procedures/restore-from-backup.md';

describe('the database of outbound, restored from a backup', function () {
  this.timeout(180_000);
  let world: OutboundWorld;
  let provider: IdentityProvider;
  let conversation: Conversation;
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
    origin = await startOperatorOrigin(() => outbound.addresses().public);
    const token = await provider.authorize({ accountId: 'operations', role: 'operator', userId: 'olga' });
    desk = createDesk({ environment: { PUBLIC_URL: origin.url, OPERATOR_TOKEN: token.replace('Bearer ', '') } });
    conversation = await world.newConversation(await world.newChannel(), 1);
  });
  after(async () => {
    await origin.stop();
    await outbound.lifecycle.stop();
    await onServer(`DROP DATABASE IF EXISTS ${backup} WITH (FORCE)`);
    await world.stop();
    await provider.stop();
  });

  const onServer = async (sql: string, database = 'postgres'): Promise<void> => {
    const client = new pg.Client({ connectionString: databaseAt(database) });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  const answers = async (): Promise<readonly (string | undefined)[]> =>
    (await world.phone(conversation)).filter(({ from }) => from === 'business').map(({ text }) => text);
  const ask = async (text: string) => {
    const command = replyIn(conversation, { text, requestedAt: world.now() });
    await world.send(command);
    return command;
  };

  it('sends nothing again that was sent since, and goes on', async () => {
    const channel = conversation.channelId;
    await desk.run('tiktok-channel channels pause <channel> --why "a backup with a reply that waits"', { channel });
    const reply = await ask('Sent since the backup.');
    await world.status(reply.replyId, 'ReplyQueued');
    await outbound.lifecycle.stop();
    const name = new URL(world.database.url).pathname.slice(1);
    await onServer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    await onServer(`CREATE DATABASE ${backup} TEMPLATE ${name}`);
    outbound = await world.startOutbound(provider.environment);
    await desk.run('tiktok-channel channels resume <channel> --why "the backup is made"', { channel });
    await world.verdict(reply.replyId);
    await outbound.lifecycle.stop();
    await onServer(`DELETE FROM paused_channels`, backup);

    const blocks = await blocksOf(PAGE);
    const blockWith = (words: string): string => blocks.find((block) => block.includes(words)) ?? '';
    const [pauseAll = ''] = await blocksOf(PAGE, 'sql');
    await onServer(pauseAll, backup);
    outbound = await world.startOutbound({ ...provider.environment, DATABASE_URL: databaseAt(backup) });
    await eventually('the reply is seen to wait', async () =>
      (await desk.run(blockWith('replies list'))).includes(reply.replyId),
    );
    await desk.run(blockWith('replies cancel'), { reply: reply.replyId, channel });
    const next = await ask('Asked for after the restore.');
    await world.verdict(next.replyId);

    expect(await answers()).to.deep.equal(['Sent since the backup.', 'Asked for after the restore.']);
    expect(world.namesOf(reply.replyId)).to.include.members(['ReplySent', 'ReplyCancelled']);
  });
});
