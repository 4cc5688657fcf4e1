import type { Admin as RawAdmin } from 'kafkajs';
import { protocolErrors } from './errors.ts';
import { ConfigResourceTypes } from './kafkajs.ts';
import type { TopicPrefix } from './topic-prefix.ts';
import { delay, elapsedMs } from './wait.ts';

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  /** Default: the cluster's. */
  readonly replicationFactor?: number | undefined;
  /** Kafka's names and values (`cleanup.policy`: `compact`). */
  readonly config?: Readonly<Record<string, string>> | undefined;
}

export interface ConfigChange {
  readonly name: string;
  /** Null when the broker does not know the setting. */
  readonly from: string | null;
  readonly to: string;
}

/** What would make a topic as it is specified. */
export type TopicPlan =
  | { readonly kind: 'create'; readonly spec: TopicSpec }
  | (Existing & { readonly kind: 'change'; readonly changes: readonly ConfigChange[] })
  | (Existing & { readonly kind: 'keep' })
  /** Its number of partitions is another one, and nothing can put that right: order depends on it. */
  | (Existing & { readonly kind: 'refuse' });

interface Existing {
  readonly spec: TopicSpec;
  readonly partitions: number;
  /** Of its first partition. */
  readonly replicas: number;
}

const CLUSTER_DEFAULT = -1;

export const planTopics = async (
  admin: RawAdmin,
  specs: readonly TopicSpec[],
  prefix: TopicPrefix,
): Promise<readonly TopicPlan[]> => {
  const listed = new Set(await admin.listTopics());
  const existing = specs.filter(({ topic }) => listed.has(prefix.add(topic)));
  const [shapes, configs] = await Promise.all([
    fetchShapes(admin, existing, prefix),
    fetchConfigs(admin, existing, prefix),
  ]);
  return specs.map((spec): TopicPlan => {
    const shape = shapes.get(prefix.add(spec.topic));
    if (shape === undefined) return { kind: 'create', spec };
    if (shape.partitions !== spec.partitions) return { kind: 'refuse', spec, ...shape };
    const changes = changesOf(spec, configs.get(prefix.add(spec.topic)) ?? new Map());
    return changes.length === 0 ? { kind: 'keep', spec, ...shape } : { kind: 'change', spec, ...shape, changes };
  });
};

export const applyTopicPlans = async (
  admin: RawAdmin,
  plans: readonly TopicPlan[],
  prefix: TopicPrefix,
): Promise<void> => {
  const missing = plans.filter(({ kind }) => kind === 'create').map(({ spec }) => spec);
  await createTopics(admin, missing, prefix);
  const resources = plans.flatMap((plan) =>
    plan.kind === 'change'
      ? [
          {
            type: ConfigResourceTypes.TOPIC,
            name: prefix.add(plan.spec.topic),
            configEntries: plan.changes.map(({ name, to }) => ({ name, value: to })),
          },
        ]
      : [],
  );
  if (resources.length > 0) await admin.alterConfigs({ resources, validateOnly: false });
};

export const createTopics = async (
  admin: RawAdmin,
  specs: readonly TopicSpec[],
  prefix: TopicPrefix,
): Promise<void> => {
  if (specs.length === 0) return;
  const topics = specs.map((spec) => ({
    topic: prefix.add(spec.topic),
    numPartitions: spec.partitions,
    replicationFactor: spec.replicationFactor ?? CLUSTER_DEFAULT,
    configEntries: Object.entries(spec.config ?? {}).map(([name, value]) => ({ name, value })),
  }));
  await admin.createTopics({ topics, waitForLeaders: false });
  await haveLeaders(
    admin,
    topics.map(({ topic }) => topic),
  );
};

const LEADERS_WITHIN_MS = 10_000;
const LOOK_AGAIN_AFTER_MS = 100;
/** The broker that is asked may hear of a topic later than the one that created it. */
const NOT_YET: readonly string[] = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'];

/** kafkajs's own wait takes a topic that its broker has not heard of yet for a failure. */
const haveLeaders = async (admin: RawAdmin, topics: string[]): Promise<void> => {
  const givenUpAt = elapsedMs() + LEADERS_WITHIN_MS;
  for (;;) {
    try {
      await admin.fetchTopicMetadata({ topics });
      return;
    } catch (error) {
      if (!protocolErrors(error).some((type) => NOT_YET.includes(type)) || elapsedMs() > givenUpAt) throw error;
      await delay(LOOK_AGAIN_AFTER_MS);
    }
  }
};

type Config = ReadonlyMap<string, string>;

const changesOf = ({ config = {} }: TopicSpec, actual: Config): readonly ConfigChange[] =>
  Object.entries(config)
    .map(([name, to]) => ({ name, from: actual.get(name) ?? null, to }))
    .filter(({ from, to }) => from !== to);

const fetchShapes = async (admin: RawAdmin, specs: readonly TopicSpec[], prefix: TopicPrefix) => {
  // Without names kafkajs asks for every topic of the cluster.
  if (specs.length === 0) return new Map<string, { partitions: number; replicas: number }>();
  const { topics } = await admin.fetchTopicMetadata({ topics: specs.map(({ topic }) => prefix.add(topic)) });
  return new Map(
    topics.map(({ name, partitions }) => [
      name,
      { partitions: partitions.length, replicas: partitions[0]?.replicas.length ?? 0 },
    ]),
  );
};

const fetchConfigs = async (
  admin: RawAdmin,
  specs: readonly TopicSpec[],
  prefix: TopicPrefix,
): Promise<ReadonlyMap<string, Config>> => {
  const asked = specs.filter(({ config }) => config !== undefined && Object.keys(config).length > 0);
  if (asked.length === 0) return new Map();
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: asked.map(({ topic, config = {} }) => ({
      type: ConfigResourceTypes.TOPIC,
      name: prefix.add(topic),
      configNames: Object.keys(config),
    })),
  });
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  );
};
