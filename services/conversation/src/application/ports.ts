import type { Facts } from '../domain/facts.ts';

/** Where a batch of one partition stands; the position moves from `expected` to `next`, or nothing happens. */
export interface BatchPosition {
  readonly topic: string;
  readonly partition: number;
  readonly expected: bigint;
  readonly next: bigint;
}

/**
 * - `conflict`: another transaction was in the way; nothing was stored, the same can be done again at once.
 * - `unavailable`: the database is away.
 * - `data`: a value cannot be stored; no repetition helps.
 */
export type ProjectionFailure = 'conflict' | 'unavailable' | 'data';

export interface ProjectionStore {
  /** Stores facts, what follows from them, and the position, in one transaction. `superseded`: another owner moved it. */
  apply(facts: Facts, position: BatchPosition): Promise<'done' | 'superseded' | ProjectionFailure>;
}
