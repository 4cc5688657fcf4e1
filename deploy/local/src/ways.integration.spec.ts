import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { createDatabase, databaseUrl } from './database.ts';
import { type Dependencies, startDependencies } from './dependencies.ts';
import { kafkaAnswers, postgresAnswers, registryAnswers } from './probes.ts';
import { startKafka } from './servers/kafka.ts';
import { removeState } from './state.ts';
import { availableWays } from './way.ts';

const ways = await availableWays();

describe('the ways to run the dependencies', () => {
  it('are all those that this run was told to prove', () => {
    expect(ways).to.include.members(process.env.EXPECTED_WAYS?.split(',') ?? ['process']);
  });
});

for (const way of ways) {
  describe(`dependencies by ${way}`, () => {
    let dependencies: Dependencies;

    before(async () => {
      dependencies = await startDependencies({ way });
    });

    after(() => dependencies.stop());

    it('answer, each in its own protocol', async () => {
      expect(await kafkaAnswers(dependencies.kafka.brokers)).to.equal(true);
      expect(await registryAnswers(dependencies.registry.url)).to.equal(true);
      expect(await postgresAnswers(dependencies.postgres.url)).to.equal(true);
    });

    it('hold a database per name, created once', async () => {
      const url = await createDatabase(dependencies.postgres.url, 'mine');
      expect(await createDatabase(dependencies.postgres.url, 'mine')).to.equal(url);

      expect(await query(url, "SELECT current_database() AS name, lower('ÄÖ') AS lower")).to.deep.equal([
        { name: 'mine', lower: 'äö' },
      ]);
    });
  });

  describe(`the state of dependencies by ${way}`, () => {
    it('is there again after a restart, schemas and their ids included', async () => {
      const stateFolder = await mkdtemp(join(tmpdir(), 'tiktok-channel-state-'));
      const first = await startDependencies({ way, stateFolder });
      await createDatabase(first.postgres.url, 'kept');
      const id = await registerSchema(first.registry.url);
      await first.stop();

      const second = await startDependencies({ way, stateFolder });
      try {
        expect(await schemaText(second.registry.url, id)).to.equal('"string"');
        expect(await databaseNames(second.postgres.url)).to.include('kept');
      } finally {
        await second.stop();
        await removeState(stateFolder);
      }
    });
  });

  describe(`a broker by ${way}`, () => {
    it('comes back on its port after a kill, and is silent while paused', async () => {
      const kafka = await startKafka({ way });
      try {
        await kafka.kill();
        expect(await kafkaAnswers(kafka.brokers)).to.equal(false);
        await kafka.start();
        expect(await kafkaAnswers(kafka.brokers)).to.equal(true);
        await kafka.pause();
        expect(await kafkaAnswers(kafka.brokers)).to.equal(false);
        await kafka.unpause();
        expect(await kafkaAnswers(kafka.brokers)).to.equal(true);
      } finally {
        await kafka.dispose();
      }
    });
  });
}

const query = async (url: string, sql: string): Promise<readonly Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();

  return rows;
};

const databaseNames = async (postgresUrl: string): Promise<readonly unknown[]> =>
  (await query(databaseUrl(postgresUrl, 'postgres'), 'SELECT datname FROM pg_database')).map((row) => row.datname);

const registerSchema = async (registryUrl: string): Promise<number> => {
  const response = await fetch(`${registryUrl}/subjects/kept/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ schema: '"string"' }),
  });

  return ((await response.json()) as { id: number }).id;
};

const schemaText = async (registryUrl: string, id: number): Promise<string> =>
  ((await (await fetch(`${registryUrl}/schemas/ids/${id}`)).json()) as { schema: string }).schema;
