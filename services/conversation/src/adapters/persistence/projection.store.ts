import type { PositionReader } from '@tiktok-channel/platform/kafka';
import { databaseFailure, movePosition, readPositions, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { BatchPosition, ProjectionStore } from '../../application/ports.ts';
import type { Database } from './database.ts';
import { wantMedia } from './media.queue.ts';
import { writeFacts } from './projection.ts';

class Superseded extends Error {}

/** For a batch of a thousand records; a transaction that takes longer is rolled back and counts as an outage. */
const TRANSACTION_TIMEOUT_MS = 30_000;

/** `group` names the consumer group whose positions the projection's schema keeps. */
export const createProjectionStore = ({
  database,
  group,
}: {
  readonly database: Database;
  readonly group: string;
}): ProjectionStore & PositionReader => {
  const move = async (tx: SqlClient, position: BatchPosition): Promise<void> => {
    if (!(await movePosition(tx, { group, ...position }))) throw new Superseded();
  };
  return {
    read: (readingGroup, partitions) => readPositions(database, readingGroup, partitions),
    apply: async ({ facts, media, position, atMs }) => {
      try {
        await database.$transaction(
          async (tx) => {
            await writeFacts(tx, facts, atMs);
            await wantMedia(tx, media, atMs);
            await move(tx, position);
          },
          { timeout: TRANSACTION_TIMEOUT_MS, maxWait: TRANSACTION_TIMEOUT_MS },
        );
        return 'done';
      } catch (error) {
        if (error instanceof Superseded) return 'superseded';
        const failure = databaseFailure(error);
        if (failure === null) throw error;
        return failure;
      }
    },
  };
};
