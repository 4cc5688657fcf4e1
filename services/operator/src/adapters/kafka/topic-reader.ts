import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, IncomingRecord, LogRange, ReadBatch } from '@tiktok-channel/platform/kafka';
import { type Codec, CodecError, type DecodedRecord } from '@tiktok-channel/schemas';
import type { Reading, ReadRecord, ReadTopic, Start, TopicReading } from '../../application/ports.ts';
import { OperatorFailure } from '../../domain/failure.ts';
import { type Connection, withAdmin } from './connection.ts';

interface ReaderDependencies {
  readonly connection: Connection;
  readonly codec: Codec;
}

type Positions = Map<number, bigint>;

const LOOK_AT_LAG_EVERY_MS = 2_000;

export const createTopicReader =
  ({ connection, codec }: ReaderDependencies): ReadTopic =>
  (topic, reading) =>
    withAdmin(connection, async (admin) => {
      const ranges = await admin.logRanges(topic);
      const positions = await startOf(admin, { topic, ranges, from: reading.from });
      reading.begins?.();
      const isAtEnd = () => ranges.entries().every(([partition, { high }]) => (positions.get(partition) ?? 0n) >= high);
      if (reading.until === 'end' && isAtEnd()) return;

      const ended = Promise.withResolvers<void>();
      const endWhenRead = () => reading.until === 'end' && isAtEnd() && ended.resolve();
      reading.signal.addEventListener('abort', () => ended.resolve(), { once: true });
      if (reading.signal.aborted) return;
      const reader = connection.kafka.createReader({
        topic,
        group: `operator.${randomUUID()}`,
        from: new Map(positions),
        async read(batch) {
          await take(batch, ranges, reading, codec);
          positions.set(batch.partition, batch.nextOffset);
          endWhenRead();
        },
        onFatal: ended.reject,
      });
      const watch = watchLag(admin, topic, positions, reading);
      // Also while it starts: a broker that is lost meanwhile is waited for without bound.
      const starting = reader.start().catch(ended.reject);
      try {
        await ended.promise;
      } finally {
        clearInterval(watch);
        await reader.stop();
        await starting;
      }
    });

const take = async (
  { partition, records }: ReadBatch,
  ranges: ReadonlyMap<number, LogRange>,
  { take, until, signal }: TopicReading,
  codec: Codec,
): Promise<void> => {
  const end = until === 'end' ? ranges.get(partition)?.high : undefined;
  const wanted = end === undefined ? records : records.filter(({ offset }) => offset < end);
  const read: ReadRecord[] = [];
  for (const record of wanted) {
    if (signal.aborted) return;
    const reading = readingOf(record, codec);
    read.push({ ...placeOf(record), reading: reading instanceof Promise ? await reading : reading });
  }
  if (read.length > 0) await take(read);
};

const placeOf = ({ partition, offset, timestampMs, key, headers }: IncomingRecord) => ({
  partition,
  offset,
  timestampMs,
  key,
  headers,
});

const startOf = async (
  admin: Admin,
  { topic, ranges, from }: { topic: string; ranges: ReadonlyMap<number, LogRange>; from: Start },
): Promise<Positions> => {
  if (typeof from === 'number') return new Map(await admin.offsetsAt(topic, from));
  return new Map(ranges.entries().map(([partition, { low, high }]) => [partition, from === 'end' ? high : low]));
};

const watchLag = (
  admin: Admin,
  topic: string,
  positions: Positions,
  { lags }: TopicReading,
): NodeJS.Timeout | undefined => {
  if (lags === undefined) return undefined;
  const look = async (): Promise<void> => {
    const ends = await admin.endOffsets(topic);
    lags(ends.entries().reduce((sum, [partition, end]) => sum + end - (positions.get(partition) ?? 0n), 0n));
  };
  // A broker that is away has nothing to say on how far behind this reader is.
  return setInterval(() => void look().catch(() => undefined), LOOK_AT_LAG_EVERY_MS);
};

const TRIES_AT_THE_REGISTRY = 5;
const REGISTRY_AGAIN_AFTER_MS = 1_000;

const readingOf = (record: IncomingRecord, codec: Codec): Reading | Promise<Reading> => {
  if (record.value === null) return { kind: 'tombstone' };
  try {
    const decoded = codec.decode(record.value);
    return decoded instanceof Promise ? whenDecoded(record, decoded, codec) : readingFrom(decoded);
  } catch (error) {
    return undecodable(record, error);
  }
};

const whenDecoded = async (
  record: IncomingRecord,
  decoding: Promise<DecodedRecord>,
  codec: Codec,
  triesLeft = TRIES_AT_THE_REGISTRY,
): Promise<Reading> => {
  try {
    return readingFrom(await decoding);
  } catch (error) {
    if (!isRegistryAway(error)) return undecodable(record, error);
    if (triesLeft === 0) throw registryAway(error);
    await delay(REGISTRY_AGAIN_AFTER_MS);
    return whenDecoded(record, Promise.resolve(codec.decode(record.value)), codec, triesLeft - 1);
  }
};

const isRegistryAway = (error: unknown): boolean =>
  error instanceof CodecError && error.code === 'registry_unavailable';

const registryAway = (cause: unknown): OperatorFailure =>
  new OperatorFailure(
    'the schema registry does not answer, and a record cannot be decoded without it',
    'see that it runs and can be reached from here, or set SCHEMA_REGISTRY_URL to where it is',
    { cause },
  );

const readingFrom = (decoded: DecodedRecord): Reading =>
  decoded.name === null
    ? { kind: 'unknownType', fullName: decoded.fullName }
    : { kind: 'record', name: decoded.name, value: decoded.value };

const undecodable = ({ value }: IncomingRecord, error: unknown): Reading => {
  if (!(error instanceof CodecError)) throw error;
  return { kind: 'undecodable', reason: error.message, sizeBytes: value?.length ?? 0 };
};
