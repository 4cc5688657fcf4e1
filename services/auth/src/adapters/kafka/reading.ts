import type { BatchOutcome, Decoded, IncomingRecord } from '@tiktok-channel/platform/kafka';
import { DependencyUnavailable } from '@tiktok-channel/platform/kernel';
import { databaseFailure } from '@tiktok-channel/platform/postgres';
import { type Codec, CodecError, type DecodedRecord } from '@tiktok-channel/schemas';

const REGISTRY_PAUSE_MS = 1_000;
const AGAIN_AFTER_MS = 1_000;
const CONFLICT_AGAIN_AFTER_MS = 50;

/** A decoder of the consumer from what one of this service's records means to it. */
export const decodeWith =
  <T>(codec: () => Pick<Codec, 'decode'>, meaning: (decoded: DecodedRecord) => Decoded<T>) =>
  (record: IncomingRecord): Decoded<T> | Promise<Decoded<T>> => {
    try {
      const decoded = codec().decode(record.value);
      return decoded instanceof Promise ? decoded.then(meaning, codecFailure) : meaning(decoded);
    } catch (error) {
      return codecFailure(error);
    }
  };

const codecFailure = (error: unknown): Decoded<never> => {
  if (!(error instanceof CodecError)) throw error;
  return error.code === 'undecodable'
    ? { kind: 'deadLetter', reason: 'undecodable' }
    : { kind: 'retry', reason: 'registry_unavailable', afterMs: REGISTRY_PAUSE_MS };
};

/** What a failure means for the batch; a defect goes on to the runner as what was thrown. */
export const judging = async (handle: () => Promise<BatchOutcome>): Promise<BatchOutcome> => {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof DependencyUnavailable) return { kind: 'retry', reason: error.code, afterMs: AGAIN_AFTER_MS };
    const failure = databaseFailure(error);
    if (failure === 'conflict') return { kind: 'retry', reason: 'database_conflict', afterMs: CONFLICT_AGAIN_AFTER_MS };
    if (failure === 'data') return { kind: 'deadLetter', reason: 'data_refused' };
    throw error;
  }
};
