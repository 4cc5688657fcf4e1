/** A record on its way to a topic. Topics are logical names: the room adds the prefix of the cluster's share. */
export interface OutgoingRecord {
  readonly topic: string;
  /** Records with one key keep their order; `null` spreads them over the partitions. */
  readonly key: string | null;
  /** `null` is a tombstone. */
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Only for what belongs beside another record: else the key decides. */
  readonly partition?: number | undefined;
}

/** A record as it came from a topic; `topic` is the logical name. */
export interface IncomingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The record's own time in epoch milliseconds, as its producer or the broker stamped it. */
  readonly timestampMs: number;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** `${topic}/${partition}`: how a partition is named in maps and in `PositionReader`. */
export const partitionKey = (topic: string, partition: number): string => `${topic}/${partition}`;
