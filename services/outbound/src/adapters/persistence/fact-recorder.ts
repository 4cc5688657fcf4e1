import type { Clock } from '@tiktok-channel/platform/kernel';
import { movePosition, onDatabase, type PositionMove, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { RecordFacts } from '../../application/ports.ts';
import type { Database } from './database.ts';
import { type PublishReplyEvent, recordWhatWasSeen, wakeUncertain } from './reply-log.ts';
import { storeSightings } from './sightings.ts';

export interface FactRecorderDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly publish: PublishReplyEvent;
  /** Wakes the outbox relay. */
  readonly onEnqueued: () => void;
  /** Wakes the dispatcher: an uncertain reply's message may have turned up. */
  readonly onWoken: () => void;
}

/** Stores a batch of sightings with the position behind it, and what follows from them for replies. */
export const createFactRecorder =
  ({ database, clock, publish, onEnqueued, onWoken }: FactRecorderDependencies): RecordFacts =>
  async (sightings, move) => {
    const atMs = clock.now();
    try {
      const seen = await onDatabase(() =>
        database.$transaction(async (tx) => {
          await moveOrThrow(tx, move);
          const conversations = await storeSightings(tx, sightings);
          const hasEvents = await recordWhatWasSeen(tx, conversations, { publish, atMs });
          return { hasEvents, hasWoken: await wakeUncertain(tx, conversations, atMs) };
        }),
      );
      if (seen.hasEvents) onEnqueued();
      if (seen.hasWoken) onWoken();
      return 'recorded';
    } catch (error) {
      if (error instanceof Superseded) return 'superseded';
      throw error;
    }
  };

class Superseded extends Error {}

/** First, so that of two owners of a partition the late one gives up before it waits for anything else. */
const moveOrThrow = async (tx: SqlClient, move: PositionMove): Promise<void> => {
  if (!(await movePosition(tx, move))) throw new Superseded();
};
