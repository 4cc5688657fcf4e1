import { onDatabase, type TopicPartition } from '@tiktok-channel/platform/postgres';
import type { BatchPosition } from '../../application/ports.ts';
import { enter, schemaOf } from './build.store.ts';
import type { Database } from './database.ts';
import { applying, movePositionOrRollBack } from './projection.store.ts';

/** How far somebody is who has read on. */
export interface Reached extends TopicPartition {
  readonly position: bigint;
}

/** `reached` is asked for only while the build is behind. */
export type CloseGaps = (reached: () => Promise<readonly Reached[]>) => Promise<void>;

interface Gap extends TopicPartition {
  readonly from: bigint;
  readonly to: bigint;
}

/**
 * Offsets without a record (marks of transactions, what compaction took) move no position by themselves, and the served build may
 * have moved over them together with a record: without this a build would never be where that one is.
 */
export const createCloseGaps =
  ({
    database,
    group,
    build,
  }: {
    readonly database: Database;
    readonly group: string;
    readonly build: number;
  }): CloseGaps =>
  async (reached) => {
    const gaps = await onDatabase(() => database.$queryRawUnsafe<readonly Gap[]>(gapsSql(build), group));
    if (gaps.length === 0) return;
    for (const position of movesOver(gaps, await reached())) {
      await applying(database, { channel: [] }, async (tx) => {
        await enter(tx, build);
        await movePositionOrRollBack(tx, group, position);
      });
    }
  };

/** As far as was read on, and no farther than the served build is. */
const movesOver = (gaps: readonly Gap[], reached: readonly Reached[]): readonly BatchPosition[] => {
  const positions = new Map(reached.map((each) => [placeOf(each), each.position]));
  return gaps.flatMap(({ topic, partition, from, to }) => {
    const position = positions.get(placeOf({ topic, partition })) ?? 0n;
    return position > from ? [{ topic, partition, expected: from, next: position < to ? position : to }] : [];
  });
};

const placeOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

const gapsSql = (build: number): string => `
SELECT topic, partition, coalesce(own.next_offset, 0) AS "from", served.next_offset AS "to"
  FROM consumer_positions served LEFT JOIN ${schemaOf(build)}.consumer_positions own USING (consumer_group, topic, partition)
 WHERE consumer_group = $1 AND served.next_offset > coalesce(own.next_offset, 0)`;
