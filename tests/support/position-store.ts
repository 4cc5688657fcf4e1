import { setTimeout as delay } from 'node:timers/promises';
import { type Batch, type BatchOutcome, type PositionReader, partitionKey } from '@tiktok-channel/platform/kafka';

/** What a service's database does with a batch, in memory: effects and position move together or not at all. */
export interface PositionStore {
  readonly positions: PositionReader;
  readonly apply: (batch: Batch<string>) => Promise<BatchOutcome>;
  /** Values that took effect, in order, with their repeats. */
  readonly applied: readonly string[];
  positionOf(topic: string, partition: number): bigint;
  setPosition(topic: string, partition: number, offset: bigint): void;
  /** Makes reads and writes fail, as when the database is away. */
  setAvailable(isAvailable: boolean): void;
}

export const createPositionStore = ({ delayMs = 0 }: { readonly delayMs?: number } = {}): PositionStore => {
  const offsets = new Map<string, bigint>();
  const applied: string[] = [];
  let isAvailable = true;
  const positionOf = (topic: string, partition: number): bigint => offsets.get(partitionKey(topic, partition)) ?? 0n;

  return {
    applied,
    positionOf,
    setPosition: (topic, partition, offset) => {
      offsets.set(partitionKey(topic, partition), offset);
    },
    setAvailable: (value) => {
      isAvailable = value;
    },
    positions: {
      read: async () => {
        if (!isAvailable) throw new Error('the database is away');
        return new Map(offsets);
      },
    },
    apply: async (batch) => {
      await delay(delayMs);
      if (!isAvailable) return { kind: 'retry', reason: 'database_unavailable', afterMs: 200 };
      if (positionOf(batch.topic, batch.partition) !== batch.expectedOffset) return { kind: 'superseded' };
      offsets.set(partitionKey(batch.topic, batch.partition), batch.nextOffset);
      applied.push(...batch.records.map(({ value }) => value));
      return { kind: 'done' };
    },
  };
};
