/** A topic as `topics ensure` creates it. `owner` writes it; commands and requests may have several writers. */
export interface Topic {
  readonly name: string;
  readonly key: string;
  readonly owner: string;
  /** Fixed when the topic is created: one conversation is in one partition for ever. Growing means a `v2` topic. */
  readonly partitions: number;
  readonly cleanup: 'delete' | 'compact';
  /** Null keeps records for ever. */
  readonly retentionDays: number | null;
  /** Short names of the records that travel on it; none for topics that carry foreign bytes. */
  readonly records: readonly string[];
}

const PARTITIONS = 12;

/**
 * `max.message.bytes` of every topic. A delivery of 1 MiB, ingress's limit, becomes a record that holds its words twice
 * and its conversation's id up to five times; what a broker takes by default is as long as the delivery alone.
 */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

/** Dead letters carry a foreign record, which may be as large as any, and headers of their own. */
const ROOM_FOR_HEADERS = 64 * 1024;

const kept = { partitions: PARTITIONS, cleanup: 'delete', retentionDays: null } as const;
const deadLetters = (service: string) =>
  ({
    name: `${service}.dead-letter.v1`,
    key: "the record's own key",
    owner: service,
    partitions: PARTITIONS,
    cleanup: 'delete',
    retentionDays: 30,
    records: [],
  }) as const;

/** As long as the dead letters, since it tells which of them were given back (decision 0070). */
const redrive = (service: string) =>
  ({
    name: `${service}.redrive.v1`,
    key: "the record's own key",
    owner: service,
    partitions: PARTITIONS,
    cleanup: 'delete',
    retentionDays: 30,
    records: [],
  }) as const;

/** The public contract: every topic, its key and who writes it. */
export const topics = {
  messages: {
    ...kept,
    name: 'tiktok.messages.v1',
    key: 'conversation id',
    owner: 'ingress',
    records: ['MessageReceived', 'MessageEchoed', 'ReactionChanged', 'ReferralReceived'],
  },
  statuses: {
    ...kept,
    name: 'tiktok.statuses.v1',
    key: 'conversation id',
    owner: 'ingress (ConversationRead), outbound (Reply…)',
    records: [
      'ConversationRead',
      'ReplyQueued',
      'ReplyDelayed',
      'ReplySent',
      'ReplyDelivered',
      'ReplyRead',
      'ReplyFailed',
      'ReplyOutcomeUnknown',
      'ReplyCancelled',
    ],
  },
  accountNotices: {
    ...kept,
    name: 'tiktok.account-notices.v1',
    key: 'channel id',
    owner: 'ingress',
    records: [
      'EuropeanMessageNoticed',
      'AuthorizationRemoved',
      'AutoMessageConfigured',
      'AutoMessageAudited',
      'CommentFlagged',
      'HistoryImportProgressed',
    ],
  },
  channels: {
    ...kept,
    name: 'tiktok.channels.v1',
    key: 'channel id',
    owner: 'auth',
    cleanup: 'compact',
    records: [
      'ChannelConnected',
      'ChannelUpdated',
      'ChannelReauthorizationRequired',
      'ChannelReauthorized',
      'ChannelDisconnected',
    ],
  },
  replyCommands: {
    ...kept,
    name: 'tiktok.reply-commands.v1',
    key: 'conversation id',
    owner: 'any service',
    retentionDays: 30,
    records: ['SendReply', 'CancelReply'],
  },
  conversations: {
    ...kept,
    name: 'tiktok.conversations.v1',
    key: 'conversation id',
    owner: 'conversation',
    cleanup: 'compact',
    records: ['ConversationSnapshot'],
  },
  historyRequests: {
    ...kept,
    name: 'tiktok.history-requests.v1',
    key: 'channel id',
    owner: 'auth, ingress, operators',
    retentionDays: 30,
    records: ['ImportHistory'],
  },
  webhooksUnrecognized: {
    ...kept,
    name: 'tiktok.webhooks-unrecognized.v1',
    key: 'channel id, or none',
    owner: 'ingress',
    retentionDays: 90,
    records: ['WebhookUnrecognized'],
  },
  audit: {
    ...kept,
    name: 'tiktok.audit.v1',
    key: 'account id',
    owner: 'every service',
    records: ['OperatorActed'],
  },
  ingressDeadLetters: deadLetters('ingress'),
  authDeadLetters: deadLetters('auth'),
  conversationDeadLetters: deadLetters('conversation'),
  outboundDeadLetters: deadLetters('outbound'),
  ingressRedrive: redrive('ingress'),
  authRedrive: redrive('auth'),
  conversationRedrive: redrive('conversation'),
  outboundRedrive: redrive('outbound'),
} as const satisfies Record<string, Topic>;

const DAY_MS = 24 * 60 * 60 * 1_000;

/** What Kafka calls `retention.ms`: -1 keeps records for ever. */
export const retentionMs = ({ retentionDays }: Topic): number => (retentionDays === null ? -1 : retentionDays * DAY_MS);

/** A topic as an admin client creates it, its settings by Kafka's names. */
export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

export const topicSpec = (topic: Topic): TopicSpec => ({
  topic: topic.name,
  partitions: topic.partitions,
  config: {
    'cleanup.policy': topic.cleanup,
    'max.message.bytes': String(MAX_MESSAGE_BYTES + (topic.records.length === 0 ? ROOM_FOR_HEADERS : 0)),
    'retention.ms': String(retentionMs(topic)),
  },
});
