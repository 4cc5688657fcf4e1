import type { SqlClient } from './sql-client.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

interface PositionRow {
  readonly topic: string;
  readonly partition: number;
  readonly next_offset: bigint;
}

/** Next offsets by `<topic>/<partition>`; a partition that was never moved is absent, which means its start. */
export const readPositions = async (
  client: SqlClient,
  group: string,
  partitions: readonly TopicPartition[],
): Promise<ReadonlyMap<string, bigint>> => {
  const rows = await client.$queryRawUnsafe<PositionRow[]>(
    `SELECT p.topic, p.partition, p.next_offset
       FROM consumer_positions p
       JOIN unnest($2::text[], $3::int[]) AS wanted (topic, partition) USING (topic, partition)
      WHERE p.consumer_group = $1`,
    group,
    partitions.map(({ topic }) => topic),
    partitions.map(({ partition }) => partition),
  );
  return new Map(rows.map((row) => [`${row.topic}/${row.partition}`, row.next_offset]));
};

export interface PositionMove extends TopicPartition {
  readonly group: string;
  /** The position that this owner read or last moved to; 0 when there was none. */
  readonly expected: bigint;
  readonly next: bigint;
}

/**
 * Moves a position by compare-and-set, in the transaction of the batch. `false`: another owner moved it; then the
 * transaction must be rolled back and the position read again.
 */
export const movePosition = async (
  tx: SqlClient,
  { group, topic, partition, expected, next }: PositionMove,
): Promise<boolean> => {
  const moved = await tx.$executeRawUnsafe(
    `INSERT INTO consumer_positions AS p (consumer_group, topic, partition, next_offset)
     SELECT $1, $2, $3::int, $5::bigint
      WHERE $4::bigint = 0
         OR EXISTS (SELECT FROM consumer_positions WHERE consumer_group = $1 AND topic = $2 AND partition = $3::int)
     ON CONFLICT (consumer_group, topic, partition)
     DO UPDATE SET next_offset = EXCLUDED.next_offset WHERE p.next_offset = $4::bigint`,
    group,
    topic,
    partition,
    expected,
    next,
  );
  return moved === 1;
};
