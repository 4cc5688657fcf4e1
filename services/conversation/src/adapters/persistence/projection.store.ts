import type { PositionReader } from '@tiktok-channel/platform/kafka';
import { databaseFailure, movePosition, readPositions, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { BatchPosition, ProjectionStore } from '../../application/ports.ts';
import type { Facts } from '../../domain/facts.ts';
import { wantedMedia } from '../../domain/media.ts';
import { share } from './build-locks.ts';
import type { Database } from './database.ts';
import { eraseBeside } from './erasure.ts';
import { wantMedia } from './media.queue.ts';
import { writeFacts } from './projection.ts';

/** Rolls the transaction back: another owner has moved the position, or the build is not this one's to write any more. */
export class Superseded extends Error {}

/** For a batch of a thousand records; a transaction that takes longer is rolled back and counts as an outage. */
const TRANSACTION_TIMEOUT_MS = 30_000;
/** For the erasure of a channel with millions of messages. */
const ERASURE_TIMEOUT_MS = 600_000;

/** `group` names the consumer group whose positions the projection's schema keeps. */
export const createProjectionStore = ({
  database,
  group,
}: {
  readonly database: Database;
  readonly group: string;
}): ProjectionStore & PositionReader => ({
  read: (readingGroup, partitions) => readPositions(database, readingGroup, partitions),
  apply: ({ facts, position, atMs }) =>
    applying(database, facts, async (tx) => {
      await share(tx, 'served');
      const { kept, released } = await writeFacts(tx, facts, atMs);
      await eraseBeside(tx, released, atMs);
      await wantMedia(tx, wantedMedia(kept.message), atMs);
      await movePositionOrRollBack(tx, group, position);
    }),
});

export const movePositionOrRollBack = async (tx: SqlClient, group: string, position: BatchPosition): Promise<void> => {
  if (!(await movePosition(tx, { group, ...position }))) throw new Superseded();
};

/** Runs the work of a batch in a transaction, and says how it ended. */
export const applying = async (
  database: Database,
  facts: Pick<Facts, 'channel'>,
  work: (tx: SqlClient) => Promise<void>,
): ReturnType<ProjectionStore['apply']> => {
  const mayErase = facts.channel.some(({ visibleFrom }) => visibleFrom !== null);
  const timeout = mayErase ? ERASURE_TIMEOUT_MS : TRANSACTION_TIMEOUT_MS;
  try {
    await database.$transaction(work, { timeout, maxWait: TRANSACTION_TIMEOUT_MS });
    return 'done';
  } catch (error) {
    if (error instanceof Superseded) return 'superseded';
    const failure = databaseFailure(error);
    if (failure === null) throw error;
    return failure;
  }
};
