import { conversationMigrations } from '@tiktok-channel/conversation';
import { migrate } from '@tiktok-channel/platform/postgres';
import { createRecordingLogger } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { createDatabase, type Database } from '../../services/conversation/src/adapters/persistence/database.ts';
import { createParticipantQueue } from '../../services/conversation/src/adapters/persistence/participants.repository.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const NOW = 1_767_225_600_000;

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
    const participant = {
      displayName: 'Mia',
      isFollower: null,
      avatar: { url: 'https://example.com/a.png?x=1', name: 'https://example.com/a.png' },
      isWhole: true,
    };
    await createParticipantQueue(database).store(claimed, { participant, atMs: NOW });

    expect(await database.$queryRawUnsafe('SELECT FROM participants')).to.deep.equal([]);
    expect(await database.$queryRawUnsafe('SELECT FROM media')).to.deep.equal([]);
  });
});
