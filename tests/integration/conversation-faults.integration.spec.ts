import { type PostgresServer, startPostgres } from '@tiktok-channel/local';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type Admin, Kafka } from 'kafkajs';
import {
  type AnyRecord,
  apiOf,
  type Bench,
  caughtUp,
  connected,
  prepareConversation,
  type RunningConversation,
  received,
  spawnConversation,
  startConversation,
} from '../support/conversation.ts';

/** `count` texts over ten conversations, each in TikTok's order by its number. */
const texts = (count: number): readonly AnyRecord[] =>
  Array.from({ length: count }, (_, index) =>
    received({
      conversationId: `CONV-${index % 10}`,
      messageId: `m${String(index).padStart(5, '0')}`,
      sentAt: 1_767_225_600_000 + index,
    }),
  );

describe('the projection of conversations under faults', () => {
  let bench: Bench;
  const running: { stop(): Promise<void> }[] = [];

  const track = <Running extends { stop(): Promise<void> }>(service: Running): Running => {
    running.push(service);
    return service;
  };
  const api = async (service: RunningConversation) =>
    apiOf(service.publicUrl, await bench.identity.authorize({ accountId: 'account-1' }));

  const shown = async (service: RunningConversation): Promise<readonly string[]> => {
    const { all, messages } = await api(service);
    const conversations = await all('/v1/conversations');
    const pages = await Promise.all(conversations.map(({ conversationId }) => messages(conversationId)));
    for (const page of pages) {
      const ids = page.map(({ messageId }) => messageId);
      expect(ids, 'in the order of TikTok').to.deep.equal(ids.toSorted());
    }
    return pages.flat().map(({ messageId }) => messageId);
  };
  const expectEach = async (service: RunningConversation, records: readonly AnyRecord[]): Promise<void> => {
    await caughtUp(bench);
    const wanted = records.map(([, value]) => ('messageId' in value ? value.messageId : '')).toSorted();
    expect((await shown(service)).toSorted()).to.deep.equal(wanted);
  };
  const storedMessages = async (): Promise<number> => {
    const [row] = await bench.database.client.$queryRawUnsafe<readonly { readonly count: bigint }[]>(
      'SELECT count(*) FROM projection_1.messages',
    );
    return Number(row?.count ?? 0);
  };

  beforeEach(async () => {
    bench = await prepareConversation({ partitions: 4 });
    await bench.publish(connected());
  });

  afterEach(async () => {
    for (const service of running.splice(0)) await service.stop().catch(() => {});
    await bench.stop();
  });

  it('has each of 1,000 messages once and in order after a SIGKILL in the middle', async () => {
    const records = texts(1_000);
    const victim = await spawnConversation(bench);
    for (let first = 0; first < 500; first += 50) await bench.publish(...records.slice(first, first + 50));
    await eventually('some messages are stored', async () => (await storedMessages()) > 0, { everyMs: 5 });
    const more = bench.publish(...records.slice(500));
    await victim.kill();
    await more;
    expect(await storedMessages(), 'stored when it was killed').to.be.lessThan(1_000);

    await expectEach(track(await spawnConversation(bench)), records);
  }).timeout(90_000);

  it('follows the positions of the database when the offsets of the group are ahead of them', async () => {
    const records = texts(200);
    await bench.publish(...records);
    const first = await startConversation(bench);
    await caughtUp(bench);
    await first.stop();
    expect(await committed(), "the group's offsets are at the end of an idle log").to.equal(records.length + 1);
    // As after a restore: the database is empty again.
    await bench.database.client.$executeRawUnsafe(
      'TRUNCATE projection_1.messages, projection_1.conversations, projection_1.channels, projection_1.consumer_positions',
    );

    await expectEach(track(await startConversation(bench)), records);
  });

  it('goes on from a backup of the middle, with the offsets of the group at the end', async () => {
    const records = texts(200);
    await bench.publish(...records.slice(0, 120));
    const first = await startConversation(bench);
    await caughtUp(bench);
    await first.stop();
    const tables = ['channels', 'messages', 'conversations', 'consumer_positions'];
    const { client } = bench.database;
    for (const table of tables) {
      await client.$executeRawUnsafe(`CREATE TABLE backup_${table} AS TABLE projection_1.${table}`);
    }
    await bench.publish(...records.slice(120));
    const second = await startConversation(bench);
    await caughtUp(bench);
    await second.stop();
    for (const table of tables) {
      await client.$executeRawUnsafe(`TRUNCATE projection_1.${table}`);
      await client.$executeRawUnsafe(`INSERT INTO projection_1.${table} SELECT * FROM backup_${table}`);
    }
    expect([await storedMessages(), await committed()]).to.deep.equal([120, records.length + 1]);

    await expectEach(track(await startConversation(bench)), records);
  });

  it('applies nothing twice when the offsets of the group are behind the positions of the database', async () => {
    const records = texts(200);
    await bench.publish(...records);
    const first = await startConversation(bench);
    await caughtUp(bench);
    await first.stop();
    const rows = await bench.database.client.$queryRawUnsafe(
      'SELECT message_id, xmin::text FROM projection_1.messages',
    );
    await forgetOffsets();
    await expectEach(track(await startConversation(bench)), records);

    expect(
      await bench.database.client.$queryRawUnsafe('SELECT message_id, xmin::text FROM projection_1.messages'),
      'no row was written again',
    ).to.deep.equal(rows);
  });

  it('keeps every message once while replicas come and go', async () => {
    const records = texts(1_000);
    const first = track(await startConversation(bench));
    const publishing = (async () => {
      for (let index = 0; index < records.length; index += 25) await bench.publish(...records.slice(index, index + 25));
    })();
    const second = await startConversation(bench);
    await eventually('half of it is stored', async () => (await storedMessages()) > 400);
    await second.stop();
    await publishing;

    await expectEach(first, records);
  }).timeout(90_000);

  for (const [what, environment, status] of [
    ['the broker', { KAFKA_BROKERS: '127.0.0.1:9' }, 202],
    ['the registry', { SCHEMA_REGISTRY_URL: 'http://127.0.0.1:9' }, 503],
  ] as const) {
    it(`shows what is stored when it starts without ${what}, and answers a reply with ${status}`, async () => {
      await bench.publish(...texts(10));
      const before = await startConversation(bench);
      await caughtUp(bench);
      await before.stop();
      const service = track(await startConversation(bench, { environment }));
      const { all } = await api(service);

      expect(await all('/v1/conversations')).to.have.lengthOf(10);
      // Schemas are read beside the start, so that nothing else waits for them.
      await eventually(`a reply is answered ${status}`, async () => {
        const { status: answered } = await fetch(`${service.publicUrl}/v1/conversations/CONV-0/replies`, {
          method: 'POST',
          headers: {
            authorization: await bench.identity.authorize({ accountId: 'account-1' }),
            'content-type': 'application/json',
            'idempotency-key': 'k',
          },
          body: JSON.stringify({ text: 'Yes' }),
        });
        return answered === status;
      });
    });
  }

  const GROUP = 'conversation.projection';
  const asAdmin = async <T>(work: (admin: Admin) => Promise<T>): Promise<T> => {
    const admin = new Kafka({ brokers: (process.env.KAFKA_BROKERS ?? '').split(',') }).admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  };
  /** A group without offsets begins at the start of every partition. */
  const forgetOffsets = () => asAdmin((admin) => admin.deleteGroups([`${bench.prefix}${GROUP}`]));
  /** How many records the offsets of the group have passed. */
  const committed = () =>
    asAdmin(async (admin) => {
      const offsets = await admin.fetchOffsets({ groupId: `${bench.prefix}${GROUP}` });
      return offsets
        .flatMap(({ partitions }) => partitions.map(({ offset }) => Math.max(0, Number(offset))))
        .reduce((sum, offset) => sum + offset, 0);
    });
});

