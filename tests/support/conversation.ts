import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { composeConversation, conversationMigrations, readConversationSettings } from '@tiktok-channel/conversation';
import { createKafka, type OutgoingRecord } from '@tiktok-channel/platform/kafka';
import { migrate } from '@tiktok-channel/platform/postgres';
import { createRecordingLogger, eventually } from '@tiktok-channel/platform/testing';
import {
  type Codec,
  createCodec,
  type DecodedRecord,
  type MessageEchoed,
  type MessageReceived,
  type RecordName,
  type Records,
  topics,
} from '@tiktok-channel/schemas';
import { type IdentityProvider, startIdentityProvider } from './identity.ts';
import { type TestDatabase, testDatabase } from './postgres.ts';
import { messageContent, messageReceived, textContent } from './records.ts';

const WRITES = [
  'MessageReceived',
  'MessageEchoed',
  'ConversationRead',
  'ReplyQueued',
  'ReplyDelayed',
  'ReplySent',
  'ReplyDelivered',
  'ReplyRead',
  'ReplyFailed',
  'ReplyOutcomeUnknown',
  'ReplyCancelled',
  'ReactionChanged',
  'ReferralReceived',
  'EuropeanMessageNoticed',
  'ChannelConnected',
  'ChannelUpdated',
  'ChannelDisconnected',
  'SendReply',
] as const satisfies readonly RecordName[];

export type AnyRecord = {
  readonly [Name in (typeof WRITES)[number]]: readonly [Name, Records[Name]];
}[(typeof WRITES)[number]];

export interface Bench {
  readonly prefix: string;
  readonly database: TestDatabase;
  readonly identity: IdentityProvider;
  readonly codec: Codec;
  readonly environment: Readonly<Record<string, string>>;
  /** Puts records on their topics, in this order. */
  publish(...records: readonly AnyRecord[]): Promise<void>;
  send(records: readonly OutgoingRecord[]): Promise<void>;
  readonly kafka: ReturnType<typeof createKafka>;
  stop(): Promise<void>;
}

/** Topics, a database and an identity provider of one's own; `partitions` of each topic. */
export const prepareConversation = async ({
  partitions = 2,
  postgresUrl,
}: {
  readonly partitions?: number;
  readonly postgresUrl?: string;
} = {}): Promise<Bench> => {
  const { KAFKA_BROKERS = '', SCHEMA_REGISTRY_URL = '' } = process.env;
  const prefix = `t${randomUUID().slice(0, 8)}.`;
  const logger = createRecordingLogger();
  const kafka = createKafka({
    settings: { brokers: KAFKA_BROKERS.split(','), clientId: 'test', topicPrefix: prefix },
    logger,
  });
  const admin = kafka.createAdmin();
  await admin.start();
  const used = [
    topics.messages,
    topics.statuses,
    topics.accountNotices,
    topics.channels,
    topics.replyCommands,
    topics.conversations,
    topics.conversationDeadLetters,
    topics.conversationRedrive,
    topics.audit,
  ];
  await admin.ensureTopics(
    used.map(({ name, cleanup }) => ({ topic: name, partitions, config: { 'cleanup.policy': cleanup } })),
  );
  await admin.stop();
  const [database, identity, codec] = await Promise.all([
    testDatabase(postgresUrl === undefined ? {} : { server: postgresUrl }),
    startIdentityProvider(),
    createCodec({ registry: { url: SCHEMA_REGISTRY_URL }, writes: WRITES }),
  ]);
  await migrate({ url: database.url, folder: conversationMigrations, logger });
  const producer = kafka.createProducer();
  await producer.start();
  const send = (records: readonly OutgoingRecord[]) => producer.send(records);
  return {
    prefix,
    database,
    identity,
    codec,
    kafka,
    environment: {
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
      KAFKA_BROKERS,
      KAFKA_TOPIC_PREFIX: prefix,
      SCHEMA_REGISTRY_URL,
      DATABASE_URL: database.url,
      AUTH_INTERNAL_URL: 'http://127.0.0.1:9',
      SERVICE_TOKEN_SECRETS: 'service-token-secret',
      MEDIA_URL_SECRETS: 'media-url-secret',
      TIKTOK_REQUESTS_PER_SECOND: '100',
      ...identity.environment,
    },
    send,
    publish: (...records) => send(records.map((record) => outgoing(codec, record))),
    stop: async () => {
      await producer.stop();
      await identity.stop();
      await database.drop();
    },
  };
};

