import { createPrismaAdapter, databaseFailure } from '@tiktok-channel/platform/postgres';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type CuttableLine, cuttableLine } from '../support/cuttable-line.ts';
import { PrismaClient } from '../support/generated/client.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const ITEMS_SQL = 'CREATE TABLE items (id TEXT PRIMARY KEY, label TEXT NOT NULL, amount INT NOT NULL)';

describe('an error of the database, as it comes out of Prisma,', () => {
  let database: TestDatabase;
  let line: CuttableLine;
  let prisma: PrismaClient;
  const failureOf = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      return databaseFailure(error);
    }
    throw new Error('nothing failed');
  };

  before(async () => {
    database = await testDatabase({ tables: [ITEMS_SQL] });
    line = await cuttableLine(database.url);
    prisma = new PrismaClient({ adapter: createPrismaAdapter({ url: line.url }) });
  });
  beforeEach(async () => {
    await database.client.$executeRawUnsafe('TRUNCATE items');
    await database.client.$executeRawUnsafe("INSERT INTO items VALUES ('1', 'a', 0), ('2', 'b', 0)");
  });
  after(async () => {
    await prisma.$disconnect();
    await line.cut();
    await database.drop();
  });

  const insert = (id: string, label: string, amount: number) =>
    prisma.$executeRawUnsafe('INSERT INTO items VALUES ($1, $2, $3)', id, label, amount);
  const create = (id: string, label: string, amount: number) => prisma.item.create({ data: { id, label, amount } });

  describe('is the fault of the data', () => {
    for (const { name, id, label, amount } of [
      { name: 'a second row of one id', id: '1', label: 'a', amount: 1 },
      { name: 'a text with U+0000', id: '3', label: 'a\u0000b', amount: 1 },
      { name: 'a number that is too large', id: '3', label: 'a', amount: 2 ** 40 },
    ]) {
      it(`${name}, by SQL`, async () => expect(await failureOf(() => insert(id, label, amount))).to.equal('data'));
      it(`${name}, by model`, async () => expect(await failureOf(() => create(id, label, amount))).to.equal('data'));
    }

    it('JSON with an escaped U+0000', async () => {
      expect(await failureOf(() => prisma.$queryRawUnsafe('SELECT $1::jsonb', '"\\u0000"'))).to.equal('data');
    });
  });

  describe('is a conflict', () => {
    it('when a serialisable transaction read what another has written, by SQL', async () => {
      const both = meetingOf(2);
      const add = () =>
        prisma.$transaction(
          async (tx) => {
            await tx.$queryRawUnsafe('SELECT * FROM items');
            await both();
            await tx.$executeRawUnsafe('UPDATE items SET amount = amount + 1');
          },
          { isolationLevel: 'Serializable' },
        );
      expect(await failureOf(() => allOf([add(), add()]))).to.equal('conflict');
    });

    it('when a serialisable transaction read what another has written, by model', async () => {
      const both = meetingOf(2);
      const set = (amount: number) =>
        prisma.$transaction(
          async (tx) => {
            await tx.item.findMany();
            await both();
            await tx.item.updateMany({ data: { amount } });
          },
          { isolationLevel: 'Serializable' },
        );
      expect(await failureOf(() => allOf([set(1), set(2)]))).to.equal('conflict');
    });

    it('when a serialisable transaction is refused at its commit', async () => {
      const both = meetingOf(2);
      const sum = (id: string) =>
        prisma.$transaction(
          async (tx) => {
            await tx.$queryRawUnsafe('SELECT SUM(amount)::text FROM items');
            await both();
            await tx.$executeRawUnsafe('UPDATE items SET amount = amount + 1 WHERE id = $1', id);
          },
          { isolationLevel: 'Serializable' },
        );
      expect(await failureOf(() => allOf([sum('1'), sum('2')]))).to.equal('conflict');
    });

    it('when two transactions lock each other out', async () => {
      const both = meetingOf(2);
      const lock = (first: string, second: string) =>
        prisma.$transaction(async (tx) => {
          await tx.$executeRawUnsafe('UPDATE items SET amount = 1 WHERE id = $1', first);
          await both();
          await tx.item.update({ where: { id: second }, data: { amount: 1 } });
        });
      expect(await failureOf(() => allOf([lock('1', '2'), lock('2', '1')]))).to.equal('conflict');
    });
  });

  describe('says that the database is unavailable', () => {
    const terminate = () =>
      database.client.$queryRawUnsafe(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );

    /** The pool learns of a terminated idle connection a moment later; until then a query may be handed a dead one. */
    const poolHasRecovered = () =>
      eventually('every connection of the pool works', async () => {
        await Promise.all(Array.from({ length: 10 }, () => prisma.$queryRawUnsafe('SELECT pg_sleep(0.01)::text')));
        return true;
      });

    it('when it ends the connection in the middle of a query', async () => {
      const query = prisma.$queryRawUnsafe('SELECT pg_sleep(20)::text').catch((error: unknown) => error);
      await waitForQuery(database, '%pg_sleep(20)%');
      await terminate();
      expect(databaseFailure(await query)).to.equal('unavailable');
    });

    for (const [name, after] of [
      ['a statement by SQL', (tx: Transaction) => tx.$queryRawUnsafe('SELECT 1')],
      ['a statement by model', (tx: Transaction) => tx.item.findMany()],
      ['the commit', () => Promise.resolve()],
    ] as const) {
      it(`when it ends the connection before ${name}`, async () => {
        const work = () =>
          prisma.$transaction(async (tx) => {
            await tx.$queryRawUnsafe('SELECT 1');
            await terminate();
            await after(tx);
          });
        expect(await failureOf(work)).to.equal('unavailable');
      });
    }

    it('when the line breaks in the middle of a query, and while it stays broken, and not afterwards', async () => {
      await poolHasRecovered();
      const query = prisma.$queryRawUnsafe('SELECT pg_sleep(21)::text').catch((error: unknown) => error);
      await waitForQuery(database, '%pg_sleep(21)%');
      await line.cut();
      expect(databaseFailure(await query)).to.equal('unavailable');
      expect(await failureOf(() => prisma.$queryRawUnsafe('SELECT 1'))).to.equal('unavailable');
      expect(await failureOf(() => prisma.item.findMany())).to.equal('unavailable');
      expect(await failureOf(() => prisma.$transaction((tx) => tx.item.findMany()))).to.equal('unavailable');

      await line.mend();
      await poolHasRecovered();
      expect(await prisma.item.count()).to.equal(2);
    });

    it('when a transaction took too long and was rolled back', async () => {
      const work = () =>
        prisma.$transaction(
          async (tx) => {
            await tx.$queryRawUnsafe('SELECT pg_sleep(0.2)::text');
            await tx.$queryRawUnsafe('SELECT 1');
          },
          { timeout: 50 },
        );
      expect(await failureOf(work)).to.equal('unavailable');
    });

    it('when a table is not there yet', async () => {
      expect(await failureOf(() => prisma.$queryRawUnsafe('SELECT * FROM later'))).to.equal('unavailable');
    });
  });

  it('is neither when our SQL is wrong, or when it is no error of the database', async () => {
    expect(await failureOf(() => prisma.$queryRawUnsafe('SELEC'))).to.equal(null);
    expect(databaseFailure(new TypeError('undefined is not a function'))).to.equal(null);
    expect(databaseFailure(undefined)).to.equal(null);
  });
});

