import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { composeIngress, readIngressSettings } from '@tiktok-channel/ingress';
import { composeHistory, type History, readHistorySettings } from '@tiktok-channel/ingress/history';
import { HEADERS } from '@tiktok-channel/platform/kafka';
import { createRecordingLogger, eventually } from '@tiktok-channel/platform/testing';
import {
  createCodec,
  type DecodedRecord,
  type HistoryImportProgressed,
  type ImportHistory,
  topics,
} from '@tiktok-channel/schemas';
import { createSimulator } from '@tiktok-channel/tiktok-simulator';
import { NO_IDENTITY_PROVIDER } from './identity.ts';
import { type TestKafka, testKafka } from './kafka.ts';

const APP_ID = '7300000000000000001';
const APP_SECRET = 'the-app-secret-of-this-suite';
const REDIRECT_URL = 'http://127.0.0.1/tiktok/callback';
const SCOPES = ['message.list.read', 'message.list.send', 'message.list.manage'];

export interface Published {
  readonly topic: string;
  readonly id: string;
  readonly key: string | null;
  readonly decoded: Exclude<DecodedRecord, { readonly name: null }>;
}

/** What auth says of a channel. */
export interface FakeChannel {
  readonly status: string;
  readonly accessToken: string | null;
  /** What it says once it was told that TikTok refused the token. */
  readonly renewed?: string;
}

type Written = {
  readonly type: string;
  readonly text?: string;
  readonly region?: string;
  readonly [more: string]: unknown;
};

/** A simulator that delivers to a real ingress, history beside it on the real broker, and in auth's place a table of tokens. */
export interface HistoryWorld {
  readonly kafka: TestKafka;
  /** By channel id; a channel that is not there is unknown to auth. */
  readonly channels: Map<string, FakeChannel>;
  /** Fingerprints that auth was told of. */
  readonly refusedTokens: string[];
  /** Everything on the topics that ingress writes. */
  readonly published: readonly Published[];
  startHistory(overrides?: Readonly<Record<string, string>>): Promise<History>;
  /** As a process of its own, which can be killed. */
  spawnHistory(overrides?: Readonly<Record<string, string>>): ChildProcess;
  newChannel(): Promise<string>;
  /** What a customer does, by the simulator's path behind theirs. */
  customer(channelId: string, username: string, path: string, body: object): Promise<{ readonly messageId: string }>;
  /** Answers conversation and message id. */
  writes(channelId: string, username: string, message: Written): Promise<{ conversationId: string; messageId: string }>;
  businessWrites(channelId: string, username: string, text: string): Promise<{ messageId: string }>;
  faults(switches: object): Promise<void>;
  advance(seconds: number): Promise<void>;
  /** TikTok's time. */
  now(): Promise<number>;
  request(request: Partial<ImportHistory> & Pick<ImportHistory, 'channelId'>): Promise<string>;
  sendBytes(key: string, value: Buffer): Promise<void>;
  /** Reports on an import, in the order of the topic. */
  progress(requestId: string): readonly HistoryImportProgressed[];
  /** The last report. */
  end(requestId: string, withinMs?: number): Promise<HistoryImportProgressed>;
  /** Messages of a conversation or a channel, as often as they are on the topic. */
  messages(about: string): readonly (Published & { readonly messageId: string; readonly origin: string })[];
  stop(): Promise<void>;
}

