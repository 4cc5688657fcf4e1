import { expect } from 'chai';
import pg from 'pg';
import { type Dependencies, startDependencies } from './dependencies.ts';
import { createDatabase } from './index.ts';
import { kafkaAnswers, postgresAnswers, registryAnswers } from './probes.ts';
import { startKafka } from './servers/kafka.ts';
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
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query('SELECT current_database() AS name, lower($1) AS lower', ['ÄÖ']);
      await client.end();

      expect(rows).to.deep.equal([{ name: 'mine', lower: 'äö' }]);
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
