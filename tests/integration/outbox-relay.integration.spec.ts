import { setTimeout as sleep } from 'node:timers/promises';
import {
  createOutboxRelay,
  type OutboxRelay,
  type OutboxRelaySettings,
  type OutboxRow,
  type OutboxStore,
} from '@tiktok-channel/platform/outbox';
import {
  appendToStream,
  createOutboxStore,
  enqueue,
  SHARED_TABLES_SQL,
  type SqlClient,
} from '@tiktok-channel/platform/postgres';
import { expect } from 'chai';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { codedError, type RecordingBroker, recordingBroker } from '../support/recording-broker.ts';

const PLAIN = 'plain.v1';
const COMPACTED = 'compacted.v1';
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe('the outbox relay', () => {
  let database: TestDatabase;
  let broker: RecordingBroker;
  let relays: OutboxRelay[];
  let offsetMs: number;
  const clock = { now: () => Date.now() + offsetMs };

  before(async () => {
    database = await testDatabase({ tables: [SHARED_TABLES_SQL.events, SHARED_TABLES_SQL.outbox] });
  });
  after(() => database.drop());
  beforeEach(async () => {
    await database.client.$executeRawUnsafe('TRUNCATE events, outbox, outbox_relay RESTART IDENTITY');
    broker = recordingBroker();
    relays = [];
    offsetMs = 0;
  });
  afterEach(async () => {
    broker.comeBack();
    await Promise.all(relays.map((relay) => relay.stop()));
  });

  interface Replica {
    readonly store?: OutboxStore;
    readonly createProducer?: RecordingBroker['createProducer'];
    readonly settings?: Partial<OutboxRelaySettings>;
  }
  const startRelay = ({ store, createProducer, settings }: Replica = {}): OutboxRelay => {
    const relay = createOutboxRelay({
      store: store ?? createOutboxStore(database.client),
      createProducer: createProducer ?? broker.createProducer,
      transactionalId: 'test.outbox',
      compactedTopics: new Set([COMPACTED]),
      clock,
      logger,
      settings: { pollMs: 50, leaseMs: 600, maxBackOffMs: 200, ...settings },
    });
    relays.push(relay);
    relay.start();
    return relay;
  };
  const commit = (rows: readonly OutboxRow[]) => database.client.$transaction((tx) => enqueue(tx, rows, clock.now()));
  const unpublished = async () => (await createOutboxStore(database.client).readBacklog()).unpublished;
  const storedValues = (topic?: string) =>
    broker.stored.filter((record) => topic === undefined || record.topic === topic).map(({ value }) => String(value));

  it('publishes what was committed, as it was given, and marks it', async () => {
    startRelay();
    const given = [
      row('a', { key: null, value: Buffer.from([0, 255, 128]) }),
      row('b', { key: 'k', value: null, headers: { traceparent: '00-1-2-01', 'ce_"id': 'é\\' } }),
    ];
    await commit(given);
    await until(async () => (await unpublished()) === 0);

    expect(broker.stored).to.deep.equal(given.map(({ record }) => record));
  });

  it('publishes within milliseconds of the commit when it is poked', async () => {
    const relay = startRelay({ settings: { pollMs: 60_000, leaseMs: 600_000 } });
    await until(() => relay.health().role === 'active');
    const waits: number[] = [];
    for (let index = 0; index < 50; index += 1) {
      await commit([row(`e${index}`)]);
      const startedAt = performance.now();
      relay.poke();
      await until(() => broker.stored.length === index + 1);
      waits.push(performance.now() - startedAt);
    }
    waits.sort((a, b) => a - b);

    expect(waits[25]).to.be.lessThan(50);
  });

  it('takes a backlog in batches, each with one read, one produce and one mark', async () => {
    const rows = Array.from({ length: 2_200 }, (_, index) => row(`e${index}`, { value: Buffer.from(String(index)) }));
    await commit(rows);
    const { store, calls } = counted(createOutboxStore(database.client));
    startRelay({ store });
    await until(async () => (await unpublished()) === 0);

    expect(broker.batches).to.deep.equal([500, 500, 500, 500, 200]);
    expect(storedValues()).to.deep.equal(rows.map(({ record }) => String(record.value)));
    expect(calls.markPublished).to.equal(5);
  });

  it('bounds a batch by its bytes, and takes a larger row alone', async () => {
    const sizes = [600, 600, 5_000, 10, 10];
    await commit(sizes.map((size, index) => row(`e${index}`, { value: Buffer.alloc(size) })));
    startRelay({ settings: { maxBytes: 1_000 } });
    await until(async () => (await unpublished()) === 0);

    expect(broker.batches).to.deep.equal([2, 1, 2]);
  });

  it('does next to nothing while there is nothing to do', async () => {
    const { store, calls } = counted(createOutboxStore(database.client));
    const relay = startRelay({ store, settings: { pollMs: 100 } });
    await until(() => relay.health().role === 'active');
    const [first, startedAt] = [calls.readUnpublished, performance.now()];
    await until(() => calls.readUnpublished >= first + 6);

    // Six more reads are at least five whole pauses, however slow the machine is; a loop without them takes none.
    expect(performance.now() - startedAt).to.be.at.least(5 * 100 * 0.9);
  });

  it('publishes a transaction that commits late with lower ids than what was published', async () => {
    startRelay();
    const isEnqueued = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const late = database.client.$transaction(async (tx) => {
      await enqueue(tx, [row('late', { value: Buffer.from('late') })], 1);
      isEnqueued.resolve();
      await mayCommit.promise;
    });
    await isEnqueued.promise;
    await commit([row('early', { value: Buffer.from('early') })]);
    await until(() => broker.stored.length === 1);
    mayCommit.resolve();
    await late;
    await until(() => broker.stored.length === 2);

    expect(storedValues()).to.deep.equal(['early', 'late']);
  });

  it('keeps the order of each stream, whatever order transactions commit in', async () => {
    const relay = startRelay({ settings: { maxRows: 7 } });
    const streams = Array.from({ length: 10 }, (_, index) => `s${index}`);
    const random = seeded(7);
    const writer = async (): Promise<void> => {
      for (let round = 0; round < 12; round += 1) {
        const chosen = streams.filter(() => random() < 0.3);
        const work = (tx: SqlClient) => appendEach(tx, chosen, () => sleep(random() * 8));
        await database.client.$transaction(work).catch(() => undefined);
        relay.poke();
      }
    };
    await Promise.all([writer(), writer(), writer(), writer()]);
    await until(async () => (await unpublished()) === 0);

    const published = Map.groupBy(broker.stored, ({ key }) => key);
    for (const [streamId, records] of published) {
      const versions = records.map(({ value }) => Number(value));
      expect(versions, String(streamId)).to.deep.equal(versions.map((_, index) => index + 1));
    }
    const [counts] = await database.client.$queryRawUnsafe<{ events: bigint }[]>(
      'SELECT COUNT(*) AS events FROM events',
    );
    expect(broker.stored).to.have.length(Number(counts?.events));
    // How many writers win depends on how they meet; that every stream has something is what makes the order a claim.
    expect(published.size).to.equal(streams.length);
    expect(broker.stored.length).to.be.greaterThan(2 * streams.length);
  });

  describe('of two replicas', () => {
    it('only one publishes, and the other goes on at once when it stops', async () => {
      const first = startRelay({ settings: { leaseMs: 60_000 } });
      await until(() => first.health().role === 'active');
      const second = startRelay({ settings: { leaseMs: 60_000 } });
      await commit([row('a')]);
      await until(() => broker.stored.length === 1);
      expect(second.health()).to.deep.equal({ alive: true, role: 'standby', trouble: null });

      await first.stop();
      await commit([row('b')]);
      await until(() => broker.stored.length === 2);
      expect(second.health().role).to.equal('active');
    });

    it('the other waits while the first shows signs of life, also while the broker keeps it waiting', async () => {
      const first = startRelay();
      await until(() => first.health().role === 'active');
      await sleep(50);
      const second = startRelay();
      broker.goAway();
      await commit([row('a')]);
      await sleep(1_500);

      expect(first.health().role).to.equal('active');
      expect(second.health().role).to.equal('standby');
    });

    it('the other takes over when the first dies between its produce and its mark, and publishes the same again', async () => {
      const dying = freezable({ store: createOutboxStore(database.client), broker, at: 'markPublished' });
      const first = startRelay(dying);
      await until(() => first.health().role === 'active');
      await commit([row('a', { topic: COMPACTED, value: Buffer.from('1') }), row('b', { value: Buffer.from('2') })]);
      await dying.isFrozen;
      startRelay();
      await until(async () => (await unpublished()) === 0);
      dying.thaw();

      expect(storedValues(COMPACTED)).to.deep.equal(['1', '1']);
      expect(storedValues(PLAIN)).to.deep.equal(['2', '2']);
    });

    it('a holder that wakes up with a batch in hand sends none of it', async () => {
      const frozen = freezable({ store: createOutboxStore(database.client), broker, at: 'readUnpublished' });
      const first = startRelay(frozen);
      await until(() => first.health().role === 'active');
      await commit([row('a', { value: Buffer.from('1') })]);
      await frozen.isFrozen;
      const second = startRelay();
      await commit([row('b', { value: Buffer.from('2') })]);
      await until(async () => (await unpublished()) === 0);
      frozen.thaw();
      await until(() => first.health().role === 'standby');
      await commit([row('c', { value: Buffer.from('3') })]);
      await until(() => broker.stored.length === 3);

      expect(storedValues()).to.deep.equal(['1', '2', '3']);
      expect(second.health().role).to.equal('active');
    });

    it('a holder that wakes up in its send is fenced off the compacted topics', async () => {
      const frozen = freezable({ store: createOutboxStore(database.client), broker, at: 'send' });
      const first = startRelay(frozen);
      await until(() => first.health().role === 'active');
      await commit([row('a', { topic: COMPACTED, value: Buffer.from('1') }), row('b', { value: Buffer.from('p') })]);
      await frozen.isFrozen;
      const second = startRelay();
      await commit([row('c', { topic: COMPACTED, value: Buffer.from('2') })]);
      await until(async () => (await unpublished()) === 0);
      frozen.thaw();
      await until(() => first.health().role === 'standby');
      await commit([row('d', { topic: COMPACTED, value: Buffer.from('3') })]);
      await until(() => storedValues(COMPACTED).length === 3);

      expect(storedValues(COMPACTED)).to.deep.equal(['1', '2', '3']);
      expect(storedValues(PLAIN)).to.deep.equal(['p', 'p']);
      expect(second.health()).to.deep.equal({ alive: true, role: 'active', trouble: null });
    });

    it('a holder that wakes up while it takes its epoch at the broker does not keep its successor out', async () => {
      const frozen = freezable({ store: createOutboxStore(database.client), broker, at: 'start' });
      const first = startRelay(frozen);
      await frozen.isFrozen;
      const second = startRelay();
      await until(() => second.health().role === 'active');
      await commit([row('a', { topic: COMPACTED, value: Buffer.from('1') })]);
      await until(async () => (await unpublished()) === 0);
      frozen.thaw();
      await until(() => first.health().role === 'standby');
      await commit([row('b', { topic: COMPACTED, value: Buffer.from('2') })]);
      await until(async () => (await unpublished()) === 0);

      expect(storedValues()).to.deep.equal(['1', '2']);
      expect(second.health().role).to.equal('active');
    });

    it('the other takes over although the clock goes back by hours after the first has died', async () => {
      offsetMs = 48 * 60 * 60 * 1_000;
      const dying = freezable({ store: createOutboxStore(database.client), broker, at: 'markPublished' });
      startRelay(dying);
      await commit([row('a')]);
      await dying.isFrozen;
      startRelay();
      await sleep(200);
      offsetMs = 0;
      await until(async () => (await unpublished()) === 0);
      dying.thaw();
    });
  });

  describe('while a dependency is away', () => {
    it('waits for the broker, says so, and goes on by itself', async () => {
      const relay = startRelay();
      await until(() => relay.health().role === 'active');
      broker.failWith(codedError('broker_unavailable'));
      await commit([row('a'), row('b')]);
      await until(() => relay.health().trouble?.reason === 'broker_unavailable');
      expect(relay.health().alive).to.equal(true);
      broker.failWith(null);
      await until(async () => (await unpublished()) === 0);

      expect(broker.stored).to.have.length(2);
      expect(relay.health().trouble).to.equal(null);
    });

    it('starts with the broker away, says so, and can be stopped', async () => {
      broker.goAway();
      const relay = startRelay({ settings: { stopTimeoutMs: 50 } });
      await until(() => {
        offsetMs += 1_000;
        return relay.health().trouble?.reason === 'broker_unavailable';
      });
      await relay.stop();

      expect(relay.health().alive).to.equal(false);
    });

    it('waits for the database with growing pauses, however often it is poked, and goes on by itself', async () => {
      const store = createOutboxStore(database.client);
      let isAway = false;
      let tries = 0;
      const faulty: OutboxStore = {
        ...store,
        readUnpublished: (limits) => {
          if (!isAway) return store.readUnpublished(limits);
          tries += 1;
          return Promise.reject(new Error('connection refused'));
        },
      };
      const relay = startRelay({ store: faulty });
      await until(() => relay.health().role === 'active');
      isAway = true;
      await commit([row('a')]);
      const poking = setInterval(relay.poke, 1);
      await until(() => relay.health().trouble?.reason === 'database_unavailable');
      await sleep(700);
      clearInterval(poking);
      expect(tries).to.be.within(2, 6);
      isAway = false;
      await until(async () => (await unpublished()) === 0);

      expect(relay.health().trouble).to.equal(null);
    });
  });

  it('sets aside the one row that the broker will never take, and publishes all others', async () => {
    broker.refuse(({ value }) => String(value) === '13');
    await commit(Array.from({ length: 40 }, (_, index) => row(`e${index}`, { value: Buffer.from(String(index)) })));
    startRelay();
    await until(async () => (await unpublished()) === 0);

    expect(storedValues().sort((a, b) => Number(a) - Number(b))).to.deep.equal(
      Array.from({ length: 40 }, (_, index) => String(index)).filter((value) => value !== '13'),
    );
    expect((await createOutboxStore(database.client).readBacklog()).setAside).to.equal(1);
  });

  it('forgets published rows when their time is over, and never an unpublished one', async () => {
    const relay = startRelay({ settings: { keepPublishedMs: 120_000 } });
    await commit([row('a'), row('b')]);
    await until(async () => (await unpublished()) === 0);
    broker.failWith(codedError('broker_unavailable'));
    await commit([row('c')]);
    offsetMs = 121_000;
    relay.poke();
    const eventIds = async () =>
      (await database.client.$queryRawUnsafe<{ event_id: string }[]>('SELECT event_id FROM outbox')).map(
        (of) => of.event_id,
      );
    await until(async () => (await eventIds()).length === 1);

    expect(await eventIds()).to.deep.equal(['c']);
  });
});

