import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { composeIngress, type Ingress, readIngressSettings } from '@tiktok-channel/ingress';
import { composeOutbound, type Outbound, outboundMigrations, readOutboundSettings } from '@tiktok-channel/outbound';
import { createKafka, HEADERS, type IncomingRecord } from '@tiktok-channel/platform/kafka';
import { migrate } from '@tiktok-channel/platform/postgres';
import { createRecordingLogger, eventually } from '@tiktok-channel/platform/testing';
import { type CancelReply, createCodec, type SendReply, topics } from '@tiktok-channel/schemas';
import { createSimulator } from '@tiktok-channel/tiktok-simulator';
import { NO_IDENTITY_PROVIDER } from './identity.ts';
import { startSimulatorProcess } from './outbound-processes.ts';
import { type TestDatabase, testDatabase } from './postgres.ts';
import { sendReply } from './records.ts';

const APP_ID = '7300000000000000001';
const APP_SECRET = 'the-app-secret-of-this-suite';
const REDIRECT_URL = 'http://127.0.0.1/tiktok/callback';
const SCOPES = ['message.list.read', 'message.list.send', 'message.list.manage'];

/** What the status topic said of a reply. */
export interface Status {
  readonly name: string;
  readonly id: string;
  readonly causationId: string | undefined;
  readonly value: Readonly<Record<string, unknown>> & { readonly replyId: string };
}

export interface PhoneMessage {
  readonly messageId: string;
  readonly from: 'customer' | 'business';
  readonly type: string;
  readonly text?: string;
  /** TikTok's time. */
  readonly at: number;
}

/** A customer who wrote to the business, so that it may answer. */
export interface Conversation {
  readonly channelId: string;
  readonly conversationId: string;
  readonly username: string;
  /** The id of the customer's first message. */
  readonly messageId: string;
}

/** What auth says of a channel. */
export interface FakeChannel {
  readonly status: string;
  readonly grantedScopes: readonly string[];
  readonly accessToken: string | null;
  readonly goodUntil: number | null;
  /** What auth says when it is asked once more. */
  readonly next?: FakeChannel;
}

/** What stands in for outbound's neighbours. */
export type OutboundParts = Pick<Parameters<typeof composeOutbound>[0], 'linkedImages'>;

/** Outbound on real Kafka, registry and PostgreSQL before a simulator whose deliveries go through a real ingress. */
export interface OutboundWorld {
  readonly database: TestDatabase;
  readonly environment: Readonly<Record<string, string>>;
  readonly logger: ReturnType<typeof createRecordingLogger>;
  readonly statuses: readonly Status[];
  readonly deadLetters: readonly IncomingRecord[];
  /** By channel id; a channel that is not there is unknown to auth. */
  readonly channels: Map<string, FakeChannel>;
  readonly media: Map<string, { readonly status: number; readonly type: string; readonly bytes: Buffer }>;
  /** Channels for which a token was asked, with the fingerprint of the one that TikTok refused. */
  readonly tokenRequests: { readonly id: string; readonly refused: string | null }[];
  /** Answer 503 while they are in it. */
  readonly away: Set<'auth' | 'conversation'>;
  startOutbound(overrides?: Readonly<Record<string, string>>, parts?: OutboundParts): Promise<Outbound>;
  newChannel(): Promise<string>;
  /** A TikTok business account that auth does not know. */
  newBusiness(): Promise<string>;
  /** Its owner consents, anew if it was before, and auth knows it. */
  connect(businessId: string): Promise<void>;
  newToken(channelId: string): Promise<string>;
  /** With its first message; `messages` more follow it. */
  newConversation(channelId: string, messages?: number): Promise<Conversation>;
  customerWrites(conversation: Conversation): Promise<void>;
  /** The business writes in the TikTok app. */
  appWrites(conversation: Conversation, text: string): Promise<void>;
  customerReads(conversation: Conversation): Promise<void>;
  phone(conversation: Conversation): Promise<readonly PhoneMessage[]>;
  send(...commands: readonly SendReply[]): Promise<void>;
  /** Under another key than its conversation's. */
  sendUnder(key: string, command: SendReply): Promise<void>;
  sendBytes(key: string, value: Buffer, headers?: Readonly<Record<string, string>>): Promise<void>;
  encode(command: SendReply): Buffer;
  faults(switches: object): Promise<void>;
  /** Moves TikTok's clock, and with it every service's. */
  advance(seconds: number): Promise<void>;
  /** TikTok's time. */
  now(): number;
  cancel(command: SendReply, requestedBy?: string): Promise<void>;
  /** Tells that something about a channel has changed. */
  channelChanged(channelId: string): Promise<void>;
  /** Names of the statuses of a reply, in the order of the topic. */
  namesOf(replyId: string): readonly string[];
  verdict(replyId: string, withinMs?: number): Promise<Status>;
  status(replyId: string, name: string): Promise<Status>;
  stop(): Promise<void>;
}

