import { type Topic, topicSpec, topics } from '@tiktok-channel/schemas';
import { stringify } from 'yaml';
import { type Acl, aclsOf, KAFKA_USERS, type KafkaUserName } from './kafka-access.ts';

const API_VERSION = 'kafka.strimzi.io/v1';
const LABELS = { 'strimzi.io/cluster': 'kafka' };
const NOTE = '# Written by `npm run deploy:write`';

/** Of a cluster of three brokers, of which one may be away. */
const REPLICAS = 3;
const MIN_INSYNC_REPLICAS = '2';

/** `KafkaTopic` resources: the contract's topics as Strimzi keeps them. */
export const topicResources = (): string =>
  asFile('from schemas/src/topics.ts', (Object.values(topics) as readonly Topic[]).map(topicResource));

/** `KafkaUser` resources: who may do what. */
export const userResources = (): string =>
  asFile('from deploy/check/src/kafka-access.ts and schemas/src/topics.ts', KAFKA_USERS.map(userResource));

const topicResource = (topic: Topic) => {
  const { topic: name, partitions, config } = topicSpec(topic);
  return {
    apiVersion: API_VERSION,
    kind: 'KafkaTopic',
    metadata: { name, labels: LABELS },
    spec: {
      topicName: name,
      partitions,
      replicas: REPLICAS,
      config: { ...config, 'min.insync.replicas': MIN_INSYNC_REPLICAS },
    },
  };
};

const userResource = (user: KafkaUserName) => ({
  apiVersion: API_VERSION,
  kind: 'KafkaUser',
  // The name of the Secret that Strimzi makes, too: not one that a person would give to something else.
  metadata: { name: kafkaUserResource(user), labels: LABELS },
  spec: {
    authentication: { type: 'scram-sha-512' },
    authorization: { type: 'simple', acls: aclsOf(user).map(strimziAcl) },
  },
});

const kafkaUserResource = (user: KafkaUserName): string => `kafka-user-${user}`;

const strimziAcl = ({ resource, name, patternType, operations }: Acl) => ({
  resource: { type: resource, name, patternType },
  operations,
  host: '*',
});

const asFile = (source: string, resources: readonly object[]): string =>
  resources
    .map((resource, index) => `${index === 0 ? `${NOTE} ${source}.\n` : '---\n'}${stringify(resource)}`)
    .join('');
