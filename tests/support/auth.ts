import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Auth, authMigrations, composeAuth, readAuthSettings } from '@tiktok-channel/auth';
import { secret } from '@tiktok-channel/platform/config';
import { createServiceTokens } from '@tiktok-channel/platform/identity';
import { createKafka, type IncomingRecord } from '@tiktok-channel/platform/kafka';
import { type Clock, fingerprint } from '@tiktok-channel/platform/kernel';
import { migrate } from '@tiktok-channel/platform/postgres';
import { createRecordingLogger, eventually } from '@tiktok-channel/platform/testing';
import { createCodec, type RecordName, type Records, topics } from '@tiktok-channel/schemas';
import { createSimulator, type Simulator } from '@tiktok-channel/tiktok-simulator';
import { type TestDatabase, testDatabase } from './postgres.ts';

export const APP_SECRET = 'the-app-secret-of-this-suite';
export const SERVICE_SECRET = 'the-service-secret-of-this-suite';
const APP_ID = '7300000000000000001';
const SEALING_KEY = randomBytes(32).toString('base64');

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface StartedConnect {
  readonly url: string;
  readonly cookie: string;
}

/** A whole auth service, or two replicas of it, on real Kafka, registry and PostgreSQL, before a simulator. */
export interface AuthWorld {
  readonly database: TestDatabase;
  readonly simulator: Simulator;
  readonly logger: ReturnType<typeof createRecordingLogger>;
  readonly auths: readonly Auth[];
  /** Settings of the service. */
  readonly environment: Readonly<Record<string, string>>;
  /** Requests that reached TikTok, as `POST /open_api/…`. */
  readonly calls: string[];
  /** Every token that TikTok has answered. */
  readonly issued: ReadonlySet<string>;
  /** Requests to TikTok whose address holds this wait for ever; null lets all through. */
  hold(part: string | null): void;
  /** Once, after TikTok has answered such a request and before the service sees the answer. */
  whenAnswered(part: string, act: () => Promise<void>): void;
  token(role: 'administrator' | 'agent' | 'operator', accountId: string): Promise<string>;
  get(path: string, token?: string): Promise<Answer>;
  /** As a person of that role; `replica` is the one whose public port is asked. */
  send(
    method: 'POST' | 'PUT',
    path: string,
    person: { readonly role: 'administrator' | 'agent' | 'operator'; readonly accountId: string },
    body?: object,
  ): Promise<Answer>;
  /** With a local administrator's token, unless there is another one. */
  startConnect(accountId: string, body?: object, token?: string): Promise<StartedConnect>;
  /** Walks the consent page; answers where the browser ended. */
  consent(businessId: string, started: StartedConnect, choice?: object): Promise<string>;
  connect(accountId: string, businessId: string, token?: string): Promise<void>;
  /** `refused`: the token that TikTok refused to who asks. */
  accessToken(
    channelId: string,
    asked?: { readonly replica?: number; readonly service?: string; readonly refused?: unknown },
  ): Promise<Answer>;
  /** The owner removes the app at TikTok; no notice is sent. */
  removeAtTikTok(channelId: string): Promise<void>;
  publish<Name extends RecordName>(topic: string, key: string, record: readonly [Name, Records[Name]]): Promise<void>;
  newBusiness(username?: string): Promise<string>;
  advance(seconds: number): Promise<void>;
  faults(switches: object): Promise<void>;
  /** All records that auth has written so far, decoded, in the order of each partition. */
  published(): Promise<readonly Published[]>;
  stop(): Promise<void>;
}

export interface Published {
  readonly record: IncomingRecord;
  readonly name: string | null;
  readonly value: Record<string, unknown>;
}

const json = async (url: string, init: RequestInit = {}): Promise<Answer> => {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
};

const post = (url: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
  json(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });

const WRITTEN_TOPICS = [topics.channels.name, topics.audit.name, topics.historyRequests.name];

/** What auth reads and writes. */
const TOPICS = [
  topics.channels,
  topics.audit,
  topics.historyRequests,
  topics.accountNotices,
  topics.messages,
  topics.statuses,
  topics.authDeadLetters,
  topics.authRedrive,
];

