import {
  createCommandHandler,
  type Decider,
  type EventStore,
  VersionConflict,
} from '@tiktok-channel/platform/event-sourcing';
import { ok } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import {
  appendToStream,
  enqueue,
  loadStream,
  loadStreams,
  SHARED_TABLES_SQL,
  startStreams,
} from '@tiktok-channel/platform/postgres';
import { expect } from 'chai';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const { events, outbox } = SHARED_TABLES_SQL;
const event = (type: string, more: object = {}) => ({ type, ...more });
const types = (stored: readonly { readonly type: string }[]) => stored.map(({ type }) => type);

describe('streams in PostgreSQL', () => {
  let database: TestDatabase;

  before(async () => {
    database = await testDatabase({ tables: [events, outbox] });
  });
  after(() => database.drop());

  it('give back what was appended, in order', async () => {
    const { client } = database;
    await appendToStream(client, {
      streamId: 'a',
      expectedVersion: 0,
      events: [event('One', { text: 'é"\\' })],
      atMs: 5,
    });
    await appendToStream(client, {
      streamId: 'a',
      expectedVersion: 1,
      events: [event('Two'), event('Three')],
      atMs: 6,
    });

    expect(await loadStream(client, 'a')).to.deep.equal([
      { streamId: 'a', version: 1, type: 'One', data: { type: 'One', text: 'é"\\' }, recordedAt: 5 },
      { streamId: 'a', version: 2, type: 'Two', data: { type: 'Two' }, recordedAt: 6 },
      { streamId: 'a', version: 3, type: 'Three', data: { type: 'Three' }, recordedAt: 6 },
    ]);
  });

  for (const { expectedVersion, name } of [
    { expectedVersion: 0, name: 'is behind' },
    { expectedVersion: 2, name: 'is ahead' },
  ]) {
    it(`refuse an append whose expected version ${name}`, async () => {
      const streamId = `conflict-${expectedVersion}`;
      await appendToStream(database.client, { streamId, expectedVersion: 0, events: [event('One')], atMs: 1 });

      const error = await appendToStream(database.client, {
        streamId,
        expectedVersion,
        events: [event('Two'), event('Three')],
        atMs: 2,
      }).catch((thrown: unknown) => thrown);

      expect(error).to.be.instanceOf(VersionConflict);
      expect(types(await loadStream(database.client, streamId))).to.deep.equal(['One']);
    });
  }

  it('take one of two appends that run at the same time', async () => {
    const append = (type: string) =>
      database.client.$transaction((tx) =>
        appendToStream(tx, { streamId: 'race', expectedVersion: 0, events: [event(type)], atMs: 1 }),
      );
    const results = await Promise.allSettled(['a', 'b', 'c', 'd'].map(append));

    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    expect(await loadStream(database.client, 'race')).to.have.length(1);
  });

  it('are started together, and say which were new', async () => {
    const { client } = database;
    await appendToStream(client, { streamId: 's2', expectedVersion: 0, events: [event('Old')], atMs: 1 });
    const first = { streamId: 's3', events: [event('A'), event('B')] };
    const started = await startStreams(
      client,
      [
        first,
        { streamId: 's2', events: [event('A'), event('B')] },
        { streamId: 's1', events: [event('A')] },
        { streamId: 's3', events: [event('Again'), event('Again'), event('Again')] },
      ],
      7,
    );

    expect(started.map(({ streamId }) => streamId)).to.deep.equal(['s3', 's1']);
    expect(started[0]).to.equal(first);
    const stored = await loadStreams(client, ['s1', 's2', 's3', 'none']);
    expect([...stored].map(([id, of]) => [id, types(of)])).to.deep.equal([
      ['s1', ['A']],
      ['s2', ['Old']],
      ['s3', ['A', 'B']],
    ]);
  });

  it('are started once when many start them at the same time in different orders', async () => {
    const streams = Array.from({ length: 100 }, (_, index) => ({ streamId: `many-${index}`, events: [event('A')] }));
    const started = await Promise.all(
      [streams, streams.toReversed(), streams].map((some) =>
        database.client.$transaction((tx) => startStreams(tx, some, 1)),
      ),
    );

    expect(started.flat()).to.have.length(100);
  });
});

describe('a command handler on streams in PostgreSQL', () => {
  type Counted = { readonly type: 'Counted'; readonly by: number };
  const counter: Decider<number, number, Counted, never> = {
    initial: 0,
    decide: (by) => ok([{ type: 'Counted', by }]),
    evolve: (total, { by }) => total + by,
  };
  let database: TestDatabase;
  /** Events and outbox rows in one transaction, as each service stores them. */
  const store: EventStore<Counted, OutboxRow> = {
    load: async (streamId) => (await loadStream(database.client, streamId)).map(({ data }) => data as Counted),
    append: async ({ outbox: rows, ...append }) => {
      await database.client.$transaction(async (tx) => {
        await appendToStream(tx, { ...append, atMs: 1_000 });
        await enqueue(tx, rows, 1_000);
      });
    },
  };

  before(async () => {
    database = await testDatabase({ tables: [events, outbox] });
  });
  after(() => database.drop());

  it('loses no command under contention, and leaves one outbox row for each in the order of the stream', async () => {
    const handle = createCommandHandler({
      decider: counter,
      store,
      maxAttempts: 20,
      publish: ({ version, state }) => [
        {
          eventId: `e${version}`,
          record: {
            topic: 't',
            key: 'counter',
            value: Buffer.from(String(state)),
            headers: { version: String(version) },
          },
        },
      ],
    });
    await Promise.all(Array.from({ length: 8 }, () => handle('counter', 1)));

    const rows = await database.client.$queryRawUnsafe<{ event_id: string; value: Uint8Array }[]>(
      'SELECT event_id, value FROM outbox ORDER BY id',
    );
    expect(rows.map((row) => `${row.event_id}=${Buffer.from(row.value)}`)).to.deep.equal(
      [1, 2, 3, 4, 5, 6, 7, 8].map((version) => `e${version}=${version}`),
    );
  });

  it('stores no event when its outbox rows cannot be stored', async () => {
    const handle = createCommandHandler({
      decider: counter,
      store,
      publish: () => [{ eventId: 'e', record: { topic: 'a\u0000', key: null, value: null, headers: {} } }],
    });
    const error = await handle('other', 1).catch((thrown: unknown) => thrown);

    expect(error).to.be.instanceOf(Error);
    expect(await loadStream(database.client, 'other')).to.deep.equal([]);
  });
});
