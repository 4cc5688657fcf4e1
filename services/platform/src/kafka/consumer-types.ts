import type { Producer } from './producer.ts';
import type { IncomingRecord, TopicPartition } from './records.ts';

/** What a codec makes of one record. Reasons are closed snake_case words; they become label values and `dlq_reason`. */
export type Decoded<T> =
  | { readonly kind: 'record'; readonly value: T }
  | { readonly kind: 'skip'; readonly reason: string }
  /** A dependency (the registry) is away: the partition waits, without bound. */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs: number }
  | { readonly kind: 'deadLetter'; readonly reason: string };

export interface DecodedRecord<T> {
  readonly record: IncomingRecord;
  readonly value: T;
}

export interface Batch<T> extends TopicPartition {
  /** Where this batch begins. Its first record may come later: gaps are normal on compacted and transactional topics. */
  readonly fetchedOffset: bigint;
  /** Where the position has to be moved to. */
  readonly nextOffset: bigint;
  /** The stored position that this owner read or moved to last: what moving the position compares with. */
  readonly expectedOffset: bigint;
  /** May be empty: then only the position moves. */
  readonly records: readonly DecodedRecord<T>[];
}

/**
 * - `done`: every record has taken effect and the position is at `nextOffset`.
 * - `retry`: a dependency is away. The partition waits for `afterMs`, without bound; the others go on.
 * - `deadLetter`: data at fault. The runner halves the batch until one record remains, which becomes a dead letter.
 * - `superseded`: another owner moved the position; it is read again. Nothing of the batch has taken effect.
 *
 * `applied` is for handlers that take records one by one and store no position: so many records at the batch's
 * beginning have taken effect, and the outcome is about the one after them.
 */
export type BatchOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs: number; readonly applied?: number }
  | { readonly kind: 'deadLetter'; readonly reason: string; readonly applied?: number }
  | { readonly kind: 'superseded' };

/** Reads the positions that the handler's own store keeps; an absent one is 0, the start. */
export interface PositionReader {
  /** Keys are `partitionKey(topic, partition)`. A rejection is taken for an outage of the store and repeated. */
  read(group: string, partitions: readonly TopicPartition[]): Promise<ReadonlyMap<string, bigint>>;
}

export interface DeadLetterOptions {
  readonly producer: Pick<Producer, 'send'>;
  readonly topic: string;
  /**
   * Where dead letters are given back to every group of the service. Each reads it beside its own topics and takes what it had
   * given up itself; such a record has the place of the topic it comes on, and its first one in its headers.
   */
  readonly redriveTopic?: string | undefined;
}

export interface ConsumerOptions<T> {
  /** `<service>.<purpose>`, without the prefix. */
  readonly group: string;
  readonly topics: readonly string[];
  readonly decode: (record: IncomingRecord) => Promise<Decoded<T>> | Decoded<T>;
  readonly apply: (batch: Batch<T>) => Promise<BatchOutcome>;
  /** Without it Kafka's committed offsets are the position (from the beginning when there is none). */
  readonly positions?: PositionReader | undefined;
  readonly deadLetters: DeadLetterOptions;
  /** The consumer cannot go on: the process must exit non-zero, so that it is started again. Called once. */
  readonly onFatal: (error: Error) => void;
  /** Default 1,000. */
  readonly maxBatchRecords?: number | undefined;
  /** Partitions whose batches are in hand at once. Default 1. */
  readonly concurrency?: number | undefined;
  /** An `apply` that makes no progress for so long is reported as not alive. Default 60,000. */
  readonly stuckAfterMs?: number | undefined;
  /** Whether Kafka is told how far the group is. Default true; a group that is not told leaves nothing behind. */
  readonly commits?: boolean | undefined;
  /** How long the dead-letter topic may take nothing before that is fatal. Default 300,000. */
  readonly deadLetterPatienceMs?: number | undefined;
}

export interface ConsumerHealth {
  /** False: this process will not get on by itself. An idle consumer is alive, and one whose broker is away. */
  readonly alive: boolean;
  readonly reason?: string;
}

/**
 * - `running`: there is something to take, and nothing is in the way.
 * - `retrying`: the partition waits; `reason` says for what.
 * - `idle`: everything has been taken.
 * - `elsewhere`: another process of the group has the partition, or none yet: how it fares is not known here.
 */
export type PartitionState = 'running' | 'retrying' | 'idle' | 'elsewhere';

/** How far a group is in one partition, and how it fares there. */
export interface PartitionReport extends TopicPartition {
  readonly group: string;
  /** The next record to take, by the store that decides; null while that does not answer and the partition is elsewhere. */
  readonly position: bigint | null;
  readonly endOffset: bigint;
  readonly lag: bigint | null;
  /** Null when it has not moved since this process has the partition. */
  readonly movedMsAgo: number | null;
  readonly state: PartitionState;
  readonly reason: string | null;
}

export interface Consumer {
  readonly group: string;
  /** Its own dead letters are among those that it is given back. */
  readonly takesRedriven: boolean;
  /** Resolves when the group has been joined, however long the broker takes. */
  start(): Promise<void>;
  /** Finishes the batch in hand and leaves the group, within 10 seconds. */
  stop(): Promise<void>;
  health(): ConsumerHealth;
  /** All partitions of all its topics. Rejects while the broker does not answer. */
  report(): Promise<readonly PartitionReport[]>;
}
