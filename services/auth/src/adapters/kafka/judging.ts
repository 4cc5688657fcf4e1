import type { BatchOutcome } from '@tiktok-channel/platform/kafka';
import { DependencyUnavailable } from '@tiktok-channel/platform/kernel';
import { databaseFailure } from '@tiktok-channel/platform/postgres';

const AGAIN_AFTER_MS = 1_000;
const CONFLICT_AGAIN_AFTER_MS = 50;

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
