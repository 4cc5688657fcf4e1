import { assertNever, type MessageOutcome } from '../kernel/index.ts';
import type { Batch, BatchOutcome } from './consumer-types.ts';
import type { IncomingRecord } from './records.ts';
import { inTraceOf } from './tracing.ts';

/**
 * For consumers whose position is Kafka's: hands records over one by one, in order, each in its own trace. What came
 * before a `retry` or a `deadLetter` counts. A handler that throws sees some records again, so it has to be idempotent,
 * as it has to be anyway.
 */
export const eachRecord =
  <T>(handle: (value: T, record: IncomingRecord) => Promise<MessageOutcome>) =>
  async (batch: Batch<T>): Promise<BatchOutcome> => {
    for (const [applied, { record, value }] of batch.records.entries()) {
      const outcome = await inTraceOf(record, () => handle(value, record));
      switch (outcome.kind) {
        case 'done':
        case 'skip':
          break;
        case 'retry':
        case 'deadLetter':
          return { ...outcome, applied };
        default:
          return assertNever(outcome);
      }
    }
    return { kind: 'done' };
  };