describe('the projection of conversations without its database', () => {
  let server: PostgresServer;
  let bench: Bench;
  let service: RunningConversation;

  before(async () => {
    server = await startPostgres({ way: 'process' });
    bench = await prepareConversation({ postgresUrl: server.url });
    service = await startConversation(bench);
    await bench.publish(connected(), ...texts(10));
    await caughtUp(bench);
  });

  after(async () => {
    await service.stop();
    await bench.stop();
    await server.dispose();
  });

  it('answers 503, waits, and goes on by itself when it is back', async () => {
    const authorization = await bench.identity.authorize({ accountId: 'account-1' });
    const api = apiOf(service.publicUrl, authorization);
    await server.stop();
    await bench.publish(...texts(30));
    const { status, body } = await api.get('/v1/conversations');
    expect([status, body.code]).to.deep.equal([503, 'unavailable']);
    await eventually(
      'it is not ready',
      async () => (await fetch(`${service.internalUrl}/health/ready`)).status === 503,
    );
    expect((await fetch(`${service.internalUrl}/health/live`)).status).to.equal(200);

    await server.start();
    await caughtUp(bench);
    expect(await api.all('/v1/conversations')).to.have.lengthOf(10);
    expect(await api.messages('CONV-0')).to.have.lengthOf(3);
    await eventually('it is ready', async () => (await fetch(`${service.internalUrl}/health/ready`)).status === 200);
  }).timeout(90_000);
});
