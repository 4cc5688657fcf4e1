import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MigrationRefused, migrate } from '@tiktok-channel/platform/postgres';
import { expect } from 'chai';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe('the migrator', () => {
  let database: TestDatabase;
  let folder: string;
  const write = async (name: string, sql: string) => {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'migration.sql'), sql);
  };
  const run = () => migrate({ url: database.url, folder, logger });

  beforeEach(async () => {
    database = await testDatabase();
    folder = await mkdtemp(join(tmpdir(), 'migrations-'));
    await writeFile(join(folder, 'migration_lock.toml'), 'provider = "postgresql"');
    await write('20260101000000_first', 'CREATE TABLE one (id INT); INSERT INTO one VALUES (1);');
  });
  afterEach(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it('applies what is missing, in order of the names, and nothing twice', async () => {
    expect(await run()).to.deep.equal(['20260101000000_first']);
    await write('20260103000000_third', 'ALTER TABLE one ADD COLUMN c INT NOT NULL DEFAULT 3;');
    await write('20260102000000_second', 'ALTER TABLE one ADD COLUMN b INT NOT NULL DEFAULT 2;');

    expect(await run()).to.deep.equal(['20260102000000_second', '20260103000000_third']);
    expect(await run()).to.deep.equal([]);
    expect(await database.client.$queryRawUnsafe('SELECT * FROM one')).to.deep.equal([{ id: 1, b: 2, c: 3 }]);
  });

  it('lets one after the other when several start at once', async () => {
    expect((await Promise.all([run(), run(), run()])).flat()).to.deep.equal(['20260101000000_first']);
  });

  it('refuses a migration that was changed after it was applied', async () => {
    await run();
    await write('20260101000000_first', 'CREATE TABLE one (id BIGINT);');

    const error = await run().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(MigrationRefused);
    expect((error as Error).message).to.contain('20260101000000_first was changed after it was applied');
  });

  it('leaves nothing of a migration that fails half-way, and applies it once it is right', async () => {
    await write('20260102000000_second', 'CREATE TABLE two (id INT); SELECT 1 / 0;');
    const error = await run().catch((thrown: unknown) => thrown);
    expect((error as Error).message).to.equal('migration 20260102000000_second failed');

    await write('20260102000000_second', 'CREATE TABLE two (id INT);');
    expect(await run()).to.deep.equal(['20260102000000_second']);
  });

  it('runs on a database that a newer release has migrated', async () => {
    await write('20260102000000_second', 'CREATE TABLE two (id INT);');
    await run();
    await rm(join(folder, '20260102000000_second'), { recursive: true });

    expect(await run()).to.deep.equal([]);
  });
});