const TOPIC_OF: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(topics).flatMap(({ name, records }) => records.map((record) => [record, name])),
);

export const outgoing = (codec: Codec, [name, value]: AnyRecord): OutgoingRecord => ({
  topic: TOPIC_OF[name] ?? '',
  key: keyOf(value),
  value: codec.encode(name, value as never),
  headers: { ce_type: codec.fullName(name) },
});

const keyOf = (value: AnyRecord[1]): string => {
  if ('channel' in value) return value.channel.channelId;
  return 'conversationId' in value ? value.conversationId : value.channelId;
};

export interface RunningConversation {
  readonly publicUrl: string;
  readonly internalUrl: string;
  stop(): Promise<void>;
}

type Overrides = Omit<Parameters<typeof composeConversation>[0], 'settings' | 'logger'>;

/** The service in this process. */
export const startConversation = async (
  bench: Bench,
  {
    overrides = {},
    environment = {},
  }: { readonly overrides?: Overrides; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<RunningConversation> => {
  const { lifecycle, addresses } = composeConversation({
    settings: readConversationSettings({ ...bench.environment, ...environment }),
    logger: createRecordingLogger(),
    ...overrides,
  });
  await lifecycle.start();
  return { publicUrl: addresses().public, internalUrl: addresses().internal, stop: lifecycle.stop };
};

/** As the service's start script has them. */
const FLAGS = ['--disable-warning=TimeoutNegativeWarning', '--import', '@tiktok-channel/platform/telemetry/register'];

const MAIN = fileURLToPath(new URL('../../services/conversation/src/main.ts', import.meta.url));

/** The service as a process of its own, which a test can kill. */
export const spawnConversation = async (
  bench: Bench,
): Promise<RunningConversation & { readonly pid: number; kill(): Promise<void> }> => {
  const child = spawn(process.execPath, [...FLAGS, MAIN], {
    env: { PATH: process.env.PATH, ...bench.environment },
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = await readyLine(child);
  const end = (signal: NodeJS.Signals) => async () => {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await exited;
  };
  return {
    publicUrl: `http://127.0.0.1:${ready.port}`,
    internalUrl: `http://127.0.0.1:${ready.internalPort}`,
    pid: child.pid ?? 0,
    stop: end('SIGTERM'),
    kill: end('SIGKILL'),
  };
};

const readyLine = (child: ChildProcess): Promise<{ readonly port: string; readonly internalPort: string }> =>
  new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      const line = output.split('\n').find((candidate) => candidate.includes('"service.ready"'));
      if (line !== undefined) resolve(JSON.parse(line));
    });
    child.once('exit', (code) => reject(new Error(`the service ended with ${code} before it was ready:\n${output}`)));
  });

/** Calls of the API as one account. */
export const apiOf = (publicUrl: string, authorization: string) => {
  const get = async (path: string) => {
    const response = await fetch(`${publicUrl}${path}`, { headers: { authorization } });
    return { status: response.status, body: (await response.json()) as Json };
  };
  /** Every item of a list, page by page, from a cursor on. */
  const all = async (path: string, limit = 100, from: string | null = null): Promise<readonly Json[]> => {
    const items: Json[] = [];
    let cursor = from;
    do {
      const query: string = new URLSearchParams({
        limit: String(limit),
        ...(cursor === null ? {} : { cursor }),
      }).toString();
      const { status, body } = await get(`${path}${path.includes('?') ? '&' : '?'}${query}`);
      if (status !== 200) throw new Error(`${path} answered ${status}`);
      items.push(...(body.items as Json[]));
      cursor = body.nextCursor as string | null;
    } while (cursor !== null);
    return items;
  };
  const messages = (conversationId: string) => all(`/v1/conversations/${encodeURIComponent(conversationId)}/messages`);
  return { get, all, messages };
};

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
export type Json = Record<string, any>;

/** Where the build of the projection is that is served. */
export const servedSchema = async (bench: Bench): Promise<string> => {
  const [row] = await bench.database.client.$queryRawUnsafe<readonly Json[]>(
    `SELECT CASE WHEN to_regnamespace('projection') IS NULL THEN 'projection_1' ELSE 'projection' END AS name`,
  );
  return row?.name;
};

