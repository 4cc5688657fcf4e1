import { createHash, hash } from 'node:crypto';

/** Namespace of every natural id of this product; changing it would give every event a second id. */
const NAMESPACE = Buffer.from('5e0f2f0c6c1b5b0fa5f7c0d96f1f3a11', 'hex');

/**
 * UUIDv5 (RFC 9562) over `parts`. Parts are length-prefixed, so that `['a', 'bc']` and `['ab', 'c']` differ.
 * The same fact has the same id, whoever meets it and how often.
 */
export const naturalId = (parts: readonly string[]): string => {
  const name = parts.map((part) => `${part.length}:${part}`).join('|');
  const digest = Buffer.from(hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(name)]), 'buffer')).subarray(0, 16);
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/** SHA-256 in hex over `value` as JSON with sorted keys: two values with the same content have one fingerprint. */
export const fingerprint = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex');

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => [key, sorted(field)]),
  );
};
