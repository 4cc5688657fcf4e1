/** A record as the Kafka room sends it. */
export interface OutboxRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly value: Buffer | null;
  /** With the `traceparent` of the work that caused it, so that the trace goes on behind the outbox. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a transaction leaves to be published. `eventId` is the record's `ce_id`. */
export interface OutboxRow {
  readonly eventId: string;
  readonly record: OutboxRecord;
}

export interface StoredOutboxRow extends OutboxRow {
  readonly id: bigint;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/**
 * Who relays. `epoch` grows with every takeover, `beat` with every sign of life of the holder. Time is not part of it:
 * whoever waits measures on its own clock how long the beat stands still, so clocks need not agree between replicas.
 */
export interface RelayLease {
  readonly epoch: bigint;
  readonly beat: bigint;
  readonly held: boolean;
}

export interface OutboxStore {
  readLease(): Promise<RelayLease>;
  /** Takes the lease if it still is as `seen`. `null`: somebody else was faster, or the holder lives. */
  takeLease(seen: RelayLease): Promise<RelayLease | null>;
  /** `false`: the lease is another's. */
  renewLease(epoch: bigint): Promise<boolean>;
  releaseLease(epoch: bigint): Promise<void>;

  /** Unpublished rows by id, at most `maxRows`, and at most about `maxBytes` of values, but at least one if there is one. */
  readUnpublished(limits: { readonly maxRows: number; readonly maxBytes: number }): Promise<readonly StoredOutboxRow[]>;
  /** Marks and renews the lease in one statement. `false`: the lease is another's, and nothing was marked. */
  markPublished(mark: {
    readonly epoch: bigint;
    readonly ids: readonly bigint[];
    readonly atMs: number;
  }): Promise<boolean>;
  /** Takes a row out of the way that the broker will never accept. `false` as in `markPublished`. */
  setAside(row: { readonly epoch: bigint; readonly id: bigint; readonly atMs: number }): Promise<boolean>;
  /** Deletes published rows, at most `maxRows`; answers how many. */
  prune(limits: { readonly publishedBeforeMs: number; readonly maxRows: number }): Promise<number>;
  /** For metrics and the operator endpoint. `oldestCreatedAt`: of the unpublished rows. */
  readBacklog(): Promise<OutboxBacklog>;
}

export interface OutboxBacklog {
  readonly unpublished: number;
  readonly setAside: number;
  readonly oldestCreatedAt: number | null;
}

/** What the relay needs of the Kafka room's producer. */
export interface RelayProducer {
  /**
   * Waits for the broker, and rejects when stopped meanwhile. With a transactional id it has taken a new epoch when it
   * resolves, so that every earlier producer of that id is fenced.
   */
  start(): Promise<void>;
  /**
   * Resolves when every record is stored (`acks=all`; with a transactional id, committed). A rejection whose `code` is
   * `record_refused` says that the broker will never take one of them. Any other makes the relay replace this producer.
   */
  send(records: readonly OutboxRecord[]): Promise<void>;
  /** Ends what is still waiting by a rejection. */
  stop(): Promise<void>;
}

/** As the Kafka room's `createProducer`. */
export type CreateRelayProducer = (options: {
  readonly deadlineMs: number;
  readonly stopTimeoutMs: number;
  readonly transactionalId?: string;
}) => RelayProducer;