/** Waits until every record that is on the projected topics has been projected. */
export const caughtUp = async (bench: Bench): Promise<void> => {
  const admin = bench.kafka.createAdmin();
  await admin.start();
  try {
    await eventually(
      'the projection reaches the end of its topics',
      async () => {
        const stored = await bench.database.client.$queryRawUnsafe<readonly Json[]>(
          `SELECT topic, partition, next_offset FROM ${await servedSchema(bench)}.consumer_positions`,
        );
        const positions = new Map(stored.map((row) => [`${row.topic}/${row.partition}`, BigInt(row.next_offset)]));
        for (const { name } of [topics.messages, topics.statuses, topics.accountNotices, topics.channels]) {
          for (const [partition, end] of await admin.endOffsets(name)) {
            if (end > (positions.get(`${name}/${partition}`) ?? 0n)) return false;
          }
        }
        return true;
      },
      { withinMs: 45_000, everyMs: 100 },
    );
  } finally {
    await admin.stop();
  }
};

type KnownRecord = Exclude<DecodedRecord, { readonly name: null }>;

/** Every record of a topic up to its present end, in the order of its partitions. */
export const readTopic = async (bench: Bench, topic: string): Promise<readonly KnownRecord[]> =>
  (await readKeyed(bench, topic)).flatMap(([, record]) => record ?? []);

/** With their keys; null is a tombstone. */
export const readKeyed = async (
  bench: Bench,
  topic: string,
): Promise<readonly (readonly [string | null, KnownRecord | null])[]> => {
  const admin = bench.kafka.createAdmin();
  await admin.start();
  const left = new Map([...(await admin.endOffsets(topic))].filter(([, end]) => end > 0n));
  await admin.stop();
  const found: [string | null, KnownRecord | null][] = [];
  const consumer = bench.kafka.createConsumer({
    group: `test.reader-${randomUUID()}`,
    topics: [topic],
    decode: async ({ value }) => ({ kind: 'record', value: value && (await bench.codec.decode(value)) }),
    apply: async ({ partition, nextOffset, records }) => {
      for (const { record, value } of records) if (value?.name !== null) found.push([record.key, value]);
      if (nextOffset >= (left.get(partition) ?? 0n)) left.delete(partition);
      return { kind: 'done' };
    },
    deadLetters: { producer: { send: () => Promise.reject(new Error('no dead letter was expected')) }, topic: 'none' },
    onFatal: () => {},
  });
  await consumer.start();
  await eventually(`${topic} is read to its end`, () => left.size === 0);
  await consumer.stop();
  return found;
};

export const connected = (
  overrides: Partial<Records['ChannelConnected']['channel']> = {},
  version = 1,
): readonly ['ChannelConnected', Records['ChannelConnected']] => [
  'ChannelConnected',
  {
    version,
    at: 1_767_225_000_000,
    channel: {
      channelId: 'biz-1',
      accountId: 'account-1',
      status: 'CONNECTED',
      statusReason: null,
      username: 'acme.store',
      displayName: 'Acme',
      profileImageUrl: null,
      grantedScopes: [],
      missingScopes: [],
      authorizedAt: null,
      visibleFrom: null,
      ...overrides,
    },
  },
];

/** What auth says once an operator has released it. */
export const released = (
  visibleFrom: number,
  version: number,
): readonly ['ChannelDisconnected', Records['ChannelDisconnected']] => {
  const reason = 'released_by_operator';
  const nameless = { username: null, displayName: null };
  const [, { at, channel }] = connected({ ...nameless, status: 'DISCONNECTED', statusReason: reason, visibleFrom });
  return ['ChannelDisconnected', { version, at, channel, reason }];
};

export const received = (overrides: Partial<MessageReceived> = {}): readonly ['MessageReceived', MessageReceived] => [
  'MessageReceived',
  messageReceived(overrides),
];

export const echoed = (overrides: Partial<MessageEchoed> = {}): readonly ['MessageEchoed', MessageEchoed] => [
  'MessageEchoed',
  {
    ...messageReceived(),
    messageId: 'MSG-ECHO',
    sentAt: 1_767_225_700_456,
    sender: { userId: 'biz-1', username: 'acme.store' },
    recipient: { userId: 'u-7f3a', username: 'mia.shopper' },
    content: textContent('Yes, all sizes.'),
    source: 'API',
    ...overrides,
  },
];

export const image = (mediaId: string): MessageReceived['content'] =>
  messageContent({ kind: 'IMAGE', tiktokType: 'image', image: { mediaId } });
