import { fingerprint } from '@tiktok-channel/platform/kernel';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Parts that make an id; the same seed and parts give the same id. */
type Parts = readonly (string | number)[];

export interface Ids {
  business(username: string): string;
  customer(username: string): string;
  post(businessId: string, index: number): string;
  conversation(businessId: string, userId: string): string;
  message(conversationId: string, atMs: number): string;
  media(...parts: Parts): string;
  /** Codes, tokens, keys of URLs: unlike any earlier one of this simulator. */
  secret(prefix: string, nowMs: number): string;
  /** As TikTok's `request_id` and log id look: the time in digits, then 18 characters of hex. */
  request(nowMs: number): string;
  /** A number in [0, 1). */
  chance(): number;
}

/**
 * Ids in the shapes of TikTok's: opaque, case-sensitive, conversation ids always with `+`, `/` and `=`, so that whoever
 * forgets to encode one notices. Those of accounts and conversations follow from the seed and the names alone, that of
 * a message from its conversation and time: after a restart nobody gets another id, and no id comes twice.
 */
export const createIds = (seed: string): Ids => {
  let counter = 0;
  const digest = (kind: string, parts: Parts): Buffer => Buffer.from(fingerprint([seed, kind, ...parts]), 'hex');

  return {
    business: (username) => `_000${base62(digest('business', [username]))}`,
    customer: (username) => base62(digest('customer', [username])),
    post: (businessId, index) => `73${digits(digest('post', [businessId, index]), 17)}`,
    conversation: (businessId, userId) => conversationId(digest('conversation', [businessId, userId])),
    message: (conversation, atMs) => digest('message', [conversation, atMs]).subarray(0, 22).toString('base64'),
    media: (...parts) => digest('media', parts).subarray(0, 25).toString('base64'),
    secret: (prefix, nowMs) => `${prefix}${base62(digest('secret', [prefix, nowMs, ++counter]))}`,
    request: (nowMs) =>
      `${timeDigits(nowMs)}${digest('request', [++counter]).toString('hex').slice(0, 18).toUpperCase()}`,
    chance: () => digest('chance', [++counter]).readUInt32BE(0) / 0x1_0000_0000,
  };
};

const base62 = (bytes: Buffer): string => Array.from(bytes, (byte) => BASE62[byte % BASE62.length]).join('');

const digits = (bytes: Buffer, count: number): string =>
  Array.from(bytes.subarray(0, count), (byte) => byte % 10).join('');

const conversationId = (bytes: Buffer): string => {
  const text = bytes.toString('base64').slice(0, 44).replace(/=+$/, '');
  return `${text.slice(0, 8)}+${text.slice(9, 20)}/${text.slice(21, 42)}==`;
};

const UTC = new Intl.DateTimeFormat('sv-SE', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'medium' });

/** `20260101000000`, UTC. */
const timeDigits = (nowMs: number): string => UTC.format(nowMs).replaceAll(/\D/g, '');
