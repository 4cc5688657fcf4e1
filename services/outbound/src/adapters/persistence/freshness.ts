import { onDatabase, readPositions } from '@tiktok-channel/platform/postgres';
import type { Freshness } from '../../application/ports.ts';
import type { Database } from './database.ts';

/** For so long a decision waits for facts that are on their way; then the reply is postponed, and its sender told. */
const WAIT_MS = 5_000;
const LOOK_EVERY_MS = 50;

export interface FreshnessOptions {
  readonly database: Database;
  readonly group: string;
  readonly topic: string;
  /** By partition, the offset that the next record will get. */
  readonly endOffsets: () => Promise<ReadonlyMap<number, bigint>>;
  readonly pause: (ms: number) => Promise<void>;
}

/** Facts are fresh when the positions stored with them, by whichever replica, have passed the ends that all partitions have now. */
export const createFreshness = ({ database, group, topic, endOffsets, pause }: FreshnessOptions): Freshness => {
  const havePassed = async (ends: ReadonlyMap<number, bigint>): Promise<boolean> => {
    const partitions = [...ends.keys()].map((partition) => ({ topic, partition }));
    const positions = await onDatabase(() => readPositions(database, group, partitions));
    return [...ends].every(([partition, end]) => (positions.get(`${topic}/${partition}`) ?? 0n) >= end);
  };
  return {
    reached: async () => {
      const ends = await endOffsets().catch(() => null);
      if (ends === null) return false;
      const endsAt = performance.now() + WAIT_MS;
      while (performance.now() < endsAt) {
        if (await havePassed(ends)) return true;
        await pause(LOOK_EVERY_MS);
      }
      return false;
    },
  };
};
