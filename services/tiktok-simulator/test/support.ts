import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@tiktok-channel/platform/testing';
import { createSimulator, type Simulator, type SimulatorOptions } from '../src/index.ts';

export const APP_ID = '7300000000000000001';
export const APP_SECRET = 'demo-app-secret';
export const REDIRECT_URL = 'http://127.0.0.1:9/tiktok/callback';
export const MESSAGING_SCOPES = ['message.list.read', 'message.list.send', 'message.list.manage'];
export const SCOPES = ['user.info.basic', 'user.info.username', 'user.account.type', ...MESSAGING_SCOPES];

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly raw: string;
  readonly path: string;
  readonly envelope: Envelope;
  readonly content: Record<string, unknown>;
  readonly atMs: number;
}

export interface Envelope {
  readonly client_key: string;
  readonly event: string;
  readonly create_time: number;
  readonly user_openid: string;
  readonly content: string;
}

/** Stands where the ingress would: it records what arrives, and answers as it is told. */
export const startReceiver = async () => {
  const received: Received[] = [];
  let answer: () => number | Promise<number> = () => 200;
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString('utf8');
    const envelope = parsed(raw) as unknown as Envelope;
    const content = parsed(envelope.content);
    received.push({
      headers: req.headers,
      rawHeaders: req.rawHeaders,
      raw,
      path: req.url ?? '',
      envelope,
      content,
      atMs: Date.now(),
    });
    res.writeHead(await answer()).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/tiktok`,
    received,
    events: (name: string) => received.filter(({ envelope }) => envelope.event === name),
    answerWith: (next: () => number | Promise<number>) => {
      answer = next;
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

/** An object; an empty one for what is none, since raw deliveries may be anything. */
const parsed = (text: unknown): Record<string, unknown> => {
  try {
    return (JSON.parse(String(text)) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
};

/** What `Tiktok-Signature` must say, computed apart from the simulator's own code. */
export const isSignedWith = (secret: string, { headers, raw }: Received): boolean => {
  const parts = new Map(
    String(headers['tiktok-signature'])
      .split(',')
      .map((part) => part.trim().split('=', 2) as [string, string]),
  );
  const expected = createHmac('sha256', secret)
    .update(`${parts.get('t')}.${raw}`)
    .digest('hex');
  return parts.get('s') === expected;
};

export const stampOf = ({ headers }: Received): number =>
  Number(/t=(\d+)/.exec(String(headers['tiktok-signature']))?.[1]);

export interface Envelopes<T = Record<string, unknown>> {
  readonly code: number;
  readonly message: string;
  readonly request_id: string;
  readonly data: T;
}

export const startWorld = async (options: Partial<SimulatorOptions> = {}) => {
  const receiver = await startReceiver();
  const simulator = await createSimulator({
    appId: APP_ID,
    appSecret: APP_SECRET,
    redirectUrls: [REDIRECT_URL],
    webhookUrl: receiver.url,
    ...options,
  });
  const client = createClient(simulator);
  return { ...client, simulator, receiver, stop: () => Promise.all([simulator.stop(), receiver.stop()]) };
};
export type TestWorld = Awaited<ReturnType<typeof startWorld>>;

const createClient = (simulator: Simulator) => {
  const control = async <T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${simulator.url}/_control/${path}`, jsonRequest(method, body));
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? null : JSON.parse(text)) as T;
  };
  const open = async <T = Record<string, unknown>>(
    method: string,
    path: string,
    { body, token, query }: { body?: unknown; token?: string; query?: Record<string, string> } = {},
  ): Promise<Envelopes<T>> => {
    const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
    const init = jsonRequest(method, body, token === undefined ? {} : { 'Access-Token': token });
    const answer = await fetch(`${simulator.url}/open_api/v1.3/${path}${search}`, init);
    return (await answer.json()) as Envelopes<T>;
  };
  const authorizeUrl = (changes: Record<string, string> = {}) =>
    `${simulator.url}/v2/auth/authorize?${new URLSearchParams({
      client_key: APP_ID,
      response_type: 'code',
      scope: SCOPES.join(','),
      redirect_uri: REDIRECT_URL,
      state: 'state-1',
      ...changes,
    })}`;
  const addBusiness = async (username = 'acme.store', region?: string) =>
    control<{ businessId: string; posts: readonly string[] }>('POST', 'businesses', {
      username,
      displayName: 'Acme Store',
      ...(region === undefined ? {} : { region }),
    });
  const connect = (businessId: string, more: Record<string, unknown> = {}, url = authorizeUrl()) =>
    control<{ callback: string | null; location: string | null }>('POST', 'connect', {
      businessId,
      url,
      follow: false,
      ...more,
    });
  const exchange = (code: string, changes: Record<string, unknown> = {}) =>
    open<Tokens>('POST', 'tt_user/oauth2/token/', {
      body: {
        client_id: APP_ID,
        client_secret: APP_SECRET,
        grant_type: 'authorization_code',
        auth_code: code,
        redirect_uri: REDIRECT_URL,
        ...changes,
      },
    });
  const codeFor = async (businessId: string, more: Record<string, unknown> = {}) =>
    new URL((await connect(businessId, more)).callback ?? '').searchParams.get('code') ?? '';
  return {
    control,
    open,
    authorizeUrl,
    addBusiness,
    connect,
    exchange,
    codeFor,
    tokenFor: async (businessId: string, more: Record<string, unknown> = {}) =>
      (await exchange(await codeFor(businessId, more))).data.access_token,
    customerSends: (businessId: string, message: unknown = { type: 'text', text: 'Hi' }, username = 'mia.shopper') =>
      control<{ conversationId: string; messageId: string }>(
        'POST',
        `businesses/${businessId}/customers/${username}/messages`,
        message,
      ),
    phone: (businessId: string, username = 'mia.shopper') =>
      control<Record<string, unknown>[]>('GET', `businesses/${businessId}/customers/${username}/messages`),
    faults: (switches: Record<string, unknown>) => control('PUT', 'faults', switches),
    /** Moves the clock, again and again, until the call is answered. */
    moveUntil: async <T>(call: Promise<T>, advanceSeconds: number): Promise<T> => {
      let isOpen = true;
      const answered = call.finally(() => {
        isOpen = false;
      });
      await eventually('the answer', async () => {
        await control('POST', 'clock', { advanceSeconds });
        return !isOpen;
      });
      return answered;
    },
    advance: (advanceSeconds: number) => control<{ offsetMs: number }>('POST', 'clock', { advanceSeconds }),
  };
};

export interface Tokens {
  readonly access_token: string;
  readonly token_type: string;
  readonly scope: string;
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly refresh_token_expires_in: number;
  readonly open_id: string;
}

const jsonRequest = (method: string, body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method,
  headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
});

/** The second of the simulator in which a call was answered: the beginning of its request id. */
export const answeredAt = ({ request_id }: Pick<Envelopes, 'request_id'>): number => {
  const [, year, month, day, hours, minutes, seconds] =
    /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})/.exec(request_id)?.map(Number) ?? [];
  return Date.UTC(year ?? 0, (month ?? 0) - 1, day, hours, minutes, seconds) / 1000;
};

/** One black pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
);