/** Of every topic here. */
export const PARTITIONS = 3;

const VERDICTS = new Set(['ReplySent', 'ReplyFailed', 'ReplyCancelled', 'ReplyOutcomeUnknown']);

export const isVerdict = ({ name, value }: Status): boolean =>
  VERDICTS.has(name) && (name !== 'ReplyOutcomeUnknown' || value.settled === true) && value.corrects !== true;

/** A command to answer in `conversation`, under an id of its own. */
export const replyIn = (
  { channelId, conversationId }: Pick<Conversation, 'channelId' | 'conversationId'>,
  overrides: Partial<SendReply> = {},
): SendReply =>
  sendReply({ channelId, conversationId, replyId: `reply-${randomUUID()}`, requestedAt: Date.now(), ...overrides });

export const createOutboundWorld = async ({ isSimulatorApart = false } = {}): Promise<OutboundWorld> => {
  const logger = createRecordingLogger();
  const database = await testDatabase();
  await migrate({ url: database.url, folder: outboundMigrations, logger });
  const bus = await createBus(logger);
  const neighbours = await createNeighbours();
  const ingressPort = await freePort();
  const webhookUrl = `http://127.0.0.1:${ingressPort}/webhooks/tiktok`;
  const simulator = await (isSimulatorApart
    ? startSimulatorProcess({
        SIMULATOR_APP_ID: APP_ID,
        SIMULATOR_APP_SECRET: APP_SECRET,
        SIMULATOR_REDIRECT_URLS: REDIRECT_URL,
        SIMULATOR_WEBHOOK_URL: webhookUrl,
      })
    : createSimulator({ appId: APP_ID, appSecret: APP_SECRET, redirectUrls: [REDIRECT_URL], webhookUrl }));
  const ingress = await startIngress(
    { ...bus.environment, CLOCK_URL: simulator.url, PORT: String(ingressPort) },
    logger,
  );
  const environment = {
    ...bus.environment,
    HOST: '127.0.0.1',
    PORT: '0',
    INTERNAL_PORT: '0',
    DATABASE_URL: database.url,
    AUTH_INTERNAL_URL: neighbours.url,
    CONVERSATION_INTERNAL_URL: neighbours.url,
    SERVICE_TOKEN_SECRETS: 'the-service-secret-of-this-suite',
    TIKTOK_API_BASE_URL: `${simulator.url}/open_api`,
    CLOCK_URL: simulator.url,
    OUTBOUND_POLL_MS: '100',
    ...NO_IDENTITY_PROVIDER,
  };
  const outbounds: Outbound[] = [];
  let aheadMs = 0;
  const control = (path: string) => `${simulator.url}/_control${path}`;

  const newToken = async (channelId: string): Promise<string> => {
    const query = new URLSearchParams({
      client_key: APP_ID,
      response_type: 'code',
      redirect_uri: REDIRECT_URL,
      scope: SCOPES.join(','),
      state: 'state',
    });
    const url = `${simulator.url}/v2/auth/authorize?${query}`;
    const { callback } = await post(control('/connect'), { businessId: channelId, url, follow: false });
    const exchanged = await post(`${simulator.url}/open_api/v1.3/tt_user/oauth2/token/`, {
      client_id: APP_ID,
      client_secret: APP_SECRET,
      grant_type: 'authorization_code',
      auth_code: new URL(String(callback)).searchParams.get('code'),
      redirect_uri: REDIRECT_URL,
    });
    return (exchanged.data as { access_token: string }).access_token;
  };
  const customer = ({ channelId, username }: Conversation) =>
    control(`/businesses/${encodeURIComponent(channelId)}/customers/${username}`);

  const newBusiness = async () => {
    const username = `shop.${randomUUID().slice(0, 8)}`;
    return String((await post(control('/businesses'), { username, displayName: username })).businessId);
  };
  const connect = async (channelId: string) => {
    neighbours.channels.set(channelId, connected(await newToken(channelId)));
  };
  const writeAs = async (channelId: string, username: string) => {
    const path = `/businesses/${encodeURIComponent(channelId)}/customers/${username}/messages`;
    const { conversationId, messageId } = await post(control(path), { type: 'text', text: 'Is this in stock?' });
    return { conversationId: String(conversationId), messageId: String(messageId) };
  };

  const world: OutboundWorld = {
    database,
    environment,
    logger,
    statuses: bus.statuses,
    deadLetters: bus.deadLetters,
    ...neighbours,
    newToken,
    startOutbound: async (overrides = {}, parts = {}) => {
      const settings = readOutboundSettings({ ...environment, ...overrides });
      const outbound = composeOutbound({ settings, logger, ...parts });
      outbounds.push(outbound);
      await outbound.lifecycle.start();
      return outbound;
    },
    newBusiness,
    connect,
    newChannel: async () => {
      const channelId = await newBusiness();
      await connect(channelId);
      return channelId;
    },
    newConversation: async (channelId, messages = 0) => {
      const username = `mia.${randomUUID().slice(0, 8)}`;
      const written = await writeAs(channelId, username);
      for (let more = 0; more < messages; more += 1) await writeAs(channelId, username);
      return { channelId, username, ...written };
    },
    customerWrites: async ({ channelId, username }) => {
      await writeAs(channelId, username);
    },
    appWrites: async (conversation, text) => {
      await post(`${customer(conversation)}/app-messages`, { text });
    },
    customerReads: async (conversation) => {
      await post(`${customer(conversation)}/reads`, {});
    },
    phone: async (conversation) => (await (await fetch(`${customer(conversation)}/messages`)).json()) as PhoneMessage[],
    send: bus.send,
    sendUnder: bus.sendUnder,
    sendBytes: bus.sendBytes,
    encode: bus.encode,
    faults: async (switches) => {
      const answer = await fetch(control('/faults'), {
        method: 'PUT',
        body: JSON.stringify(switches),
        headers: { 'content-type': 'application/json' },
      });
      if (!answer.ok) throw new Error(`the simulator refused: ${await answer.text()}`);
    },
    advance: async (seconds) => {
      await post(control('/clock'), { advanceSeconds: seconds });
      aheadMs += 1_000 * seconds;
    },
    now: () => Date.now() + aheadMs,
    cancel: ({ replyId, channelId, conversationId }, requestedBy = 'agent-2') =>
      bus.cancel({ replyId, channelId, conversationId, requestedBy, requestedAt: Date.now() + aheadMs }),
    channelChanged: bus.channelChanged,
    namesOf: (replyId) => bus.statuses.filter(({ value }) => value.replyId === replyId).map(({ name }) => name),
    verdict: (replyId, withinMs = 30_000) =>
      eventually(
        `a verdict on ${replyId}`,
        () => bus.statuses.find((status) => status.value.replyId === replyId && isVerdict(status)),
        { withinMs },
      ),
    status: (replyId, name) =>
      eventually(`${name} of ${replyId}`, () =>
        bus.statuses.find((status) => status.value.replyId === replyId && status.name === name),
      ),
    stop: async () => {
      await Promise.all(outbounds.map(({ lifecycle }) => lifecycle.stop()));
      await simulator.stop();
      await ingress.lifecycle.stop();
      await neighbours.close();
      await bus.stop();
      await database.drop();
    },
  };
  return world;
};

