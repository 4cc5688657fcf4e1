import type { PositionReader } from '@tiktok-channel/platform/kafka';
import { databaseFailure, movePosition, readPositions, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { BatchPosition, ProjectionStore } from '../../application/ports.ts';
import { share } from './build-locks.ts';
import type { Database } from './database.ts';
import { wantMedia } from './media.queue.ts';
import { writeFacts } from './projection.ts';

/** Rolls the transaction back: another owner has moved the position, or the build is not this one's to write any more. */
export class Superseded extends Error {}

/** For a batch of a thousand records; a transaction that takes longer is rolled back and counts as an outage. */
const TRANSACTION_TIMEOUT_MS = 30_000;

/** `group` names the consumer group whose positions the projection's schema keeps. */
export const createProjectionStore = ({
  database,
  group,
}: {
  readonly database: Database;
  readonly group: string;
}): ProjectionStore & PositionReader => ({
  read: (readingGroup, partitions) => readPositions(database, readingGroup, partitions),
  apply: ({ facts, media, position, atMs }) =>
    applying(database, async (tx) => {
      await share(tx, 'served');
      await writeFacts(tx, facts, atMs);
      await wantMedia(tx, media, atMs);
      await movePositionOrRollBack(tx, group, position);
    }),
});

export const movePositionOrRollBack = async (tx: SqlClient, group: string, position: BatchPosition): Promise<void> => {
  if (!(await movePosition(tx, { group, ...position }))) throw new Superseded();
};

/** Runs the work of a batch in a transaction, and says how it ended. */
export const applying = async (
  database: Database,
  work: (tx: SqlClient) => Promise<void>,
): ReturnType<ProjectionStore['apply']> => {
  try {
    await database.$transaction(work, { timeout: TRANSACTION_TIMEOUT_MS, maxWait: TRANSACTION_TIMEOUT_MS });
    return 'done';
  } catch (error) {
    if (error instanceof Superseded) return 'superseded';
    const failure = databaseFailure(error);
    if (failure === null) throw error;
    return failure;
  }
};
