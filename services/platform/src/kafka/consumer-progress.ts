import type { Logger } from '../kernel/index.ts';
import type { LogRange } from './admin.ts';
import type { Assignment } from './assignment.ts';
import { errorMessage } from './errors.ts';
import { partitionKey, type TopicPartition } from './records.ts';
import { type PartitionProgress, showProgress } from './telemetry.ts';
import { elapsedMs } from './wait.ts';

export interface ConsumerProgress {
  stop(): void;
}

interface ProgressOptions {
  readonly group: string;
  readonly assignment: Pick<Assignment, 'owned'>;
  /** The store keeps positions: one that cannot be read is a partition that stands still. */
  readonly storesPositions: boolean;
  /** Rejects while the broker is away. */
  readonly logRanges: (topic: string) => Promise<ReadonlyMap<number, LogRange>>;
  readonly logger: Logger;
}

/** Its position is `null` while that is being read, or nothing of it has been fetched. */
type Owned = ReturnType<Assignment['owned']>[number];

interface Seen {
  readonly nextOffset: bigint | null;
  readonly lag: number;
  /** In `elapsedMs`; null when all had been processed. */
  readonly stalledSince: number | null;
}

const LOOK_EVERY_MS = 5_000;

/** Compares positions with the ends of the log: neither a fetch nor its absence tells how much waits behind a pause. */
export const watchProgress = (options: ProgressOptions): ConsumerProgress => {
  const { group, assignment, logRanges, logger } = options;
  let seen: ReadonlyMap<string, TopicPartition & Seen> = new Map();

  const look = async (): Promise<void> => {
    const partitions = assignment.owned();
    const ranges = new Map<string, ReadonlyMap<number, LogRange>>();
    for (const topic of new Set(partitions.map(({ topic: name }) => name))) ranges.set(topic, await logRanges(topic));
    seen = new Map(
      partitions.flatMap((partition) => {
        const key = partitionKey(partition.topic, partition.partition);
        const range = ranges.get(partition.topic)?.get(partition.partition);
        const now = range && seeAgain(options, partition, { range, before: seen.get(key) });
        return now ? [[key, { topic: partition.topic, partition: partition.partition, ...now }] as const] : [];
      }),
    );
  };
  const end = showProgress(group, () => [...seen.values()].map(progressOf));

  const timer = setInterval(() => {
    // With the broker away what was seen last stays: what stood still then stands still.
    look().catch((error: unknown) => logger.debug('kafka.progress_unseen', { group, reason: errorMessage(error) }));
  }, LOOK_EVERY_MS).unref();

  return {
    stop() {
      clearInterval(timer);
      end();
    },
  };
};

const seeAgain = (
  { storesPositions }: ProgressOptions,
  { position }: Owned,
  { range, before }: { readonly range: LogRange; readonly before: Seen | undefined },
): Seen | null => {
  if (position === null && !storesPositions) return null;
  const at = position?.nextOffset ?? before?.nextOffset ?? range.low;
  const lag = Math.max(0, Number(range.high - at));
  if (lag === 0) return { nextOffset: at, lag, stalledSince: null };
  const hasMoved = before === undefined || before.nextOffset !== at;
  return { nextOffset: at, lag, stalledSince: hasMoved ? elapsedMs() : (before.stalledSince ?? elapsedMs()) };
};

const progressOf = ({ topic, partition, lag, stalledSince }: TopicPartition & Seen): PartitionProgress => ({
  topic,
  partition,
  lag,
  stalledSeconds: stalledSince === null ? 0 : (elapsedMs() - stalledSince) / 1_000,
});
