import { assertNever, type Logger } from '../kernel/index.ts';
import type { ConsumerOptions, Decoded, DecodedRecord } from './consumer-types.ts';
import type { DeadLetter } from './dead-letters.ts';
import type { Ending } from './position.ts';
import type { IncomingRecord } from './records.ts';
import type { ConsumerMetrics } from './telemetry.ts';
import { describeDefect, MAX_TRIES, UNEXPECTED_ERROR, waitForTry } from './tries.ts';

export interface DecodedChunk<T> {
  readonly records: readonly DecodedRecord<T>[];
  readonly deadLetters: readonly DeadLetter[];
  /** The chunk's end, or the first record that has to wait. */
  readonly end: bigint;
  readonly pause: Ending | null;
}

export interface DecoderOptions<T> extends Pick<ConsumerOptions<T>, 'group' | 'decode'> {
  readonly isForOthers: (record: IncomingRecord) => boolean;
  readonly metrics: ConsumerMetrics;
  readonly logger: Logger;
}

/** Records are decoded one by one, before anything of them takes effect, so that a bad one harms no other. */
export const createBatchDecoder = <T>(options: DecoderOptions<T>) => {
  const { metrics } = options;

  return async (chunk: readonly IncomingRecord[], end: bigint): Promise<DecodedChunk<T>> => {
    const records: DecodedRecord<T>[] = [];
    const deadLetters: DeadLetter[] = [];
    for (const record of chunk) {
      if (options.isForOthers(record)) {
        metrics.countRecords({ topic: record.topic, outcome: 'skip', reason: 'redriven_for_others' });
        continue;
      }
      const { decoded, attempts } = await decodeOne(options, record);
      switch (decoded.kind) {
        case 'record':
          records.push({ record, value: decoded.value });
          break;
        case 'skip':
          metrics.countRecords({ topic: record.topic, outcome: 'skip', reason: decoded.reason });
          break;
        case 'deadLetter':
          deadLetters.push({ record, reason: decoded.reason, attempts });
          break;
        case 'retry':
          return { records, deadLetters, end: record.offset, pause: { ...decoded, kind: 'pause' } };
        default:
          return assertNever(decoded);
      }
    }
    return { records, deadLetters, end, pause: null };
  };
};

const decodeOne = async <T>(
  { decode, group, logger }: DecoderOptions<T>,
  record: IncomingRecord,
): Promise<{ readonly decoded: Decoded<T>; readonly attempts: number }> => {
  for (let attempts = 1; ; attempts += 1) {
    try {
      const decoded = decode(record);
      return { decoded: decoded instanceof Promise ? await decoded : decoded, attempts };
    } catch (error) {
      const { topic, partition, offset } = record;
      const fields = { group, topic, partition, offset: String(offset), attempts, ...describeDefect(error) };
      logger.error('kafka.decode_failed', fields);
      if (attempts >= MAX_TRIES) return { decoded: { kind: 'deadLetter', reason: UNEXPECTED_ERROR }, attempts };
      await waitForTry(attempts);
    }
  }
};