export const createAuthWorld = async ({
  replicas = 1,
  databaseLine,
  origin,
  settings = {},
}: {
  /** Without any there are only its surroundings, for a process of its own. */
  readonly replicas?: number;
  /** Address of the database as the service sees it; for a line that can be cut. */
  readonly databaseLine?: (url: string) => Promise<string>;
  /** The public origin, where it is not the service itself. */
  readonly origin?: string;
  /** In place of what every world has. */
  readonly settings?: Readonly<Record<string, string>>;
} = {}): Promise<AuthWorld> => {
  const database = await testDatabase();
  const logger = createRecordingLogger();
  await migrate({ url: database.url, folder: authMigrations, logger });
  const topicPrefix = `test-${randomUUID().slice(0, 8)}.`;
  const kafka = createKafka({
    settings: { brokers: brokers(), topicPrefix, clientId: 'auth-spec' },
    logger,
  });
  const admin = kafka.createAdmin();
  await admin.start();
  await admin.ensureTopics(
    TOPICS.map(({ name, cleanup }) => ({
      topic: name,
      partitions: 3,
      config: { 'cleanup.policy': cleanup },
    })),
  );
  await admin.stop();
  const producer = kafka.createProducer();
  await producer.start();

  const port = await freePort();
  const publicUrl = origin ?? `http://127.0.0.1:${port}`;
  const simulator = await createSimulator({
    appId: APP_ID,
    appSecret: APP_SECRET,
    redirectUrls: [`${publicUrl}/tiktok/callback`],
  });
  const front = await countingFront(simulator.url);
  const environment = {
    HOST: '127.0.0.1',
    PORT: String(port),
    INTERNAL_PORT: String(replicas === 0 ? await freePort() : 0),
    KAFKA_BROKERS: brokers().join(','),
    KAFKA_TOPIC_PREFIX: topicPrefix,
    SCHEMA_REGISTRY_URL: registryUrl(),
    DATABASE_URL: (await databaseLine?.(database.url)) ?? database.url,
    PUBLIC_URL: publicUrl,
    CLOCK_URL: simulator.url,
    SERVICE_TOKEN_SECRETS: SERVICE_SECRET,
    STATE_SECRETS: 'the-state-secret-of-this-suite',
    TOKEN_ENCRYPTION_KEYS: `k1:${SEALING_KEY}`,
    TIKTOK_APP_ID: APP_ID,
    TIKTOK_APP_SECRET: APP_SECRET,
    TIKTOK_API_BASE_URL: `${front.url}/open_api`,
    TIKTOK_AUTHORIZE_URL: `${simulator.url}/v2/auth/authorize`,
    AUTH_REQUESTS_PER_SECOND: '1000',
    WEBHOOK_CHECK_SECONDS: '0',
    ...settings,
  };
  const auths = Array.from({ length: replicas }, (_, replica) =>
    composeAuth({
      settings: readAuthSettings({ ...environment, PORT: replica === 0 ? environment.PORT : '0' }),
      logger,
    }),
  );
  for (const auth of auths) await auth.lifecycle.start();

  const control = (path: string) => `${simulator.url}/_control${path}`;
  const nowMs = async (): Promise<number> => Date.now() + Number((await json(control('/clock'))).body.offsetMs);

  const world: AuthWorld = {
    database,
    simulator,
    logger,
    auths,
    environment,
    calls: front.calls,
    issued: front.issued,
    hold: front.hold,
    whenAnswered: front.whenAnswered,
    token: async (role, accountId) => {
      const { body } = await post(`${publicUrl}/local/token`, { role, accountId });
      return String(body.token);
    },
    send: async (method, path, { role, accountId }, body = {}) =>
      json(`${publicUrl}${path}`, {
        method,
        body: JSON.stringify(body),
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await world.token(role, accountId)}`,
        },
      }),
    get: (path, token) =>
      json(`${publicUrl}${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    startConnect: async (accountId, body = {}, token) => {
      const authorization = `Bearer ${token ?? (await world.token('administrator', accountId))}`;
      const started = await post(`${publicUrl}/v1/accounts/${accountId}/tiktok/authorization`, body, { authorization });
      return { url: String(started.body.url), cookie: started.headers.get('set-cookie') ?? '' };
    },
    consent: async (businessId, { url, cookie }, choice = {}) => {
      const { status, body } = await post(control('/connect'), { businessId, url, cookie, ...choice });
      if (status !== 200) throw new Error(`the simulator answered ${status}: ${JSON.stringify(body)}`);
      return String(body.location);
    },
    connect: async (accountId, businessId, token) => {
      const location = await world.consent(businessId, await world.startConnect(accountId, {}, token));
      if (!location.includes('connected=')) throw new Error(`not connected: ${location}`);
    },
    accessToken: async (channelId, { replica = 0, service = 'outbound', refused } = {}) => {
      const clock: Clock = { now: () => at };
      const at = await nowMs();
      const tokens = createServiceTokens({ service, secrets: [secret(SERVICE_SECRET)], clock });
      const internal = auths[replica]?.addresses().internal ?? `http://127.0.0.1:${environment.INTERNAL_PORT}`;
      const url = `${internal}/internal/v1/channels/${channelId}/access-token`;
      const body = refused === undefined ? {} : { refusedTokenFingerprint: fingerprint(refused) };
      return post(url, body, { authorization: `Bearer ${await tokens('auth')}` });
    },
    removeAtTikTok: async (channelId) => {
      await fetch(control(`/businesses/${channelId}/authorization`), { method: 'DELETE' });
    },
    publish: async (topic, key, [name, value]) => {
      const codec = await createCodec({ registry: { url: registryUrl() }, writes: [name] });
      await producer.send([{ topic, key, value: codec.encode(name, value), headers: {} }]);
    },
    newBusiness: async (username = `shop.${randomUUID().slice(0, 8)}`) =>
      String((await post(control('/businesses'), { username, displayName: `The ${username}` })).body.businessId),
    advance: async (advanceSeconds) => {
      await post(control('/clock'), { advanceSeconds });
    },
    faults: async (switches) => {
      await json(control('/faults'), {
        method: 'PUT',
        body: JSON.stringify(switches),
        headers: { 'content-type': 'application/json' },
      });
    },
    published: () => readTopics({ kafka, isDrained: () => isOutboxEmpty(database) }),
    stop: async () => {
      await Promise.all(auths.map((auth) => auth.lifecycle.stop()));
      await producer.stop();
      await front.close();
      await simulator.stop();
      await database.drop();
    },
  };
  return world;
};

const brokers = (): readonly string[] => (process.env.KAFKA_BROKERS ?? '').split(',');
const registryUrl = (): string => process.env.SCHEMA_REGISTRY_URL ?? '';

const isOutboxEmpty = async ({ client }: TestDatabase): Promise<boolean> => {
  const [row] = await client.$queryRawUnsafe<{ n: bigint }[]>(
    'SELECT count(*) AS n FROM outbox WHERE published_at IS NULL',
  );
  return row?.n === 0n;
};

/** Reads what auth writes from the start to their ends, once the outbox is empty. */
const readTopics = async ({
  kafka,
  isDrained,
}: {
  readonly kafka: ReturnType<typeof createKafka>;
  readonly isDrained: () => Promise<boolean>;
}): Promise<readonly Published[]> => {
  await eventually('the outbox is empty', isDrained);
  const codec = await createCodec({ registry: { url: registryUrl() }, writes: [] });
  const published: Published[] = [];
  const reached = new Map<string, bigint>();
  const deadLetters = kafka.createProducer();
  const consumer = kafka.createConsumer<Published>({
    group: `auth-spec-${randomUUID()}`,
    topics: WRITTEN_TOPICS,
    decode: async (record) => {
      const decoded = await codec.decode(record.value);
      if (decoded.name === null) return { kind: 'skip', reason: 'unknown_record' };
      const value = { ...decoded.value } as unknown as Record<string, unknown>;
      return { kind: 'record', value: { record, name: decoded.name, value } };
    },
    apply: async ({ topic, partition, nextOffset, records }) => {
      published.push(...records.map(({ value }) => value));
      reached.set(`${topic}/${partition}`, nextOffset);
      return { kind: 'done' };
    },
    deadLetters: { producer: deadLetters, topic: topics.channels.name },
    onFatal: (error) => {
      throw error;
    },
  });
  const admin = kafka.createAdmin();
  await admin.start();
  await deadLetters.start();
  await consumer.start();
  try {
    for (const topic of WRITTEN_TOPICS) {
      const ends = await admin.endOffsets(topic);
      await eventually(`the end of ${topic}`, () =>
        [...ends].every(([partition, end]) => end === 0n || (reached.get(`${topic}/${partition}`) ?? 0n) >= end),
      );
    }
  } finally {
    await consumer.stop();
    await deadLetters.stop();
    await admin.stop();
  }
  return published;
};

/** Stands before the simulator and notes what reaches it. */
const countingFront = async (target: string) => {
  const calls: string[] = [];
  const issued = new Set<string>();
  let held: string | null = null;
  let answered: { readonly part: string; readonly act: () => Promise<void> } | null = null;
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    if (held !== null && request.url?.includes(held)) return;
    const onward = httpRequest(`${target}${request.url}`, { method: request.method, headers: request.headers });
    onward.on('response', async (answer) => {
      if (answered !== null && request.url?.includes(answered.part)) {
        const { act } = answered;
        answered = null;
        await act();
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('data', (chunk) => {
        for (const [token] of String(chunk).matchAll(/(?:act|rft)\.[\w.-]+/g)) issued.add(token);
      });
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    issued,
    hold: (part: string | null) => {
      held = part;
    },
    whenAnswered: (part: string, act: () => Promise<void>) => {
      answered = { part, act };
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

export const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};