/** On the broker of the run, or on another. */
export const createHistoryWorld = async (brokers?: string): Promise<HistoryWorld> => {
  const kafka = testKafka(brokers);
  const watched = [topics.messages, topics.statuses, topics.accountNotices, topics.historyRequests];
  for (const { name } of [
    ...watched,
    topics.webhooksUnrecognized,
    topics.ingressDeadLetters,
    topics.ingressRedrive,
    topics.audit,
  ]) {
    await kafka.createTopic(name, { partitions: 3 });
  }
  const auth = await createAuth();
  const logger = createRecordingLogger();
  const kafkaSettings = {
    KAFKA_BROKERS: kafka.settings.brokers.join(','),
    KAFKA_TOPIC_PREFIX: kafka.settings.topicPrefix,
    SCHEMA_REGISTRY_URL: process.env.SCHEMA_REGISTRY_URL ?? '',
    HOST: '127.0.0.1',
    INTERNAL_PORT: '0',
  };
  const simulator = await createSimulator({ appId: APP_ID, appSecret: APP_SECRET, redirectUrls: [REDIRECT_URL] });
  const ingress = composeIngress({
    settings: readIngressSettings({
      ...kafkaSettings,
      PORT: '0',
      TIKTOK_APP_SECRET: APP_SECRET,
      CLOCK_URL: simulator.url,
    }),
    logger,
  });
  await ingress.lifecycle.start();
  const environment = {
    ...kafkaSettings,
    CLOCK_URL: simulator.url,
    AUTH_INTERNAL_URL: auth.url,
    SERVICE_TOKEN_SECRETS: 'the-service-secret-of-this-suite',
    TIKTOK_API_BASE_URL: `${simulator.url}/open_api`,
    HISTORY_REQUESTS_PER_SECOND: '8',
    PORT: '0',
    ...NO_IDENTITY_PROVIDER,
  };
  const codec = await createCodec({
    registry: { url: kafkaSettings.SCHEMA_REGISTRY_URL },
    writes: ['ImportHistory'],
  });
  const published: Published[] = [];
  const watcher = kafka.kafka.createConsumer<null>({
    group: `watcher-${randomUUID()}`,
    topics: watched.map(({ name }) => name),
    decode: () => ({ kind: 'record', value: null }),
    apply: async ({ topic, records }) => {
      for (const { record } of records) {
        const decoded = await codec.decode(record.value);
        if (decoded.name === null) throw new Error(`${decoded.fullName} is on a topic`);
        published.push({ topic, id: record.headers[HEADERS.id] ?? '', key: record.key, decoded });
      }
      return { kind: 'done' };
    },
    deadLetters: { producer: { send: () => Promise.reject(new Error('a watcher has none')) }, topic: 'none' },
    onFatal: (error) => {
      throw error;
    },
  });
  await watcher.start();
  const producer = kafka.kafka.createProducer();
  await producer.start();

  const control = createControl(simulator.url);
  await control('PUT', '/app', { webhookUrl: `${ingress.addresses().public}/webhooks/tiktok` });
  const customer = (channelId: string, username: string) =>
    `/businesses/${encodeURIComponent(channelId)}/customers/${username}`;

  const histories: History[] = [];
  const processes: ChildProcess[] = [];
  const progress: HistoryWorld['progress'] = (requestId) =>
    published.flatMap(({ decoded }) =>
      decoded.name === 'HistoryImportProgressed' && decoded.value.requestId === requestId ? [decoded.value] : [],
    );
  const sendBytes = (key: string, value: Buffer) =>
    producer.send([{ topic: topics.historyRequests.name, key, value, headers: {} }]);

  return {
    kafka,
    ...auth,
    published,
    async startHistory(overrides = {}) {
      const history = composeHistory({ settings: readHistorySettings({ ...environment, ...overrides }), logger });
      histories.push(history);
      await history.lifecycle.start();
      return history;
    },
    spawnHistory(overrides = {}) {
      const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', MAIN], {
        env: { PATH: process.env.PATH, ...environment, ...overrides },
        stdio: 'ignore',
      });
      processes.push(child);
      return child;
    },
    async newChannel() {
      const username = `shop.${randomUUID().slice(0, 8)}`;
      const { businessId } = await control('POST', '/businesses', { username, displayName: username });
      const channelId = String(businessId);
      auth.channels.set(channelId, { status: 'connected', accessToken: await newToken(simulator.url, channelId) });
      return channelId;
    },
    customer: async (channelId, username, path, body) =>
      (await control('POST', `${customer(channelId, username)}/${path}`, body)) as never,
    writes: async (channelId, username, message) =>
      (await control('POST', `${customer(channelId, username)}/messages`, message)) as never,
    businessWrites: async (channelId, username, text) =>
      (await control('POST', `${customer(channelId, username)}/app-messages`, { text })) as never,
    faults: async (switches) => {
      await control('PUT', '/faults', switches);
    },
    advance: async (advanceSeconds) => {
      await control('POST', '/clock', { advanceSeconds });
    },
    now: async () => Date.now() + Number((await control('GET', '/clock')).offsetMs),
    async request(request) {
      const requestId = request.requestId ?? randomUUID();
      const value = codec.encode('ImportHistory', {
        conversationId: null,
        noticedAt: null,
        reason: 'requested',
        requestedBy: 'olga',
        requestedAt: Date.now(),
        ...request,
        requestId,
      });
      await sendBytes(request.channelId, value);
      return requestId;
    },
    sendBytes,
    progress,
    end: (requestId, withinMs = 20_000) =>
      eventually(
        `the end of import ${requestId}`,
        () => progress(requestId).find(({ state }) => state === 'FINISHED' || state === 'FAILED'),
        { withinMs },
      ),
    messages: (about) =>
      published.flatMap((record) => {
        const { decoded } = record;
        if (decoded.name !== 'MessageReceived' && decoded.name !== 'MessageEchoed') return [];
        const { channelId, conversationId, messageId, origin } = decoded.value;
        return channelId === about || conversationId === about ? [{ ...record, messageId, origin }] : [];
      }),
    async stop() {
      for (const child of processes) await killed(child);
      await Promise.all(histories.map(({ lifecycle }) => lifecycle.stop()));
      await simulator.stop();
      await ingress.lifecycle.stop();
      await watcher.stop();
      await producer.stop();
      await auth.close();
    },
  };
};

