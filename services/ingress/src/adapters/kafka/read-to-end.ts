import { randomUUID } from 'node:crypto';
import type { Admin, IncomingRecord, Kafka } from '@tiktok-channel/platform/kafka';

export interface Reading {
  readonly topic: string;
  /** Only records that are not older, epoch milliseconds; null for all. */
  readonly sinceMs: number | null;
  readonly take: (records: readonly IncomingRecord[]) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Reads what is on a topic when it begins. Rejects when the broker does not answer, and when `signal` says so. */
export const readToEnd = async (kafka: Kafka, { topic, sinceMs, take, signal }: Reading): Promise<void> => {
  const { ends, positions } = await withAdmin(kafka, (admin) => rangeOf(admin, topic, sinceMs));
  const isAtEnd = (): boolean => ends.entries().every(([partition, end]) => (positions.get(partition) ?? 0n) >= end);
  if (isAtEnd()) return;
  signal.throwIfAborted();

  const ended = Promise.withResolvers<void>();
  const end = (): void => ended.reject(signal.reason);
  signal.addEventListener('abort', end);
  const reader = kafka.createReader({
    topic,
    group: `ingress.history.${randomUUID()}`,
    from: new Map(positions),
    async read({ partition, nextOffset, records }) {
      await take(records);
      positions.set(partition, nextOffset);
      if (isAtEnd()) ended.resolve();
    },
    onFatal: ended.reject,
  });
  // Also while it starts: a broker that is lost meanwhile is waited for without bound.
  const starting = reader.start().catch(ended.reject);
  try {
    await ended.promise;
  } finally {
    signal.removeEventListener('abort', end);
    await reader.stop();
    await starting;
  }
};

interface Range {
  readonly ends: ReadonlyMap<number, bigint>;
  readonly positions: Map<number, bigint>;
}

const rangeOf = async (admin: Admin, topic: string, sinceMs: number | null): Promise<Range> => {
  const ranges = await admin.logRanges(topic);
  const starts = sinceMs === null ? new Map() : await admin.offsetsAt(topic, sinceMs);
  return {
    ends: new Map(ranges.entries().map(([partition, { high }]) => [partition, high])),
    positions: new Map(ranges.entries().map(([partition, { low }]) => [partition, starts.get(partition) ?? low])),
  };
};

const withAdmin = async <T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> => {
  const admin = kafka.createAdmin();
  try {
    await admin.start();
    return await work(admin);
  } finally {
    await admin.stop();
  }
};
