import { topics } from '@tiktok-channel/schemas';

type TopicKey = keyof typeof topics;

/** What a client of the cluster does there. Everything else it is refused. */
interface Access {
  readonly writes: readonly TopicKey[];
  readonly reads: readonly TopicKey[];
  /** Before the names of its groups, its transactional ids, and its dead letters; null for one that only writes. */
  readonly prefix: string | null;
  /** It compares the settings of all topics with the contract. */
  readonly comparesTopics?: boolean;
}

const ALL = Object.keys(topics) as TopicKey[];

/** Each user of Kafka: one for each process that needs other rights. */
export const ACCESS = {
  ingress: {
    // What the world reaches can do no more than say what TikTok delivered.
    writes: ['messages', 'statuses', 'accountNotices', 'historyRequests', 'webhooksUnrecognized'],
    reads: [],
    prefix: null,
  },
  history: {
    writes: ['messages', 'accountNotices', 'historyRequests', 'audit'],
    reads: ['historyRequests', 'accountNotices'],
    prefix: 'ingress.',
  },
  auth: {
    writes: ['channels', 'historyRequests', 'audit'],
    reads: ['messages', 'statuses', 'accountNotices'],
    prefix: 'auth.',
  },
  conversation: {
    writes: ['replyCommands', 'conversations', 'audit'],
    reads: ['messages', 'statuses', 'accountNotices', 'channels'],
    prefix: 'conversation.',
  },
  outbound: {
    writes: ['statuses', 'audit'],
    reads: ['replyCommands', 'messages', 'statuses', 'channels'],
    prefix: 'outbound.',
  },
  /** People with the command line: they look at everything, ask for imports, and leave a trace. */
  operator: { writes: ['historyRequests', 'audit'], reads: ALL, prefix: 'operator.', comparesTopics: true },
} as const satisfies Record<string, Access>;

export type KafkaUserName = keyof typeof ACCESS | 'autoscaler';

/** Consumer groups whose lag decides how many replicas run. */
const SCALED: readonly { readonly group: string; readonly topics: readonly TopicKey[] }[] = [
  { group: 'conversation.projection', topics: ['messages', 'statuses'] },
  { group: 'outbound.commands', topics: ['replyCommands'] },
];

export interface Acl {
  readonly resource: 'topic' | 'group' | 'transactionalId';
  readonly name: string;
  readonly patternType: 'literal' | 'prefix';
  readonly operations: readonly ('Read' | 'Write' | 'Describe' | 'DescribeConfigs' | 'Delete')[];
}

export const aclsOf = (user: KafkaUserName): readonly Acl[] =>
  user === 'autoscaler' ? autoscalerAcls() : clientAcls(ACCESS[user]);

export const KAFKA_USERS = [...(Object.keys(ACCESS) as (keyof typeof ACCESS)[]), 'autoscaler'] as const;

const clientAcls = ({ writes, reads, prefix, comparesTopics = false }: Access): readonly Acl[] => {
  const own = ALL.filter((key) => prefix !== null && topics[key].name.startsWith(prefix));
  const written = new Set<TopicKey>([...writes, ...own]);
  const read = new Set<TopicKey>([...reads, ...own]);
  return [
    ...ALL.filter((key) => written.has(key) || read.has(key)).map(
      (key): Acl => ({
        resource: 'topic',
        name: topics[key].name,
        patternType: 'literal',
        operations: [
          ...(read.has(key) ? (['Read'] as const) : []),
          ...(written.has(key) ? (['Write'] as const) : []),
          'Describe',
          ...(comparesTopics ? (['DescribeConfigs'] as const) : []),
        ],
      }),
    ),
    ...(prefix === null ? [] : groupAcls(prefix)),
  ];
};

const groupAcls = (prefix: string): readonly Acl[] => [
  // A reader's group is deleted when it has read to the end.
  { resource: 'group', name: prefix, patternType: 'prefix', operations: ['Read', 'Describe', 'Delete'] },
  { resource: 'transactionalId', name: prefix, patternType: 'prefix', operations: ['Write', 'Describe'] },
];

/** It compares positions with ends, and reads nothing. */
const autoscalerAcls = (): readonly Acl[] => [
  ...SCALED.flatMap((scaled) => scaled.topics).map(
    (key): Acl => ({ resource: 'topic', name: topics[key].name, patternType: 'literal', operations: ['Describe'] }),
  ),
  ...SCALED.map(
    ({ group }): Acl => ({ resource: 'group', name: group, patternType: 'literal', operations: ['Describe'] }),
  ),
];