const MAIN = join(import.meta.dirname, '..', '..', 'services', 'ingress', 'src', 'history', 'main.ts');

/** SIGKILL: no step of its end is its own. */
export const killed = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
};

type Control = (method: string, path: string, body?: object) => Promise<Record<string, unknown>>;

const createControl =
  (url: string): Control =>
  async (method, path, body) => {
    const answer = await fetch(`${url}/_control${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };

const newToken = async (simulatorUrl: string, channelId: string): Promise<string> => {
  const query = new URLSearchParams({
    client_key: APP_ID,
    response_type: 'code',
    redirect_uri: REDIRECT_URL,
    scope: SCOPES.join(','),
    state: 'state',
  });
  const url = `${simulatorUrl}/v2/auth/authorize?${query}`;
  const { callback } = await createControl(simulatorUrl)('POST', '/connect', {
    businessId: channelId,
    url,
    follow: false,
  });
  const exchanged = await fetch(`${simulatorUrl}/open_api/v1.3/tt_user/oauth2/token/`, {
    method: 'POST',
    body: JSON.stringify({
      client_id: APP_ID,
      client_secret: APP_SECRET,
      grant_type: 'authorization_code',
      auth_code: new URL(String(callback)).searchParams.get('code'),
      redirect_uri: REDIRECT_URL,
    }),
    headers: { 'content-type': 'application/json' },
  });
  const { data } = (await exchanged.json()) as { readonly data: { readonly access_token: string } };
  return data.access_token;
};

/** Auth's internal endpoint, as far as history asks it. */
const createAuth = async () => {
  const channels: HistoryWorld['channels'] = new Map();
  const refusedTokens: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { refusedTokenFingerprint } = JSON.parse(Buffer.concat(chunks).toString() || '{}');
    const [, , , , id = ''] = (request.url ?? '').split('/').map(decodeURIComponent);
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (!request.headers.authorization?.startsWith('Bearer ')) return answer(401, {});
    const channel = channels.get(id);
    if (channel === undefined) return answer(404, { code: 'channel_unknown' });
    if (refusedTokenFingerprint !== undefined) {
      refusedTokens.push(refusedTokenFingerprint);
      if (channel.renewed !== undefined) channels.set(id, { status: 'connected', accessToken: channel.renewed });
    }
    const { status, accessToken } = channels.get(id) ?? channel;
    return answer(200, {
      channelId: id,
      accountId: 'account-1',
      grantedScopes: SCOPES,
      goodUntil: null,
      status,
      accessToken,
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    channels,
    refusedTokens,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
