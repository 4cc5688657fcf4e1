import { readdirSync, readFileSync } from 'node:fs';
import { SHARED_TABLES_SQL } from '@tiktok-channel/platform/postgres';
import { expect } from 'chai';
import { authMigrations } from '../src/compose.ts';

describe('the migrations of auth', () => {
  const sql = readdirSync(authMigrations)
    .sort()
    .map((name) => readFileSync(new URL(`${name}/migration.sql`, authMigrations), 'utf8'))
    .join('\n');

  for (const table of ['events', 'outbox', 'requestRates'] as const) {
    it(`create ${table} as the platform reads it`, () => expect(sql).to.include(SHARED_TABLES_SQL[table]));
  }
});
