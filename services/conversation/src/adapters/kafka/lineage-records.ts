import { unavailable } from '@tiktok-channel/platform/http-server';
import { type Admin, HEADERS, type IncomingRecord, type Kafka, partitionOf } from '@tiktok-channel/platform/kafka';
import { eventIds, type Logger } from '@tiktok-channel/platform/kernel';
import { type Codec, topics } from '@tiktok-channel/schemas';
import type { FindRecords, Lineage, RecordTrace } from '../../application/find-lineage.ts';

/** What clocks of processes and brokers may differ by, and what a record may wait in an outbox. */
const MARGIN_MS = 300_000;
/** So many records of a partition are looked through from that time on, and from its beginning where nothing is found. */
const LOOKED_AT_MOST = 100_000;

interface Wanted {
  readonly topic: string;
  readonly sinceMs: number;
  readonly fits: (headers: IncomingRecord['headers']) => boolean;
}

/**
 * A record is known by its natural id, which follows from the message, and lies in the partition of its conversation: so its place
 * need not be stored, and redeliveries and imports of one message are all found.
 */
export const createFindRecords = ({
  kafka,
  codec,
  logger,
}: {
  readonly kafka: Pick<Kafka, 'createAdmin'>;
  readonly codec: () => Pick<Codec, 'fullName'>;
  readonly logger: Logger;
}): { readonly findRecords: FindRecords; readonly stop: () => Promise<void> } => {
  const admin = kafka.createAdmin();
  const findRecords: FindRecords = async (stored) => {
    try {
      await admin.start();
      const searched = await Promise.all(
        wantedOf(stored, codec()).map((wanted) => search(admin, wanted, stored.conversationId)),
      );
      return {
        records: searched.flatMap(({ records }) => records).toSorted((one, other) => one.at - other.at),
        isSearchComplete: searched.every(({ isComplete }) => isComplete),
      };
    } catch (error) {
      logger.warn('lineage.broker_unavailable', {}, error);
      throw unavailable('the broker of this service does not answer');
    }
  };
  return { findRecords, stop: admin.stop };
};

const wantedOf = (
  { channelId, message, reply }: Omit<Lineage, 'records' | 'isSearchComplete'>,
  codec: Pick<Codec, 'fullName'>,
): readonly Wanted[] => {
  const wanted: Wanted[] = [];
  if (message !== null) {
    const types = [codec.fullName('MessageReceived'), codec.fullName('MessageEchoed')];
    const ids = new Set(types.map((type) => eventIds.message(type, channelId, message.messageId)));
    const fits = (headers: IncomingRecord['headers']) => ids.has(headers[HEADERS.id] ?? '');
    wanted.push({ topic: topics.messages.name, sinceMs: message.receivedAt, fits });
  }
  if (reply !== null) {
    const { replyId, requestedAt, times } = reply;
    const known = Object.values({ requestedAt, ...times }).filter((time) => time !== null);
    const about = {
      sinceMs: known.length === 0 ? 0 : Math.min(...known),
      fits: (headers: IncomingRecord['headers']) => headers[HEADERS.subject] === replyId,
    };
    wanted.push({ topic: topics.replyCommands.name, ...about }, { topic: topics.statuses.name, ...about });
  }
  return wanted;
};

interface Searched {
  readonly records: readonly RecordTrace[];
  readonly isComplete: boolean;
}

const search = async (admin: Admin, wanted: Wanted, conversationId: string): Promise<Searched> => {
  const [ranges, starts] = await Promise.all([
    admin.logRanges(wanted.topic),
    admin.offsetsAt(wanted.topic, Math.max(0, wanted.sinceMs - MARGIN_MS)),
  ]);
  const partition = partitionOf(conversationId, ranges.size);
  const { low, high } = ranges.get(partition) ?? { low: 0n, high: 0n };
  const start = starts.get(partition) ?? low;
  const after = await look(admin, wanted, { partition, from: start, high });
  // Clocks that were moved (a simulator's) tell times that no record has.
  if (after.records.length > 0 || start <= low) return after;
  const before = await look(admin, wanted, { partition, from: low, high: start });
  return { records: before.records, isComplete: before.isComplete && after.isComplete };
};

const look = async (
  admin: Admin,
  { topic, fits }: Wanted,
  { partition, from, high }: { readonly partition: number; readonly from: bigint; readonly high: bigint },
): Promise<Searched> => {
  const end = from + BigInt(LOOKED_AT_MOST);
  const isComplete = end >= high;
  const records: RecordTrace[] = [];
  for await (const record of admin.readLog({ topic, partition }, { from, to: isComplete ? high : end })) {
    if (fits(record.headers)) records.push(traceOf(record));
  }
  return { records, isComplete };
};

const traceOf = ({ topic, partition, offset, timestampMs, headers }: IncomingRecord): RecordTrace => ({
  topic,
  partition,
  offset: String(offset),
  at: timestampMs,
  type: headers[HEADERS.type] ?? null,
  eventId: headers[HEADERS.id] ?? null,
});
