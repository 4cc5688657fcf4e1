import type { Logger } from '../kernel/index.ts';
import type { LogRange } from './admin.ts';
import type { PositionReader } from './consumer-types.ts';
import { errorMessage } from './errors.ts';
import { createPosition, type Position } from './position.ts';
import { partitionKey, type TopicPartition } from './records.ts';
import { delay } from './wait.ts';

/** Reads where the store says each partition is, for as long as that takes, and places it there. Never rejects. */
export type Locator = <P extends TopicPartition>(
  partitions: readonly P[],
  placement: {
    /** False when the partition was lost or is being located anew. */
    readonly isCurrent: (partition: P) => boolean;
    readonly place: (partition: P, position: Position) => void;
  },
) => Promise<void>;

interface LocatorOptions {
  readonly group: string;
  readonly positions: PositionReader;
  readonly logRanges: (topic: string) => Promise<ReadonlyMap<number, LogRange>>;
  readonly logger: Logger;
}

const READ_AGAIN_AFTER_MS = 1_000;

export const createLocator =
  (options: LocatorOptions): Locator =>
  async (partitions, { isCurrent, place }) => {
    let waiting = partitions.filter(isCurrent);
    while (waiting.length > 0) {
      const located = await tryToRead(options, waiting);
      for (const [partition, position] of located.entries().filter(([located]) => isCurrent(located))) {
        place(partition, position);
      }
      waiting = waiting.filter((partition) => !located.has(partition));
      if (waiting.length > 0) await delay(READ_AGAIN_AFTER_MS);
      waiting = waiting.filter(isCurrent);
    }
  };

type Located<P> = ReadonlyMap<P, Position>;

const tryToRead = async <P extends TopicPartition>(options: LocatorOptions, partitions: readonly P[]) => {
  try {
    return await readPositions(options, partitions);
  } catch (error) {
    options.logger.warn('kafka.positions_unread', { group: options.group, reason: errorMessage(error) });
    return new Map<P, Position>();
  }
};

const readPositions = async <P extends TopicPartition>(
  { group, positions, logRanges, logger }: LocatorOptions,
  partitions: readonly P[],
): Promise<Located<P>> => {
  const stored = await positions.read(
    group,
    partitions.map(({ topic, partition }) => ({ topic, partition })),
  );
  const ranges = new Map<string, ReadonlyMap<number, LogRange>>();
  for (const topic of new Set(partitions.map((partition) => partition.topic)))
    ranges.set(topic, await logRanges(topic));

  const located = new Map<P, Position>();
  for (const partition of partitions) {
    const range = ranges.get(partition.topic)?.get(partition.partition);
    const offset = stored.get(partitionKey(partition.topic, partition.partition)) ?? 0n;
    const position = range && positionIn(range, partition, offset);
    if (position) located.set(partition, position);
    else logger.error('kafka.position_outside_log', { group, ...describe(partition, offset, range) });
  }
  return located;
};

/**
 * What retention has deleted is left out. A position beyond the log's end waits: the topic was created anew or has lost
 * records, and to go on would leave out new ones unseen.
 */
const positionIn = ({ low, high }: LogRange, partition: TopicPartition, stored: bigint): Position | null => {
  if (stored > high) return null;
  return createPosition(partition, { stored, next: stored < low ? low : stored });
};

const describe = ({ topic, partition }: TopicPartition, offset: bigint, range: LogRange | undefined) => ({
  topic,
  partition,
  offset: String(offset),
  logEnd: range && String(range.high),
});
