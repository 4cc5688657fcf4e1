import { expect } from 'chai';
import { createBatchProcessor, type ProcessorOptions } from './batch-processor.ts';
import type { Batch, BatchOutcome } from './consumer-types.ts';
import { createPosition, type Position } from './position.ts';
import type { IncomingRecord } from './records.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const never = () => false;

const recordAt = (offset: bigint): IncomingRecord => ({
  topic: 't',
  partition: 0,
  offset,
  key: null,
  value: null,
  headers: {},
  timestampMs: 0,
});

const range = ({ fetchedOffset, nextOffset, records }: Batch<bigint>): string =>
  `${fetchedOffset}..${nextOffset}: ${records.map(({ value }) => value).join(' ')}`;

describe('the batch processor', () => {
  let seen: string[];
  let letters: string[];
  let position: Position;

  const processorOf = (
    apply: (batch: Batch<bigint>) => BatchOutcome,
    options: Partial<ProcessorOptions<bigint>> = {},
  ) =>
    createBatchProcessor<bigint>({
      group: 'g',
      decode: ({ offset }) => ({ kind: 'record', value: offset }),
      apply: async (batch) => {
        seen.push(range(batch));
        return apply(batch);
      },
      isForOthers: () => false,
      storesPositions: true,
      maxBatchRecords: 100,
      deadLetters: {
        publish: async (list) => {
          letters.push(...list.map(({ record, reason }) => `${record.offset} ${reason}`));
          return true;
        },
      },
      metrics: { countRecords: () => undefined, countPause: () => undefined },
      logger: silent,
      ...options,
    });

  const done = (): BatchOutcome => ({ kind: 'done' });
  const fetched = (offsets: readonly bigint[], endOffset: bigint) => ({ records: offsets.map(recordAt), endOffset });

  beforeEach(() => {
    seen = [];
    letters = [];
    position = createPosition({ topic: 't', partition: 0 }, { stored: 10n, next: 10n });
  });

  it('leaves out what lies before the position, and takes gaps for normal', async () => {
    await processorOf(done)(position, fetched([8n, 9n, 12n, 15n], 18n), never);

    expect(seen).to.deep.equal(['10..18: 12 15']);
    expect(position).to.deep.include({ nextOffset: 18n, expectedOffset: 18n });
  });

  it('cuts into batches that follow each other without a hole', async () => {
    await processorOf(done, { maxBatchRecords: 2 })(position, fetched([10n, 11n, 14n, 15n, 16n], 17n), never);

    expect(seen).to.deep.equal(['10..14: 10 11', '14..16: 14 15', '16..17: 16']);
  });

  it('moves the position over records of no interest', async () => {
    const decode = () => ({ kind: 'skip', reason: 'other_type' }) as const;
    await processorOf(done, { decode })(position, fetched([10n, 11n], 12n), never);

    expect(seen).to.deep.equal(['10..12: ']);
  });

  it('has no position to move where none is stored', async () => {
    const decode = () => ({ kind: 'skip', reason: 'other_type' }) as const;
    await processorOf(done, { decode, storesPositions: false })(position, fetched([10n, 11n], 12n), never);

    expect(seen).to.deep.equal([]);
    expect(position.nextOffset).to.equal(12n);
  });

  it('applies what comes before a record that has to wait', async () => {
    const decode = ({ offset }: IncomingRecord) =>
      offset === 12n
        ? ({ kind: 'retry', reason: 'registry_away', afterMs: 5 } as const)
        : ({ kind: 'record', value: offset } as const);
    const ending = await processorOf(done, { decode })(position, fetched([10n, 11n, 12n, 13n], 14n), never);

    expect(seen).to.deep.equal(['10..12: 10 11']);
    expect(ending).to.deep.equal({ kind: 'pause', reason: 'registry_away', afterMs: 5 });
  });

  it('halves until the record at fault is alone', async () => {
    const bad = (batch: Batch<bigint>): BatchOutcome =>
      batch.records.some(({ value }) => value === 12n) ? { kind: 'deadLetter', reason: 'bad' } : { kind: 'done' };
    await processorOf(bad)(position, fetched([10n, 11n, 12n, 13n], 14n), never);

    expect(seen).to.deep.equal([
      '10..14: 10 11 12 13',
      '10..12: 10 11',
      '12..14: 12 13',
      '12..13: 12',
      '12..13: ',
      '13..14: 13',
    ]);
    expect(letters).to.deep.equal(['12 bad']);
    expect(position.nextOffset).to.equal(14n);
  });

  it('moves no position while the dead letters cannot be written', async () => {
    const bad = (): BatchOutcome => ({ kind: 'deadLetter', reason: 'bad' });
    const deadLetters = { publish: async (list: readonly unknown[]) => list.length === 0 };
    const ending = await processorOf(bad, { deadLetters })(position, fetched([10n], 11n), never);

    expect(ending).to.deep.include({ kind: 'pause', reason: 'dead_letters_failed' });
    expect(position.nextOffset).to.equal(10n);
  });

  it('keeps what a handler of single records has applied before it had to wait', async () => {
    const waits = (): BatchOutcome => ({ kind: 'retry', reason: 'auth_away', afterMs: 5, applied: 2 });
    await processorOf(waits, { storesPositions: false })(position, fetched([10n, 11n, 13n], 14n), never);

    expect(position.nextOffset).to.equal(13n);
  });

  it('dead-letters the one record that such a handler names, without halving', async () => {
    const refuses = (batch: Batch<bigint>): BatchOutcome =>
      batch.fetchedOffset === 10n ? { kind: 'deadLetter', reason: 'refused', applied: 1 } : { kind: 'done' };
    await processorOf(refuses, { storesPositions: false })(position, fetched([10n, 11n, 12n], 13n), never);

    expect(seen).to.deep.equal(['10..13: 10 11 12', '11..13: 12']);
    expect(letters).to.deep.equal(['11 refused']);
  });

  it('stops between two batches when it is told to', async () => {
    const stopsAfterOne = () => seen.length === 1;
    const processor = processorOf(done, { maxBatchRecords: 1 });
    const ending = await processor(position, fetched([10n, 11n], 12n), stopsAfterOne);

    expect(ending).to.deep.equal({ kind: 'stopped' });
    expect(position.nextOffset).to.equal(11n);
  });

  it('says when another owner has moved the position', async () => {
    const ending = await processorOf(() => ({ kind: 'superseded' }))(position, fetched([10n], 11n), never);

    expect(ending).to.deep.equal({ kind: 'superseded' });
    expect(position.expectedOffset).to.equal(10n);
  });
});
