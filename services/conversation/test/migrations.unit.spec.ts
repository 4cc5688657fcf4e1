import { readdirSync, readFileSync } from 'node:fs';
import { SHARED_TABLES_SQL } from '@tiktok-channel/platform/postgres';
import { expect } from 'chai';

const migration = (name: string): string =>
  readFileSync(new URL(`../prisma/migrations/${name}/migration.sql`, import.meta.url), 'utf8');

describe('the migrations of conversation', () => {
  it('hold the shared tables word by word', () => {
    expect(migration('20261124000000_permanent')).to.include(SHARED_TABLES_SQL.outbox);
    expect(migration('20261124000001_projection_1')).to.include(SHARED_TABLES_SQL.consumerPositions);
    expect(migration('20261127000000_people')).to.include(SHARED_TABLES_SQL.requestRates);
  });

  it('name no build of the projection alone, since there may be several', () => {
    const names = readdirSync(new URL('../prisma/migrations/', import.meta.url)).filter(
      (name) => /^\d/.test(name) && name > '20261129000000_builds',
    );
    expect(names.filter((name) => /\bprojection_\d/.test(migration(name)))).to.deep.equal([]);
  });
});
