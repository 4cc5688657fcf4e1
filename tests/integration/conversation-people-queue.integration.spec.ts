import { conversationMigrations } from '@tiktok-channel/conversation';
import { migrate } from '@tiktok-channel/platform/postgres';
import { createRecordingLogger, eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { createDatabase, type Database } from '../../services/conversation/src/adapters/persistence/database.ts';
import { eraseBeside } from '../../services/conversation/src/adapters/persistence/erasure.ts';
import { createParticipantQueue } from '../../services/conversation/src/adapters/persistence/participants.repository.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const NOW = 1_767_225_600_000;

const participant = {
  displayName: 'Mia',
  isFollower: null,
  avatar: { url: 'https://example.com/a.png?x=1', name: 'https://example.com/a.png' },
  isWhole: true,
};

describe('the queue of customers to look up', () => {
  let server: TestDatabase;
  let database: Database;

  before(async () => {
    server = await testDatabase();
    await migrate({ url: server.url, folder: conversationMigrations, logger: createRecordingLogger() });
    database = createDatabase(server.url);
    await database.$executeRawUnsafe(`INSERT INTO channels VALUES ('biz-1', 1, 'account-1', 'connected', NULL)`);
    await database.$executeRawUnsafe(
      `INSERT INTO participants (channel_id, conversation_id, fetched_at, next_fetch_at)
       SELECT 'biz-1', 'KNOWN-' || number, 1, 2 FROM generate_series(1, 1000) AS number
       UNION ALL SELECT 'biz-1', 'NEW', NULL, $1::bigint`,
      NOW,
    );
  });

  after(async () => {
    await database.$disconnect();
    await server.drop();
  });

  const claim = (limit: number) => createParticipantQueue(database).claim({ atMs: NOW, leaseMs: 60_000, limit });

  it('gives whoever is new before all who are to be looked up again, however long these are due', async () => {
    expect((await claim(1)).map(({ conversationId }) => conversationId)).to.deep.equal(['NEW']);
    expect(await claim(5)).to.have.lengthOf(5);
  });

  it('keeps nothing that is found for a channel which was erased meanwhile, and wants no picture', async () => {
    const [claimed] = await claim(1);
    if (claimed === undefined) throw new Error('nobody was claimed');
    await database.$executeRawUnsafe('DELETE FROM participants');
    await createParticipantQueue(database).store(claimed, { participant, atMs: NOW });

    await expectNothing();
  });

  it('keeps nothing of what is just being stored when the channel is erased', async () => {
    await database.$executeRawUnsafe(
      `INSERT INTO participants (channel_id, conversation_id, next_fetch_at) VALUES ('biz-1', 'NEW', $1::bigint)`,
      NOW,
    );
    const [claimed] = await claim(1);
    if (claimed === undefined) throw new Error('nobody was claimed');
    const working: Promise<unknown>[] = [];
    await database.$transaction(
      async (tx) => {
        // What is found is stored but for the change that tells of it.
        await tx.$executeRawUnsafe('LOCK TABLE changes');
        working.push(createParticipantQueue(database).store(claimed, { participant, atMs: NOW }));
        await eventually('it is stored', async () => (await waiting()) === 1);
        working.push(database.$transaction((erasing) => eraseBeside(erasing, ['biz-1'], NOW)));
        await eventually('it is erased', async () => (await waiting()) === 2);
      },
      { timeout: 30_000 },
    );
    await Promise.all(working);

    await expectNothing();
  });

  const waiting = async (): Promise<number> => {
    const rows = await database.$queryRawUnsafe<unknown[]>(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows.length;
  };

  const expectNothing = async (): Promise<void> => {
    expect(await database.$queryRawUnsafe('SELECT FROM participants')).to.deep.equal([]);
    expect(await database.$queryRawUnsafe('SELECT FROM media')).to.deep.equal([]);
  };
});
