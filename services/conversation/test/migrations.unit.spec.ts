import { readFileSync } from 'node:fs';
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
});
