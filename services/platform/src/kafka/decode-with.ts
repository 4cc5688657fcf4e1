import type { Decoded } from './consumer-types.ts';
import type { IncomingRecord } from './records.ts';

/**
 * Reads the value of a record, at once or by asking a registry. Its failures carry a `code`: `undecodable`, the bytes are at
 * fault and no repetition helps; `registry_unavailable`, try again.
 */
export interface ValueCodec<Value> {
  decode(bytes: Buffer | null): Value | Promise<Value>;
}

const REGISTRY_AGAIN_AFTER_MS = 1_000;

/** A consumer's `decode`, from what a value means to it. Runs for every record: what the codec knows is read at once. */
export const decodeWith =
  <Value, T>(
    codec: () => ValueCodec<Value>,
    meaning: (value: Value, record: IncomingRecord) => Decoded<T>,
  ): ((record: IncomingRecord) => Decoded<T> | Promise<Decoded<T>>) =>
  (record) => {
    try {
      const decoded = codec().decode(record.value);
      return decoded instanceof Promise
        ? decoded.then((value) => meaning(value, record), codecFailure)
        : meaning(decoded, record);
    } catch (error) {
      return codecFailure(error);
    }
  };

const codecFailure = (error: unknown): Decoded<never> => {
  switch (error instanceof Error && 'code' in error ? error.code : null) {
    case 'undecodable':
      return { kind: 'deadLetter', reason: 'undecodable' };
    case 'registry_unavailable':
      return { kind: 'retry', reason: 'registry_unavailable', afterMs: REGISTRY_AGAIN_AFTER_MS };
    default:
      throw error;
  }
};
