import { expect } from 'chai';
import { KafkaSendError } from './errors.ts';
import { createBatchingProducer, type Producer, type ProducerOptions } from './producer.ts';
import type { ProducerConnection } from './producer-connection.ts';
import { MAX_BATCH_BYTES, type QueuedRecord } from './send-queue.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

const record = (value: string, sizeBytes = 10) => ({
  topic: 't',
  key: value,
  value: Buffer.alloc(sizeBytes),
  headers: {},
});

const protocolError = (type: string): Error =>
  new Error('wrapped', { cause: Object.assign(new Error(`Kafka says ${type}`), { type }) });

type Pending = PromiseWithResolvers<readonly QueuedRecord[]> & { readonly records: readonly QueuedRecord[] };

/** A broker that answers a batch when it is told to. */
const createBroker = () => {
  const batches: string[][] = [];
  const answers: Pending[] = [];
  let connections = 0;
  const connect = (): ProducerConnection => {
    connections += 1;
    return {
      open: () => Promise.resolve(),
      send: (records) => {
        batches.push(records.map(({ key }) => key ?? ''));
        const answer = { ...Promise.withResolvers<readonly QueuedRecord[]>(), records };
        answers.push(answer);
        return answer.promise;
      },
      close: async () => {
        for (const answer of answers) answer.reject(new Error('closed'));
      },
    };
  };
  const next = async () => {
    while (answers.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    return answers.shift() as Pending;
  };
  return {
    batches,
    connect,
    connections: () => connections,
    async acknowledge({ except = '' } = {}) {
      const { records, resolve } = await next();
      resolve(records.filter(({ key }) => key === except));
    },
    fail: async (error: Error) => (await next()).reject(error),
  };
};

const codeOf = (error: unknown): string => (error instanceof KafkaSendError ? error.code : String(error));

describe('the batching producer', () => {
  let broker: ReturnType<typeof createBroker>;
  let producer: Producer;

  const start = async (options: ProducerOptions = {}): Promise<void> => {
    producer = createBatchingProducer({ stopTimeoutMs: 20, ...options }, { connect: broker.connect, logger: silent });
    await producer.start();
  };

  beforeEach(() => {
    broker = createBroker();
  });

  afterEach(() => producer.stop());

  it('has one batch on its way and fills the next meanwhile', async () => {
    await start();
    const first = producer.send([record('a')]);
    await new Promise((resolve) => setImmediate(resolve));
    const others = ['b', 'c'].map((value) => producer.send([record(value)]));

    await broker.acknowledge();
    await broker.acknowledge();
    await Promise.all([first, ...others]);

    expect(broker.batches).to.deep.equal([['a'], ['b', 'c']]);
  });

  it('puts into one batch what one turn of the event loop brings', async () => {
    await start();
    const sends = ['a', 'b', 'c'].map((value) => producer.send([record(value)]));

    await broker.acknowledge();
    await Promise.all(sends);

    expect(broker.batches).to.deep.equal([['a', 'b', 'c']]);
  });

  it('lets a small batch grow while each turn of the event loop brings more', async () => {
    await start();
    const sends: Promise<void>[] = [];
    setImmediate(() => sends.push(producer.send([record('b')])));
    sends.push(producer.send([record('a')]));

    await broker.acknowledge();
    await Promise.all(sends);

    expect(broker.batches).to.deep.equal([['a', 'b']]);
  });

  it('cuts batches at the size that a broker takes', async () => {
    await start();
    const half = MAX_BATCH_BYTES / 2;
    const sends = ['a', 'b', 'c', 'd'].map((value) => producer.send([record(value, half - 1_000)]));

    await broker.acknowledge();
    await broker.acknowledge();
    await Promise.all(sends);

    expect(broker.batches).to.deep.equal([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('resolves a call when the last of its records is acknowledged', async () => {
    await start();
    let isSent = false;
    const send = producer.send(Array.from({ length: 1_500 }, (_, n) => record(String(n)))).then(() => {
      isSent = true;
    });

    await broker.acknowledge();
    await new Promise((resolve) => setImmediate(resolve));
    expect(isSent).to.equal(false);
    await broker.acknowledge();
    await send;
  });

  it('ends the wait of a caller at the deadline, and sends on', async () => {
    await start({ deadlineMs: 20 });
    const late = await producer.send([record('a')]).catch(codeOf);

    expect(late).to.equal('deadline_exceeded');
    expect(producer.isHealthy()).to.equal(false);
    await broker.acknowledge();
    await new Promise((resolve) => setImmediate(resolve));
    expect(producer.isHealthy()).to.equal(true);
  });

  it('refuses what its buffer cannot hold, and takes a large call when it is empty', async () => {
    await start({ maxBufferedRecords: 2 });
    const large = producer.send(['a', 'b', 'c'].map((value) => record(value)));

    expect(await producer.send([record('d')]).catch(codeOf)).to.equal('buffer_full');
    await broker.acknowledge();
    await large;
  });

  it('sends again what no broker has acknowledged', async () => {
    await start();
    const send = producer.send([record('a'), record('b')]);

    await broker.acknowledge({ except: 'b' });
    await broker.acknowledge();
    await send;

    expect(broker.batches).to.deep.equal([['a', 'b'], ['b']]);
  });

  it('takes a new connection after an error of unknown meaning, and no caller hears of it', async () => {
    await start();
    const send = producer.send([record('a')]);

    await broker.fail(new Error('retries exceeded'));
    await broker.acknowledge();
    await send;

    expect(broker.batches).to.deep.equal([['a'], ['a']]);
    expect(broker.connections()).to.equal(2);
  });

  it('keeps its connection when a record is refused, and tells its caller alone', async () => {
    await start();
    const sends = ['a', 'b', 'c'].map((value) => producer.send([record(value)]).catch(codeOf));

    await broker.fail(protocolError('MESSAGE_TOO_LARGE'));
    await broker.acknowledge();
    await broker.fail(protocolError('MESSAGE_TOO_LARGE'));
    await broker.fail(protocolError('MESSAGE_TOO_LARGE'));
    await broker.acknowledge();

    expect(await Promise.all(sends)).to.deep.equal([undefined, 'record_refused', undefined]);
    expect(broker.batches).to.deep.equal([['a', 'b', 'c'], ['a'], ['b', 'c'], ['b'], ['c']]);
    expect(broker.connections()).to.equal(1);
  });

  for (const error of [protocolError('INVALID_PRODUCER_EPOCH'), new Error('connection closed')]) {
    it(`gives a transactional id up after ${error.cause ?? error}`, async () => {
      await start({ transactionalId: 'relay' });
      const sends = ['a', 'b'].map((value) => producer.send([record(value)]).catch(codeOf));

      await broker.fail(error);

      expect(await Promise.all(sends)).to.deep.equal(['fenced', 'fenced']);
      expect(await producer.send([record('c')]).catch(codeOf)).to.equal('fenced');
      expect(broker.connections()).to.equal(1);
    });
  }

  it('ends a flush that takes too long, and tells the callers', async () => {
    await start();
    const sends = ['a', 'b'].map((value) => producer.send([record(value)]).catch(codeOf));

    await producer.stop();

    expect(await Promise.all(sends)).to.deep.equal(['stopped', 'stopped']);
  });
});
