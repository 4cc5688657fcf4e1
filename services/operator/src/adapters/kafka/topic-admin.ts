import type { TopicSpec } from '@tiktok-channel/platform/kafka';
import { topicConfig, topics } from '@tiktok-channel/schemas';
import type { TopicAdmin } from '../../application/ports.ts';
import type { TopicPlan } from '../../domain/topic-plan.ts';
import { type Connection, withAdmin } from './connection.ts';

export interface TopicSettings {
  /** The cluster's own default when it is left out. */
  readonly replicationFactor?: number | undefined;
  /** Likewise. */
  readonly minInsyncReplicas?: number | undefined;
}

/** Every topic of the contract, as it is created. */
export const topicSpecs = ({ replicationFactor, minInsyncReplicas }: TopicSettings): readonly TopicSpec[] =>
  Object.values(topics).map((topic) => ({
    topic: topic.name,
    partitions: topic.partitions,
    replicationFactor,
    config: {
      ...topicConfig(topic),
      ...(minInsyncReplicas === undefined ? {} : { 'min.insync.replicas': String(minInsyncReplicas) }),
    },
  }));

export const createTopicAdmin = (connection: Connection, settings: TopicSettings): TopicAdmin => ({
  plan: () => withAdmin(connection, (admin) => admin.planTopics(topicSpecs(settings))),
  apply: (plans: readonly TopicPlan[]) => withAdmin(connection, (admin) => admin.applyTopicPlans(plans)),
});
