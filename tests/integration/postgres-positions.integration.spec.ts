import { movePosition, readPositions, SHARED_TABLES_SQL } from '@tiktok-channel/platform/postgres';
import { expect } from 'chai';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

describe('the position of a consumer in PostgreSQL', () => {
  let database: TestDatabase;
  const move = (partition: number, expected: bigint, next: bigint) =>
    movePosition(database.client, { group: 'g', topic: 't', partition, expected, next });

  before(async () => {
    database = await testDatabase({ tables: [SHARED_TABLES_SQL.consumerPositions] });
  });
  after(() => database.drop());

  it('is absent before the first move, and then what it was moved to', async () => {
    const partitions = [
      { topic: 't', partition: 0 },
      { topic: 't', partition: 1 },
      { topic: 'u', partition: 0 },
    ];
    expect(await readPositions(database.client, 'g', partitions)).to.deep.equal(new Map());
    expect(await move(0, 0n, 2n ** 53n + 1n)).to.equal(true);

    expect(await readPositions(database.client, 'g', partitions)).to.deep.equal(new Map([['t/0', 2n ** 53n + 1n]]));
    expect(await readPositions(database.client, 'other', partitions)).to.deep.equal(new Map());
  });

  it('moves only from where its owner believes it to be', async () => {
    expect(await move(2, 5n, 6n)).to.equal(false);
    expect(await move(2, 0n, 5n)).to.equal(true);
    expect(await move(2, 0n, 7n)).to.equal(false);
    expect(await move(2, 4n, 7n)).to.equal(false);
    expect(await move(2, 5n, 7n)).to.equal(true);
  });

  it('is moved by one of two owners at the same time', async () => {
    const moves = await Promise.all([1n, 2n, 3n].map((next) => move(3, 0n, next)));

    expect(moves.filter(Boolean)).to.have.length(1);
  });
});
