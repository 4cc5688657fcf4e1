import { fingerprint } from '@tiktok-channel/platform/kernel';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Parts that make an id; the same seed and parts give the same id. */
type Parts = readonly (string | number)[];

export interface Ids {
  business(username: string): string;
  customer(username: string): string;
  post(businessId: string, index: number): string;
  conversation(businessId: string, userId: string): string;
  /** `ordinal` counts what happened in the conversation. */
  message(conversationId: string, ordinal: number): string;
  media(...parts: Parts): string;
  /** 19 digits, as comments and ads have. */
  number(kind: string): string;
  delivery(): string;
  /** Codes, tokens, keys of URLs: unlike any earlier one of this simulator. `nowMs` does not matter. */
  secret(prefix: string, nowMs?: number): string;
  /** As TikTok's `request_id` looks: the time in digits, then 18 characters of hex. */
  request(nowMs: number): string;
  /** The log id of an attempt, in the same shape. It follows from the attempt, whatever else happens beside it. */
  log(deliveryId: string, attempt: number, nowMs: number): string;
  /** A number in [0, 1): from the purpose and its parts alone, or without parts the next of that purpose. */
  chance(purpose?: string, ...parts: Parts): number;
}

export interface Seeds {
  /** Makes the ids of accounts, posts and conversations. */
  readonly accounts: string;
  /** Makes everything else. */
  readonly run: string;
}

/**
 * Every id and every chance of the simulator, in the shapes of TikTok's: opaque, case-sensitive, conversation ids always
 * with `+`, `/` and `=`, so that whoever forgets to encode one notices.
 *
 * Each is the SHA-256 of the seed, its kind and what it belongs to. Where nothing names it (a token, a request) a counter
 * of its kind does. So kinds are streams of their own: one more request id moves no log id and no delay.
 */
export const createIds = (seed: string | Seeds): Ids => {
  const { accounts, run } = typeof seed === 'string' ? { accounts: seed, run: seed } : seed;
  const account = digestWith(accounts);
  const event = digestWith(run);
  const counters = new Map<string, number>();
  const next = (kind: string): number => {
    const count = (counters.get(kind) ?? 0) + 1;
    counters.set(kind, count);
    return count;
  };

  return {
    business: (username) => `_000${base62(account('business', [username]))}`,
    customer: (username) => base62(account('customer', [username])),
    post: (businessId, index) => `73${digits(account('post', [businessId, index]), 17)}`,
    conversation: (businessId, userId) => conversationId(account('conversation', [businessId, userId])),
    message: (conversation, ordinal) => event('message', [conversation, ordinal]).subarray(0, 22).toString('base64'),
    media: (...parts) => event('media', parts).subarray(0, 25).toString('base64'),
    number: (kind) => `74${digits(event('number', [kind, next(`number ${kind}`)]), 17)}`,
    delivery: () => base62(event('delivery', [next('delivery')])).slice(0, 20),
    secret: (prefix) => `${prefix}${base62(event('secret', [prefix, next(`secret ${prefix}`)]))}`,
    request: (nowMs) => trace(nowMs, event('request', [next('request')])),
    log: (deliveryId, attempt, nowMs) => trace(nowMs, event('log', [deliveryId, attempt])),
    chance: (purpose = '', ...parts) => {
      const kind = `chance ${purpose}`;
      return event(kind, parts.length > 0 ? parts : [next(kind)]).readUInt32BE(0) / 0x1_0000_0000;
    },
  };
};

const digestWith =
  (seed: string) =>
  (kind: string, parts: Parts): Buffer =>
    Buffer.from(fingerprint([seed, kind, ...parts]), 'hex');

const base62 = (bytes: Buffer): string => Array.from(bytes, (byte) => BASE62[byte % BASE62.length]).join('');

const digits = (bytes: Buffer, count: number): string =>
  Array.from(bytes.subarray(0, count), (byte) => byte % 10).join('');

const conversationId = (bytes: Buffer): string => {
  const text = bytes.toString('base64').slice(0, 44).replace(/=+$/, '');
  return `${text.slice(0, 8)}+${text.slice(9, 20)}/${text.slice(21, 42)}==`;
};

const trace = (nowMs: number, bytes: Buffer): string =>
  `${timeDigits(nowMs)}${bytes.toString('hex').slice(0, 18).toUpperCase()}`;

const UTC = new Intl.DateTimeFormat('sv-SE', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'medium' });

/** `20260101000000`, UTC. */
const timeDigits = (nowMs: number): string => UTC.format(nowMs).replaceAll(/\D/g, '');
