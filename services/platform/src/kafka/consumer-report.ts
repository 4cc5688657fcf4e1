import type { Logger } from '../kernel/index.ts';
import type { Admin, LogRange } from './admin.ts';
import type { Assignment } from './assignment.ts';
import type { PartitionReport, PositionReader } from './consumer-types.ts';
import { errorMessage } from './errors.ts';
import type { Position } from './position.ts';
import { partitionKey, type TopicPartition } from './records.ts';
import { elapsedMs } from './wait.ts';

interface ReportOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Without it Kafka's committed offsets are the positions. */
  readonly positions?: PositionReader | undefined;
  readonly admin: Admin;
  readonly assignment: Pick<Assignment, 'owned'>;
  readonly logger: Logger;
}

interface Ranged extends TopicPartition {
  readonly range: LogRange;
}

/** What this member knows of its own partitions, and of the others' what the store and the broker say. */
export const createConsumerReport = (options: ReportOptions) => {
  const { group, topics, admin, assignment, logger } = options;

  const partitionsOf = async (topic: string): Promise<readonly Ranged[]> => {
    const ranges = await admin.logRanges(topic);
    return Array.from(ranges, ([partition, range]) => ({ topic, partition, range }));
  };

  const committedOf = async (topic: string): Promise<readonly (readonly [string, bigint])[]> => {
    const committed = await admin.committedOffsets(group, topic);
    return Array.from(committed, ([partition, offset]) => [partitionKey(topic, partition), offset] as const);
  };

  /** Null when the store is away: what it holds of the partitions of others is not known then. */
  const storedPositions = async (
    partitions: readonly TopicPartition[],
  ): Promise<ReadonlyMap<string, bigint> | null> => {
    if (options.positions === undefined) return new Map((await Promise.all(topics.map(committedOf))).flat());
    try {
      return await options.positions.read(group, partitions);
    } catch (error) {
      logger.warn('kafka.positions_unread', { group, reason: errorMessage(error) });
      return null;
    }
  };

  return async (): Promise<readonly PartitionReport[]> => {
    await admin.start();
    const partitions = (await Promise.all(topics.map(partitionsOf))).flat();
    const stored = await storedPositions(partitions);
    // Read last: what a partition's owner knows must not be older than what the broker says of its end.
    const owned = new Map(assignment.owned().map((slot) => [partitionKey(slot.topic, slot.partition), slot]));
    return partitions
      .map(({ topic, partition, range }) => {
        const key = partitionKey(topic, partition);
        const position = stored === null ? null : (stored.get(key) ?? 0n);
        const slot = owned.get(key);
        const place = { group, topic, partition };
        if (slot === undefined) return elsewhere(place, range, position);
        // Kafka's position becomes known here with the first batch.
        const isBeingRead = slot.position === null && options.positions !== undefined;
        return here(place, range, { position, live: slot.position, isBeingRead });
      })
      .toSorted((one, other) => one.topic.localeCompare(other.topic) || one.partition - other.partition);
  };
};

type Place = TopicPartition & { readonly group: string };

const elsewhere = (place: Place, { low, high }: LogRange, stored: bigint | null): PartitionReport => ({
  ...place,
  position: stored === null ? null : later(stored, low),
  endOffset: high,
  lag: stored === null ? null : lagOf(stored, { low, high }),
  movedMsAgo: null,
  state: 'elsewhere',
  reason: null,
});

/** Markers of transactions lie between the stored position and the live one: nothing of them is to be taken. */
const here = (
  place: Place,
  range: LogRange,
  at: { readonly position: bigint | null; readonly live: Position | null; readonly isBeingRead: boolean },
): PartitionReport => {
  const { live } = at;
  const position = later(later(at.position ?? 0n, live?.nextOffset ?? 0n), range.low);
  const lag = lagOf(position, range);
  const reason = live?.trouble ?? (at.isBeingRead ? 'position_unread' : null);
  return {
    ...place,
    position,
    endOffset: range.high,
    lag,
    movedMsAgo: live?.hasMoved === true ? Math.round(elapsedMs() - live.movedAt) : null,
    state: stateOf(reason, lag),
    reason,
  };
};

const stateOf = (reason: string | null, lag: bigint): 'running' | 'retrying' | 'idle' => {
  if (reason !== null) return 'retrying';
  return lag === 0n ? 'idle' : 'running';
};

const later = (one: bigint, other: bigint): bigint => (one > other ? one : other);

const lagOf = (position: bigint, { low, high }: LogRange): bigint => later(high - later(position, low), 0n);
