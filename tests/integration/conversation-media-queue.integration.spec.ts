import { conversationMigrations } from '@tiktok-channel/conversation';
import { migrate } from '@tiktok-channel/platform/postgres';
import { createRecordingLogger } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { createDatabase, type Database } from '../../services/conversation/src/adapters/persistence/database.ts';
import { createMediaLibrary } from '../../services/conversation/src/adapters/persistence/media.library.ts';
import { createMediaQueue, wantMedia } from '../../services/conversation/src/adapters/persistence/media.queue.ts';
import { PNG } from '../support/images.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const NOW = 1_767_225_600_000;
const LEASE_MS = 60_000;

describe('the queue of media to fetch', () => {
  let server: TestDatabase;
  let database: Database;

  before(async () => {
    server = await testDatabase();
    await migrate({ url: server.url, folder: conversationMigrations, logger: createRecordingLogger() });
    database = createDatabase(server.url);
  });

  after(async () => {
    await database.$disconnect();
    await server.drop();
  });

  beforeEach(async () => {
    await database.$executeRawUnsafe('TRUNCATE media, media_bytes, channels');
    await database.$executeRawUnsafe(`INSERT INTO channels VALUES ('biz-1', 1, 'account-1', 'connected', NULL)`);
    await wantMedia(
      database,
      [1, 2, 3, 4].map((number) => wanted(number)),
      NOW,
    );
  });

  const wanted = (number: number, channelId = 'biz-1') => ({
    mediaId: `00000000-0000-5000-8000-00000000000${number}`,
    channelId,
    conversationId: 'CONV',
    messageId: `m${number}`,
    tiktokMediaId: `MEDIA-${number}`,
    mediaType: 'IMAGE' as const,
  });
  const claim = (atMs: number, limit = 10) => createMediaQueue(database).claim({ atMs, leaseMs: LEASE_MS, limit });

  it('gives each medium to one of the replicas that ask at the same time', async () => {
    const claims = await Promise.all([claim(NOW, 2), claim(NOW, 2), claim(NOW, 2)]);
    const ids = claims.flat().map(({ mediaId }) => mediaId);

    expect(ids).to.have.lengthOf(4);
    expect(new Set(ids)).to.have.lengthOf(4);
  });

  it('gives a medium again when its lease has lapsed, and ignores what the former holder says then', async () => {
    const [late] = await claim(NOW, 1);
    expect((await claim(NOW + LEASE_MS - 1)).map(({ mediaId }) => mediaId)).not.to.include(late?.mediaId);
    const again = (await claim(NOW + 2 * LEASE_MS)).find(({ mediaId }) => mediaId === late?.mediaId);
    if (late === undefined || again === undefined) throw new Error('nothing was claimed');
    await createMediaQueue(database).fail(late, { reason: 'gone', atMs: NOW });
    await createMediaQueue(database).store(again, { contentType: 'image/png', bytes: PNG, atMs: NOW });
    await createMediaQueue(database).store(again, { contentType: 'image/gif', bytes: PNG, atMs: NOW });

    const library = createMediaLibrary(database);
    const found = { state: 'stored', contentType: 'image/png', sizeBytes: PNG.length };
    expect(await library.find(late.mediaId)).to.deep.equal(found);
    expect(await library.readBytes(late.mediaId, { start: 0, end: PNG.length })).to.deep.equal(PNG);
  });

  it('gives nothing of a channel that is not connected', async () => {
    await wantMedia(database, [wanted(9, 'biz-unknown')], NOW - 1);
    expect((await claim(NOW)).map(({ channelId }) => channelId)).to.deep.equal(['biz-1', 'biz-1', 'biz-1', 'biz-1']);
  });
});
