import { type AdminOptions, createAdmin } from './admin.ts';
import { createConsumer } from './consumer.ts';
import { errorMessage } from './errors.ts';
import { type IncomingRecord, partitionKey } from './records.ts';

export interface ReadBatch {
  readonly partition: number;
  /** Where the partition is once this batch is read. */
  readonly nextOffset: bigint;
  readonly records: readonly IncomingRecord[];
}

export interface ReaderOptions {
  readonly topic: string;
  /** Of this reader alone; it is gone when the reader has stopped. */
  readonly group: string;
  /** Where to begin, by partition; at the beginning of those that are not named. */
  readonly from: ReadonlyMap<number, bigint>;
  /** The next batch comes when this has resolved. A rejection ends the reading. */
  readonly read: (batch: ReadBatch) => Promise<void>;
  /** The reading cannot go on. Called once. */
  readonly onFatal: (error: Error) => void;
}

export interface Reader {
  /** Resolves when it reads, however long the broker takes. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A reading that failed waits for its end, and not for the next try. */
const WAIT_FOR_THE_END_MS = 60_000;

/**
 * Reads a topic for somebody who watches, from any place on, as every other consumer reads, broker outages included. Its
 * group says nothing of itself to Kafka, so that one that was killed leaves nothing behind either.
 */
export const createReader = (options: ReaderOptions, dependencies: AdminOptions): Reader => {
  const { topic, group, from, read } = options;
  let hasFailed = false;
  const fail = (error: Error): void => {
    if (hasFailed) return;
    hasFailed = true;
    options.onFatal(error);
  };
  const consumer = createConsumer<null>(
    {
      group,
      topics: [topic],
      decode: () => ({ kind: 'record', value: null }),
      async apply({ partition, nextOffset, records }) {
        if (hasFailed) return WAIT;
        try {
          await read({ partition, nextOffset, records: records.map(({ record }) => record) });
          return { kind: 'done' };
        } catch (error) {
          fail(error instanceof Error ? error : new Error(String(error)));
          return WAIT;
        }
      },
      positions: {
        read: async () => new Map(from.entries().map(([number, offset]) => [partitionKey(topic, number), offset])),
      },
      commits: false,
      deadLetters: { producer: { send: () => Promise.reject(new Error('a reader has no dead letters')) }, topic },
      onFatal: fail,
    },
    dependencies,
  );
  return {
    start: consumer.start,
    async stop() {
      await consumer.stop();
      await deleteGroup(group, dependencies);
    },
  };
};

const WAIT = { kind: 'retry', reason: 'ending', afterMs: WAIT_FOR_THE_END_MS } as const;

/** Without it Kafka forgets the empty group by itself, some minutes later. */
const deleteGroup = async (group: string, dependencies: AdminOptions): Promise<void> => {
  const admin = createAdmin(dependencies);
  try {
    await admin.start();
    await admin.deleteGroup(group);
  } catch (error) {
    dependencies.logger.debug('kafka.reader_group_left', { group, reason: errorMessage(error) });
  } finally {
    await admin.stop();
  }
};
