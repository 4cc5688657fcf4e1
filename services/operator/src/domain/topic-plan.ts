export interface ConfigChange {
  readonly name: string;
  readonly from: string | null;
  readonly to: string;
}

interface WantedTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor?: number | undefined;
}

interface Existing {
  readonly spec: WantedTopic;
  readonly partitions: number;
  readonly replicas: number;
}

/** What would make a topic as the contract has it. */
export type TopicPlan =
  | { readonly kind: 'create'; readonly spec: WantedTopic }
  | (Existing & { readonly kind: 'change'; readonly changes: readonly ConfigChange[] })
  | (Existing & { readonly kind: 'keep' })
  | (Existing & { readonly kind: 'refuse' });

/** A sentence on what nobody can put right by a setting; null when the topic has the replicas that were asked for. */
export const replicaRemark = (plan: TopicPlan): string | null => {
  const wanted = plan.spec.replicationFactor;
  if (plan.kind === 'create' || wanted === undefined || plan.replicas === wanted) return null;
  return `has ${plan.replicas} replicas instead of ${wanted}: move it with kafka-reassign-partitions`;
};
