const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
const SHIFT = 24;

/**
 * The hash by which Java's client chooses a partition, 32 bits with a sign. kafkajs has it as well, on big integers: that
 * took longer than the whole of a record's encoding.
 */
const murmur2 = (data: Uint8Array): number => {
  const { length } = data;
  const whole = length & ~3;
  let hash = SEED ^ length;
  for (let at = 0; at < whole; at += 4) {
    const block = Math.imul(byteAt(data, at) | (byteAt(data, at + 1) << 8) | blockTop(data, at), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(block ^ (block >>> SHIFT), MULTIPLIER);
  }
  if (length > whole) hash = Math.imul(hash ^ tail(data, whole), MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
};

/** What reads beyond the end is zero, which is what the hash does with a last block that is short. */
const byteAt = (data: Uint8Array, at: number): number => data[at] ?? 0;

const blockTop = (data: Uint8Array, at: number): number => (byteAt(data, at + 2) << 16) | (byteAt(data, at + 3) << 24);

const tail = (data: Uint8Array, at: number): number =>
  byteAt(data, at) | (byteAt(data, at + 1) << 8) | (byteAt(data, at + 2) << 16);

/** The partition that Java's client chooses for a key, and kafkajs. */
export const partitionOf = (key: string | Uint8Array, partitions: number): number =>
  (murmur2(typeof key === 'string' ? Buffer.from(key) : key) & 0x7fffffff) % partitions;
