import type { TopicPlan } from '../domain/topic-plan.ts';
import type { TopicAdmin } from './ports.ts';

/**
 * Creates what is missing and puts settings right; answers what it found. Where a single topic has another number of
 * partitions nothing is changed at all: somebody has to look first.
 */
export const createEnsureTopics =
  (topics: TopicAdmin) =>
  async ({ dryRun }: { readonly dryRun: boolean }): Promise<readonly TopicPlan[]> => {
    const plans = await topics.plan();
    if (!dryRun && plans.every(({ kind }) => kind !== 'refuse')) await topics.apply(plans);
    return plans;
  };
