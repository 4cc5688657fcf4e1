import { assertNever, type Logger } from '../kernel/index.ts';
import type { Batch, BatchOutcome, ConsumerOptions, DecodedRecord } from './consumer-types.ts';
import type { DeadLetters } from './dead-letters.ts';
import { DEAD_LETTERS_FAILED, type Ending, movePosition, type Position, publishOnce } from './position.ts';
import type { ConsumerMetrics } from './telemetry.ts';
import { traceProcessing } from './tracing.ts';
import { describeDefect, MAX_TRIES, UNEXPECTED_ERROR, waitForTry } from './tries.ts';

export interface ApplierOptions<T> extends Pick<ConsumerOptions<T>, 'group' | 'apply'> {
  /** Without it there is no position to move for a batch without records. */
  readonly storesPositions: boolean;
  readonly deadLetters: DeadLetters;
  readonly metrics: ConsumerMetrics;
  readonly logger: Logger;
}

const MOVE_AGAIN_AFTER_MS = 1_000;

type DeadLetterOutcome = Extract<BatchOutcome, { readonly kind: 'deadLetter' }>;

interface Range<T> {
  readonly position: Position;
  readonly records: readonly DecodedRecord<T>[];
  /** The offset after the range. */
  readonly end: bigint;
}

/** Resolves with `null` when everything before the range's end has taken effect and the position is there. */
export type BatchApplier<T> = (range: Range<T>) => Promise<Ending | null>;

export const createBatchApplier = <T>(options: ApplierOptions<T>): BatchApplier<T> => {
  const { storesPositions, deadLetters, metrics } = options;

  const applyRange: BatchApplier<T> = async (range) => {
    const { position, records, end } = range;
    if (position.nextOffset >= end) return null;
    if (records.length === 0 && !storesPositions) {
      movePosition(position, end);
      return null;
    }
    const { outcome, attempts } = await tryToApply(options, batchOf(range));
    switch (outcome.kind) {
      case 'done':
        metrics.countRecords({ topic: position.topic, outcome: 'done' }, records.length);
        movePosition(position, end);
        return null;
      case 'retry':
        keepApplied(range, outcome.applied ?? 0);
        return { kind: 'pause', reason: outcome.reason, afterMs: outcome.afterMs };
      case 'deadLetter':
        return giveUp(range, outcome, attempts);
      case 'superseded':
        return { kind: 'superseded' };
      default:
        return assertNever(outcome);
    }
  };

  const keepApplied = ({ position, records }: Range<T>, applied: number): void => {
    const next = records[applied];
    if (applied === 0 || next === undefined) return;
    metrics.countRecords({ topic: position.topic, outcome: 'done' }, applied);
    movePosition(position, next.record.offset);
  };

  const giveUp = async (range: Range<T>, outcome: DeadLetterOutcome, attempts: number): Promise<Ending | null> => {
    const { position, records, end } = range;
    if (outcome.applied === undefined && records.length > 1) return halve(range);
    const at = outcome.applied ?? 0;
    const record = records[at]?.record;
    // A batch without records only moves the position: nothing in it can be at fault.
    if (record === undefined) return { kind: 'pause', reason: outcome.reason, afterMs: MOVE_AGAIN_AFTER_MS };
    keepApplied(range, at);
    if (!(await publishOnce(deadLetters, position, [{ record, reason: outcome.reason, attempts }]))) {
      return DEAD_LETTERS_FAILED;
    }
    metrics.countRecords({ topic: record.topic, outcome: 'dead_letter', reason: outcome.reason });
    return applyRange({ position, records: records.slice(at + 1), end });
  };

  const halve = async ({ position, records, end }: Range<T>): Promise<Ending | null> => {
    const middle = records.length >> 1;
    const left = records.slice(0, middle);
    const right = records.slice(middle);
    const ending = await applyRange({ position, records: left, end: right[0]?.record.offset ?? end });
    return ending ?? applyRange({ position, records: right, end });
  };

  return applyRange;
};

/** A batch that throws is halved at once; a single record, or the mere move of a position, gets a few tries. */
const tryToApply = async <T>(
  { apply, group, logger }: ApplierOptions<T>,
  batch: Batch<T>,
): Promise<{ readonly outcome: BatchOutcome; readonly attempts: number }> => {
  const records = batch.records.map(({ record }) => record);
  for (let attempts = 1; ; attempts += 1) {
    try {
      return { outcome: await traceProcessing(group, records, () => apply(batch)), attempts };
    } catch (error) {
      const { topic, partition, fetchedOffset } = batch;
      const where = { group, topic, partition, offset: String(fetchedOffset), records: records.length };
      logger.error('kafka.apply_failed', { ...where, attempts, ...describeDefect(error) });
      if (records.length > 1 || attempts >= MAX_TRIES) {
        return { outcome: { kind: 'deadLetter', reason: UNEXPECTED_ERROR }, attempts };
      }
      await waitForTry(attempts);
    }
  }
};

const batchOf = <T>({ position, records, end }: Range<T>): Batch<T> => ({
  topic: position.topic,
  partition: position.partition,
  fetchedOffset: position.nextOffset,
  expectedOffset: position.expectedOffset,
  nextOffset: end,
  records,
});