describe('a Prisma adapter with a search path', () => {
  it('finds tables by SQL and by model in the schema of a build before the public one', async () => {
    const database = await testDatabase({
      tables: [
        ITEMS_SQL,
        'CREATE SCHEMA build_2',
        'CREATE TABLE build_2.items (LIKE items)',
        'CREATE TABLE other (a INT)',
      ],
    });
    await database.client.$executeRawUnsafe("INSERT INTO build_2.items VALUES ('b', 'of the build', 1)");
    const adapter = createPrismaAdapter({ url: database.url, searchPath: ['build_2', 'public'], maxConnections: 1 });
    const prisma = new PrismaClient({ adapter });

    expect(await prisma.$queryRawUnsafe('SELECT id FROM items')).to.deep.equal([{ id: 'b' }]);
    expect(await prisma.item.findMany({ select: { id: true } })).to.deep.equal([{ id: 'b' }]);
    expect(await prisma.$queryRawUnsafe('SELECT * FROM other')).to.deep.equal([]);
    await prisma.$disconnect();
    await database.drop();
  });

  it('takes only plain names', () => {
    expect(() => createPrismaAdapter({ url: 'postgresql://localhost/x', searchPath: ['a b'] })).to.throw(TypeError);
  });
});

type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

/** Waits for all, also for those that go on after the first failure, and fails with that one. */
const allOf = async (work: readonly Promise<unknown>[]): Promise<void> => {
  await Promise.allSettled(work);
  await Promise.all(work);
};

/** Resolves for everybody once `count` have come. */
const meetingOf = (count: number) => {
  const everybody = Promise.withResolvers<void>();
  let here = 0;
  return () => {
    here += 1;
    if (here === count) everybody.resolve();
    return everybody.promise;
  };
};

const waitForQuery = async ({ client }: TestDatabase, pattern: string): Promise<void> => {
  const sql = `SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE $1 AND pid <> pg_backend_pid()`;
  while ((await client.$queryRawUnsafe<unknown[]>(sql, pattern)).length === 0);
};
