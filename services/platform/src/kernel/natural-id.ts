import { createHash, hash } from 'node:crypto';

/** Namespace of every natural id of this product; changing it would give every event a second id. */
const NAMESPACE = Buffer.from('5e0f2f0c6c1b5b0fa5f7c0d96f1f3a11', 'hex');

/** The namespace followed by room for a usual name, so that hashing one allocates nothing. */
const scratch = Buffer.alloc(1_024);
NAMESPACE.copy(scratch);

/** A string of UTF-16 may take three bytes for each unit. */
const BYTES_PER_UNIT = 3;

/** The digit that carries the variant: its upper two bits are `10`. */
const VARIANT_DIGITS = '89ab';

/**
 * UUIDv5 (RFC 9562) over `parts`. Parts are length-prefixed, so that `['a', 'bc']` and `['ab', 'c']` differ.
 * The same fact has the same id, whoever meets it and how often.
 */
export const naturalId = (parts: readonly string[]): string => {
  let name = '';
  for (const part of parts) name += `${name === '' ? '' : '|'}${part.length}:${part}`;
  const digest = hash('sha1', namespaced(name), 'hex');
  const variant = VARIANT_DIGITS.charAt(Number.parseInt(digest.charAt(16), 16) & 3);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
};

const namespaced = (name: string): Buffer => {
  if (NAMESPACE.length + BYTES_PER_UNIT * name.length > scratch.length) {
    return Buffer.concat([NAMESPACE, Buffer.from(name)]);
  }
  return scratch.subarray(0, NAMESPACE.length + scratch.write(name, NAMESPACE.length));
};

/**
 * SHA-256 in hex over `value` as JSON with sorted keys: two values with the same content have one fingerprint. A field
 * that is null counts as absent, so that a later version's new field leaves the fingerprint of an old value as it was.
 */
export const fingerprint = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex');

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined && field !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => [key, sorted(field)]),
  );
};
