import { VersionConflict } from '@tiktok-channel/platform/event-sourcing';
import type { Batch, BatchOutcome } from '@tiktok-channel/platform/kafka';
import { DependencyUnavailable } from '@tiktok-channel/platform/kernel';
import { databaseFailure } from '@tiktok-channel/platform/postgres';
import type { AcceptCommands } from '../../application/accept-commands.ts';
import type { IncomingCommand, RecordFacts, Sighting } from '../../application/ports.ts';

export const COMMANDS_GROUP = 'outbound.commands';
export const FACTS_GROUP = 'outbound.facts';

const AGAIN_AFTER_MS = 1_000;
const CONFLICT_AGAIN_AFTER_MS = 50;

/** Accepts a batch as one; the commands before one whose id belongs to another reply have taken effect all the same. */
export const createCommandBatchHandler =
  (acceptCommands: AcceptCommands, countMisplaced: (records: Batch<IncomingCommand>['records']) => Promise<void>) =>
  ({ records }: Batch<IncomingCommand>): Promise<BatchOutcome> =>
    judging(async () => {
      await countMisplaced(records);
      const acceptances = await acceptCommands(records.map(({ value }) => value));
      const reused = acceptances.indexOf('reply_id_reused');
      return reused < 0 ? { kind: 'done' } : { kind: 'deadLetter', reason: 'reply_id_reused', applied: reused };
    });

/** The position moves with the facts, in one transaction. */
export const createFactBatchHandler =
  (recordFacts: RecordFacts) =>
  ({ topic, partition, expectedOffset, nextOffset, records }: Batch<Sighting>): Promise<BatchOutcome> =>
    judging(async () => {
      const recorded = await recordFacts(
        records.map(({ value }) => value),
        { group: FACTS_GROUP, topic, partition, expected: expectedOffset, next: nextOffset },
      );
      return recorded === 'superseded' ? { kind: 'superseded' } : { kind: 'done' };
    });

/** A defect goes on to the runner as what was thrown. */
const judging = async (handle: () => Promise<BatchOutcome>): Promise<BatchOutcome> => {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof DependencyUnavailable) return { kind: 'retry', reason: error.code, afterMs: AGAIN_AFTER_MS };
    const failure = error instanceof VersionConflict ? 'conflict' : databaseFailure(error);
    if (failure === 'conflict') return { kind: 'retry', reason: 'database_conflict', afterMs: CONFLICT_AGAIN_AFTER_MS };
    if (failure === 'data') return { kind: 'deadLetter', reason: 'data_refused' };
    throw error;
  }
};
