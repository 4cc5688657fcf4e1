import type { Clock } from '@tiktok-channel/platform/kernel';
import { type Fact, type Facts, foldFacts } from '../domain/facts.ts';
import type { BatchPosition, ProjectionFailure, ProjectionStore } from './ports.ts';

export type Projected =
  | { readonly kind: 'done'; readonly facts: Facts }
  | { readonly kind: 'superseded' }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs: number }
  | { readonly kind: 'deadLetter'; readonly reason: string };

export type ProjectBatch = (facts: readonly Fact[], position: BatchPosition) => Promise<Projected>;

const DATABASE_PAUSE_MS = 1_000;
const TRIES_AT_CONFLICTS = 5;

/** Folds a batch and stores it with its position, all or nothing. Two transactions in each other's way begin again. */
export const createProjectBatch =
  ({ store, clock }: { readonly store: ProjectionStore; readonly clock: Clock }): ProjectBatch =>
  async (batch, position) => {
    const facts = foldFacts(batch);
    for (let attempt = 1; ; attempt += 1) {
      const result = await store.apply({ facts, position, atMs: clock.now() });
      if (result === 'conflict' && attempt < TRIES_AT_CONFLICTS) continue;
      return outcomeOf(result, facts);
    }
  };

const outcomeOf = (result: 'done' | 'superseded' | ProjectionFailure, facts: Facts): Projected => {
  switch (result) {
    case 'done':
      return { kind: 'done', facts };
    case 'superseded':
      return { kind: 'superseded' };
    case 'data':
      return { kind: 'deadLetter', reason: 'not_storable' };
    case 'conflict':
      return { kind: 'retry', reason: 'database_conflict', afterMs: 0 };
    case 'unavailable':
      return { kind: 'retry', reason: 'database_unavailable', afterMs: DATABASE_PAUSE_MS };
  }
};