const row = (eventId: string, record: Partial<OutboxRow['record']> = {}): OutboxRow => ({
  eventId,
  record: { topic: PLAIN, key: 'key', value: Buffer.from(eventId), headers: { ce_id: eventId }, ...record },
});

/** One event and one outbox row for each stream, with pauses in which others commit. */
const appendEach = async (tx: SqlClient, streamIds: readonly string[], pause: () => Promise<void>): Promise<void> => {
  for (const streamId of streamIds) {
    const sql = 'SELECT COUNT(*)::int AS version FROM events WHERE stream_id = $1';
    const [{ version: expectedVersion } = { version: 0 }] = await tx.$queryRawUnsafe<{ version: number }[]>(
      sql,
      streamId,
    );
    await appendToStream(tx, { streamId, expectedVersion, events: [{ type: 'Happened' }], atMs: 1 });
    await pause();
    const value = Buffer.from(String(expectedVersion + 1));
    await enqueue(tx, [row(`${streamId}/${expectedVersion + 1}`, { key: streamId, value })], 1);
    await pause();
  }
};

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`never came true: ${holds}`);
    await sleep(2);
  }
};

/** Mulberry32: the same run for the same seed. */
const seeded = (seed: number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const counted = (store: OutboxStore) => {
  const calls = { readUnpublished: 0, markPublished: 0 };
  const counting: OutboxStore = {
    ...store,
    readUnpublished: (limits) => {
      calls.readUnpublished += 1;
      return store.readUnpublished(limits);
    },
    markPublished: (mark) => {
      calls.markPublished += 1;
      return store.markPublished(mark);
    },
  };
  return { store: counting, calls };
};

interface FreezableOptions {
  readonly store: OutboxStore;
  readonly broker: RecordingBroker;
  /** The step at which it stops for good: right after a read that found rows, or right before anything else. */
  readonly at: 'readUnpublished' | 'markPublished' | 'send' | 'start';
}

/** A replica like a process that gets SIGSTOP at a chosen step, once: from then on nothing of it moves until `thaw`. */
const freezable = ({ store, broker, at }: FreezableOptions) => {
  const frozen = Promise.withResolvers<void>();
  const thawed = Promise.withResolvers<void>();
  let isFrozen = false;
  const freezeAt = async (step: FreezableOptions['at']) => {
    if (step === at && !isFrozen) {
      isFrozen = true;
      frozen.resolve();
    }
    if (isFrozen) await thawed.promise;
  };
  const held =
    <Arguments extends readonly unknown[], Result>(run: (...args: Arguments) => Promise<Result>) =>
    async (...args: Arguments) => {
      if (isFrozen) await thawed.promise;
      return run(...args);
    };
  const frozenStore: OutboxStore = {
    ...store,
    readLease: held(store.readLease),
    takeLease: held(store.takeLease),
    renewLease: held(store.renewLease),
    readUnpublished: async (limits) => {
      const rows = await store.readUnpublished(limits);
      if (rows.length > 0) await freezeAt('readUnpublished');
      return rows;
    },
    markPublished: async (mark) => {
      await freezeAt('markPublished');
      return store.markPublished(mark);
    },
  };
  const createProducer: RecordingBroker['createProducer'] = (options) => {
    const producer = broker.createProducer(options);
    return {
      ...producer,
      start: async () => {
        await freezeAt('start');
        await producer.start();
      },
      send: async (records) => {
        await freezeAt('send');
        await producer.send(records);
      },
    };
  };
  return { store: frozenStore, createProducer, isFrozen: frozen.promise, thaw: () => thawed.resolve() };
};
