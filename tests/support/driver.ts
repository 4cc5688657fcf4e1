import { randomUUID } from 'node:crypto';
import { eventually } from '@tiktok-channel/platform/testing';

/** Where the parts of a running system answer; the same names as in `.local/addresses.json`. */
export interface Addresses {
  readonly public: string;
  readonly auth: string;
  readonly simulator: string;
  readonly appSecret: string;
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface ApiMessage {
  readonly messageId: string | null;
  readonly replyId: string | null;
  readonly direction: 'incoming' | 'outgoing';
  readonly source: string;
  readonly content: { readonly kind: string; readonly text?: string; readonly [field: string]: unknown };
  readonly sentAt: string;
  readonly status: string | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

export interface ApiReply {
  readonly replyId: string;
  readonly status: string;
  readonly messageId: string | null;
  readonly failure: { readonly code: string; readonly message: string; readonly advice: string | null } | null;
}

export interface PhoneMessage {
  readonly messageId: string;
  readonly from: 'customer' | 'business';
  readonly type: string;
  readonly text?: string;
  readonly source: string;
}

const call = async <Body>(url: string, init: RequestInit = {}): Promise<Answer<Body>> => {
  const response = await fetch(url, init).catch((error: TypeError) => {
    throw new Error(`no answer from ${url}: ${error.cause}`, { cause: error });
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? null : parse(text)) as Body };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});

const segment = encodeURIComponent;

/** Drives a running system from outside: as the account's people through the public origin, as TikTok's people through the simulator. */
export const drive = (addresses: Addresses, accountId = `account-${randomUUID()}`) => {
  const token = async (role: string, account = accountId): Promise<string> =>
    (await call<{ token: string }>(`${addresses.auth}/local/token`, json({ role, accountId: account }))).body.token;

  const authorized = async (role: string): Promise<Record<string, string>> => ({
    authorization: `Bearer ${await token(role)}`,
  });

  const control = async <Body>(path: string, init?: RequestInit): Promise<Body> => {
    const { status, body } = await call<Body>(`${addresses.simulator}${path}`, init);
    if (status >= 300) throw new Error(`the simulator answered ${status} to ${path}: ${JSON.stringify(body)}`);
    return body;
  };

  const get = async <Body>(path: string, role = 'agent'): Promise<Answer<Body>> =>
    call<Body>(`${addresses.public}${path}`, { headers: await authorized(role) });

  const startAuthorization = async (body: object = {}) => {
    const started = await call<{ url: string }>(
      `${addresses.public}/v1/accounts/${accountId}/tiktok/authorization`,
      json(body, await authorized('administrator')),
    );
    return { url: started.body.url, cookie: (started.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  };

  /** Connects a new TikTok business account through the real consent page; answers its channel id. */
  const connect = async (username = `acme.${randomUUID().slice(0, 8)}`): Promise<string> => {
    const { businessId } = await control<{ businessId: string }>(
      '/_control/businesses',
      json({ username, displayName: 'Acme Store' }),
    );
    const { location } = await consent(businessId);
    if (!location.includes('connected=')) throw new Error(`the connection ended at ${location}`);
    return businessId;
  };

  const consent = async (businessId: string, choices: object = {}) => {
    const { url, cookie } = await startAuthorization();
    return control<{ callback: string; location: string }>(
      '/_control/connect',
      json({ businessId, url, cookie, ...choices }),
    );
  };

  /** One customer of a business, and the conversation between the two. */
  const customer = (businessId: string, username = `mia.${randomUUID().slice(0, 8)}`) => {
    const path = `/_control/businesses/${segment(businessId)}/customers/${segment(username)}`;
    return {
      username,
      send: (message: object) =>
        control<{ conversationId: string; messageId: string }>(`${path}/messages`, json(message)),
      read: () => control(`${path}/reads`, json({})),
      businessWritesInApp: (text: string) => control<{ messageId: string }>(`${path}/app-messages`, json({ text })),
      phone: () => control<readonly PhoneMessage[]>(`${path}/messages`),
    };
  };

  const conversations = async () => {
    const { body } = await get<{ items: readonly { conversationId: string; channelId: string }[] }>(
      '/v1/conversations',
    );
    return body.items;
  };

  /** All messages of a conversation in the API's order, every page of them. */
  const messages = async (conversationId: string): Promise<readonly ApiMessage[]> => {
    const all: ApiMessage[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${segment(cursor)}`;
      const page: Answer<{ items: readonly ApiMessage[]; nextCursor: string | null }> = await get(
        `/v1/conversations/${segment(conversationId)}/messages?limit=100${query}`,
      );
      if (page.status !== 200) throw new Error(`the messages answered ${page.status}: ${JSON.stringify(page.body)}`);
      all.push(...page.body.items);
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    return all;
  };

  const reply = async (conversationId: string, body: object, key: string = randomUUID()): Promise<Answer<ApiReply>> =>
    call(
      `${addresses.public}/v1/conversations/${segment(conversationId)}/replies`,
      json(body, { ...(await authorized('agent')), 'idempotency-key': key }),
    );

  /** Waits until the reply has one of the wanted statuses. */
  const replyIs = (replyId: string, ...statuses: readonly string[]): Promise<ApiReply> =>
    eventually(`reply ${replyId} is ${statuses.join(' or ')}`, async () => {
      const { body } = await get<ApiReply>(`/v1/replies/${segment(replyId)}`);
      if (!statuses.includes(body.status)) throw new Error(`it is ${JSON.stringify(body)}`);
      return body;
    });

  const messageIs = (conversationId: string, messageId: string) =>
    eventually(`message ${messageId} is in the API`, async () =>
      (await messages(conversationId)).find((message) => message.messageId === messageId),
    );

  const faults = (switches: object) =>
    control('/_control/faults', {
      method: 'PUT',
      body: JSON.stringify(switches),
      headers: { 'content-type': 'application/json' },
    });

  /** Moves TikTok's clock, and with it every service's. */
  const advanceClock = (seconds: number) => control('/_control/clock', json({ advanceSeconds: seconds }));

  /** Whether the account may connect channels: an operator's decision. */
  const switchFeature = async (isEnabled: boolean): Promise<Answer<unknown>> =>
    call(`${addresses.public}/operator/auth/v1/accounts/${segment(accountId)}/features/tiktok_channel`, {
      ...json({ isEnabled, reason: 'a test' }, await authorized('operator')),
      method: 'PUT',
    });

  const upload = async (bytes: Buffer, filename: string, type: string): Promise<Answer<{ mediaId: string }>> => {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(bytes)], { type }), filename);
    return call(`${addresses.public}/v1/media`, { method: 'POST', body: form, headers: await authorized('agent') });
  };

  return {
    accountId,
    addresses,
    token,
    get,
    control,
    startAuthorization,
    connect,
    consent,
    customer,
    conversations,
    messages,
    reply,
    replyIs,
    messageIs,
    faults,
    advanceClock,
    upload,
    switchFeature,
  };
};

export type Driver = ReturnType<typeof drive>;