export const connected = (accessToken: string): FakeChannel => ({
  status: 'connected',
  grantedScopes: SCOPES,
  accessToken,
  goodUntil: Date.now() + 3_600_000,
});

const startIngress = async (
  environment: Readonly<Record<string, string>>,
  logger: ReturnType<typeof createRecordingLogger>,
): Promise<Ingress> => {
  const ingress = composeIngress({
    settings: readIngressSettings({
      ...environment,
      HOST: '127.0.0.1',
      INTERNAL_PORT: '0',
      TIKTOK_APP_SECRET: APP_SECRET,
    }),
    logger,
  });
  await ingress.lifecycle.start();
  return ingress;
};

/** Auth's and conversation's internal endpoints, as far as outbound asks them. */
const createNeighbours = async () => {
  const channels: OutboundWorld['channels'] = new Map();
  const media: OutboundWorld['media'] = new Map();
  const away: OutboundWorld['away'] = new Set();
  const tokenRequests: { readonly id: string; readonly refused: string | null }[] = [];
  const server = createServer(async (request, response) => {
    const body = await readText(request);
    const json = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const [, , , kind, id = ''] = (request.url ?? '').split('/').map(decodeURIComponent);
    if (!request.headers.authorization?.startsWith('Bearer ')) return json(401, {});
    if (away.has(kind === 'channels' ? 'auth' : 'conversation')) return json(503, {});
    if (kind === 'channels') {
      tokenRequests.push({ id, refused: JSON.parse(body).refusedTokenFingerprint ?? null });
      const { next, ...channel } = channels.get(id) ?? {};
      if (next !== undefined) channels.set(id, next);
      return !('status' in channel)
        ? json(404, { code: 'channel_unknown' })
        : json(200, { channelId: id, accountId: 'account-1', ...channel });
    }
    const file = media.get(id);
    if (file === undefined) return json(404, { code: 'media_unknown' });
    response.writeHead(file.status, { 'content-type': file.type }).end(file.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    away,
    channels,
    media,
    tokenRequests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** Topics under a prefix of their own, a producer of commands, and all that was published so far. */
const createBus = async (logger: ReturnType<typeof createRecordingLogger>) => {
  const { KAFKA_BROKERS = '', SCHEMA_REGISTRY_URL = '' } = process.env;
  const topicPrefix = `test-${randomUUID().slice(0, 8)}.`;
  const kafka = createKafka({
    settings: { brokers: KAFKA_BROKERS.split(','), topicPrefix, clientId: 'outbound-spec' },
    logger,
  });
  const { channels, messages, statuses, replyCommands, webhooksUnrecognized, audit } = topics;
  const { outboundDeadLetters, outboundRedrive } = topics;
  const admin = kafka.createAdmin();
  await admin.start();
  await admin.ensureTopics(
    [
      ...[channels, messages, statuses, replyCommands, webhooksUnrecognized, audit],
      ...[outboundDeadLetters, outboundRedrive],
    ].map(({ name }) => ({ topic: name, partitions: PARTITIONS })),
  );
  await admin.stop();

  const codec = await createCodec({
    registry: { url: SCHEMA_REGISTRY_URL },
    writes: ['SendReply', 'CancelReply'],
  });
  const producer = kafka.createProducer();
  const seen: Status[] = [];
  const deadLetters: IncomingRecord[] = [];
  const consumer = kafka.createConsumer<IncomingRecord>({
    group: `outbound-spec-${randomUUID()}`,
    topics: [statuses.name, outboundDeadLetters.name],
    decode: (record) => ({ kind: 'record', value: record }),
    apply: async ({ topic, records }) => {
      for (const { value: record } of records) {
        if (topic === outboundDeadLetters.name) deadLetters.push(record);
        else {
          const { name, value } = (await codec.decode(record.value)) as never as Status;
          const { [HEADERS.id]: id = '', [HEADERS.causationId]: causationId } = record.headers;
          seen.push({ name, value, id, causationId });
        }
      }
      return { kind: 'done' };
    },
    deadLetters: { producer, topic: outboundDeadLetters.name },
    onFatal: (error) => {
      throw error;
    },
  });
  await producer.start();
  await consumer.start();
  const sendBytes = (key: string, value: Buffer, headers: Readonly<Record<string, string>> = {}) =>
    producer.send([{ topic: replyCommands.name, key, value, headers }]);
  const encode = (command: SendReply) => codec.encode('SendReply', command);
  const sendUnder = (key: string, command: SendReply) =>
    sendBytes(key, encode(command), { [HEADERS.id]: `command-${command.replyId}` });
  return {
    environment: { KAFKA_BROKERS, KAFKA_TOPIC_PREFIX: topicPrefix, SCHEMA_REGISTRY_URL },
    statuses: seen,
    deadLetters,
    sendBytes,
    encode,
    sendUnder,
    send: async (...commands: readonly SendReply[]) => {
      await producer.send(
        commands.map((command) => ({
          topic: replyCommands.name,
          key: command.conversationId,
          value: encode(command),
          headers: { [HEADERS.id]: `command-${command.replyId}` },
        })),
      );
    },
    cancel: (command: CancelReply) =>
      producer.send([
        {
          topic: replyCommands.name,
          key: command.conversationId,
          value: codec.encode('CancelReply', command),
          headers: { [HEADERS.id]: `cancel-${command.replyId}` },
        },
      ]),
    channelChanged: (channelId: string) =>
      producer.send([
        {
          topic: channels.name,
          key: channelId,
          value: Buffer.from('whatever it says: that it is there counts'),
          headers: {},
        },
      ]),
    stop: async () => {
      await consumer.stop();
      await producer.stop();
    },
  };
};

/** A port that nobody uses just now. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const post = async (url: string, body: object): Promise<Record<string, unknown>> => {
  const answer = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return text === '' ? {} : JSON.parse(text);
};
