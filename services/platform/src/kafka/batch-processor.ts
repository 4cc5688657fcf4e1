import { type ApplierOptions, createBatchApplier } from './batch-applier.ts';
import { createBatchDecoder, type DecoderOptions } from './batch-decoder.ts';
import { DEAD_LETTERS_FAILED, type Ending, type Position, publishOnce } from './position.ts';
import type { IncomingRecord } from './records.ts';

interface FetchedRecords {
  readonly records: readonly IncomingRecord[];
  /** The offset after everything that was fetched, control records included. */
  readonly endOffset: bigint;
}

export interface ProcessorOptions<T> extends ApplierOptions<T>, DecoderOptions<T> {
  readonly maxBatchRecords: number;
}

/** Takes one partition's fetched records from where its position is. Never rejects, whatever the handler does. */
export type BatchProcessor = (
  position: Position,
  fetched: FetchedRecords,
  /** Asked between two batches. */
  isStopping: () => boolean,
) => Promise<Ending>;

export const createBatchProcessor = <T>(options: ProcessorOptions<T>): BatchProcessor => {
  const { maxBatchRecords, deadLetters, metrics } = options;
  const decode = createBatchDecoder(options);
  const apply = createBatchApplier(options);

  /** Dead letters are written first: only then may the position move over them. */
  const processChunk = async (position: Position, chunk: readonly IncomingRecord[], chunkEnd: bigint) => {
    const { records, deadLetters: letters, end, pause } = await decode(chunk, chunkEnd);
    if (!(await publishOnce(deadLetters, position, letters))) return DEAD_LETTERS_FAILED;
    for (const { record, reason } of letters) {
      metrics.countRecords({ topic: record.topic, outcome: 'dead_letter', reason });
    }
    return (await apply({ position, records, end })) ?? pause;
  };

  return async (position, { records, endOffset }, isStopping) => {
    const pending = records.filter(({ offset }) => offset >= position.nextOffset);
    for (let first = 0; first === 0 || first < pending.length; first += maxBatchRecords) {
      if (isStopping()) return { kind: 'stopped' };
      const chunk = pending.slice(first, first + maxBatchRecords);
      const chunkEnd = pending[first + maxBatchRecords]?.offset ?? endOffset;
      const ending = await processChunk(position, chunk, chunkEnd);
      if (ending !== null) return ending;
    }
    return { kind: 'finished' };
  };
};
