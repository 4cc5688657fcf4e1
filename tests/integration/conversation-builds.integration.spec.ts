import { conversationMigrations } from '@tiktok-channel/conversation';
import { migrate } from '@tiktok-channel/platform/postgres';
import { createManualClock, createRecordingLogger, eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import { createBuildStore } from '../../services/conversation/src/adapters/persistence/build.store.ts';
import { take } from '../../services/conversation/src/adapters/persistence/build-locks.ts';
import { createTellDifferences } from '../../services/conversation/src/adapters/persistence/build-telling.ts';
import { createProjectionBuilds } from '../../services/conversation/src/adapters/persistence/builds.ts';
import { createDatabase, type Database } from '../../services/conversation/src/adapters/persistence/database.ts';
import { createProjectionStore } from '../../services/conversation/src/adapters/persistence/projection.store.ts';
import type { ProjectionStore } from '../../services/conversation/src/application/ports.ts';
import { createProjectBatch } from '../../services/conversation/src/application/project-batch.ts';
import type { Fact } from '../../services/conversation/src/domain/facts.ts';
import { cutIntoBatches, retelling } from '../../services/conversation/test/histories.ts';
import { scaled } from '../support/long.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const group = 'conversation.projection';
const topics = ['t'];

describe('a build of the projection', () => {
  let server: TestDatabase;
  let database: Database;
  let builds: ReturnType<typeof createProjectionBuilds>;

  before(async () => {
    server = await testDatabase();
    await migrate({ url: server.url, folder: conversationMigrations, logger: createRecordingLogger() });
    database = createDatabase(server.url);
    builds = createProjectionBuilds({ database, group, topics });
    expect(await builds.start(1)).to.deep.equal({ ok: true, value: 2 });
  });

  after(async () => {
    await database.$disconnect();
    await server.drop();
  });

  it('has the tables that the migrations make, to the last index', async () => {
    const [made, built] = [await shapeOf('projection_1'), await shapeOf('projection_2')];

    expect(made).to.have.length.greaterThan(100);
    expect(built).to.deep.equal(made);
  });

  it('is the same as the served one after the same history, however it is shuffled, repeated and cut', async () => {
    const served = createProjectionStore({ database, group });
    const build = createBuildStore({ database, group, build: 2 });
    await fc.assert(
      fc.asyncProperty(retelling, async (story) => {
        await empty();
        const retold = cutIntoBatches(story);
        await projectAll(served, [story.history], story.retold.length);
        await projectAll(build, retold, story.retold.length);

        const compared = await builds.compare(2);

        if (!compared.ok) throw new Error(compared.error);
        const { differences, tables } = await compared.value.comparison;
        expect(differences).to.deep.equal([]);
        expect(tables.every(({ served: rows, build: built }) => rows === built)).to.equal(true);
      }),
      { numRuns: scaled(40, 1_000), seed: 6 },
    );
  }).timeout(600_000);

  it('is refused where it lacks what the served one has', async () => {
    await empty();
    await projectAll(createProjectionStore({ database, group }), [[]], 2_000);

    expect(await builds.switchTo(2, 1)).to.deep.equal({ ok: false, error: 'build_not_caught_up' });
    expect(await builds.compare(2)).to.deep.equal({ ok: false, error: 'build_not_caught_up' });
    expect(await builds.compare(1)).to.deep.equal({ ok: false, error: 'build_served' });
    expect(await builds.compare(9)).to.deep.equal({ ok: false, error: 'build_unknown' });
  });

  it('is one of three at most', async () => {
    expect(await builds.start(1)).to.deep.equal({ ok: true, value: 3 });
    expect(await builds.start(1)).to.deep.equal({ ok: false, error: 'too_many_builds' });
    expect(await builds.drop(3)).to.deep.equal({ ok: true, value: undefined });
  });

  it('wants nothing of what is erased while its differences are told', async () => {
    await empty();
    await projectAll(createProjectionStore({ database, group }), [[]], 1);
    await projectAll(createBuildStore({ database, group, build: 2 }), [[]], 1);
    await database.$executeRawUnsafe(
      `INSERT INTO projection_2.messages
              (channel_id, conversation_id, message_id, sent_at, direction, kind, tiktok_media_id, received_at, from_history)
       VALUES ('biz-1', 'C', 'm', 1, 'incoming', 'image', 'MEDIA', 1, 0)`,
    );
    expect((await builds.switchTo(2, 1)).ok).to.equal(true);
    let telling: Promise<boolean> = Promise.resolve(false);
    await database.$transaction(async (tx) => {
      await take(tx, 'erasure');
      telling = createTellDifferences(database)(() => 1);
      await eventually('the telling waits', async () => {
        const waiting = await database.$queryRawUnsafe<unknown[]>(
          `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`,
        );
        return waiting.length === 1;
      });
      await tx.$executeRawUnsafe('DELETE FROM messages');
    });

    expect(await telling).to.equal(true);
    expect(
      await database.$queryRawUnsafe(`SELECT FROM media WHERE message_id = 'm' AND tiktok_media_id = 'MEDIA'`),
    ).to.deep.equal([]);
  });

  const TABLES = [
    'channels',
    'consumer_positions',
    'conversations',
    'european_notices',
    'messages',
    'reactions',
    'read_marks',
    'referrals',
    'replies',
  ];

  const empty = async (): Promise<void> => {
    const [other] = await database.$queryRawUnsafe<{ readonly schema: string }[]>(
      `SELECT nspname AS schema FROM pg_namespace WHERE nspname = 'projection_2'`,
    );
    for (const schema of ['', other === undefined ? 'projection_1.' : 'projection_2.']) {
      await database.$executeRawUnsafe(`TRUNCATE ${TABLES.map((table) => `${schema}${table}`).join(', ')}`);
    }
  };

  /** The last batch moves the position to `end`. */
  const projectAll = async (
    store: ProjectionStore,
    batches: readonly (readonly Fact[])[],
    end: number,
  ): Promise<void> => {
    const projectBatch = createProjectBatch({ store, clock: createManualClock() });
    let position = 0n;
    for (const [index, batch] of batches.entries()) {
      const next = index === batches.length - 1 ? BigInt(end) : position + BigInt(batch.length);
      const { kind } = await projectBatch(batch, { topic: 't', partition: 0, expected: position, next });
      expect(kind).to.equal('done');
      position = next;
    }
  };

  /** Columns, constraints, indexes and settings, without the name of the schema. */
  const shapeOf = async (schema: string): Promise<readonly string[]> => {
    const rows = await database.$queryRawUnsafe<{ readonly part: string }[]>(
      `SELECT concat_ws(' ', t.relname, t.reloptions::text, c.attnum, c.attname, format_type(c.atttypid, c.atttypmod),
                        c.attnotnull, c.attcollation::regcollation, c.attstorage, pg_get_expr(d.adbin, d.adrelid)) AS part
         FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
         LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = c.attnum
        WHERE t.relnamespace = to_regnamespace($1::text) AND t.relkind = 'r'
       UNION ALL
       SELECT concat_ws(' ', t.relname, pg_get_constraintdef(k.oid)) FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
        WHERE k.connamespace = to_regnamespace($1::text)
       UNION ALL
       SELECT concat_ws(' ', tablename, regexp_replace(indexdef, 'INDEX \\S+ ON \\S+ ', 'INDEX ON '))
         FROM pg_indexes WHERE schemaname = $1
        ORDER BY part`,
      schema,
    );
    return rows.map(({ part }) => part);
  };
});
