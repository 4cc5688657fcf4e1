/** One call of `send`: it is settled when the last of its records is, or when its deadline passes. */
export interface Ticket {
  remaining: number;
  isSettled: boolean;
  readonly deadlineAt: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** A record as kafkajs takes it, with what the room needs to know. kafkajs ignores the fields that are not its own. */
export interface QueuedRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, string>;
  /** Chosen at the first attempt and kept: a repeat must not go elsewhere, or the broker cannot know it as a repeat. */
  partition?: number;
  readonly sizeBytes: number;
  readonly ticket: Ticket;
}

export interface SendQueue {
  readonly size: number;
  readonly sizeBytes: number;
  push(record: QueuedRecord): void;
  /** The oldest records, as many as fit into one request; at least one unless the queue is empty. */
  take(): QueuedRecord[];
  takeAll(): QueuedRecord[];
}

/** Kafka's default for the largest batch is 1,048,588 bytes; this leaves room for its own framing. */
export const MAX_BATCH_BYTES = 1_000_000;
const MAX_BATCH_RECORDS = 1_000;

const COMPACT_AFTER = 4 * MAX_BATCH_RECORDS;

export const createSendQueue = (): SendQueue => {
  let records: QueuedRecord[] = [];
  let first = 0;
  let sizeBytes = 0;

  const cut = (end: number): QueuedRecord[] => {
    const taken = records.slice(first, end);
    first = end;
    // A queue that is never empty must not keep what was taken from it.
    if (first === records.length || first >= COMPACT_AFTER) {
      records = records.slice(first);
      first = 0;
    }
    return taken;
  };

  return {
    get size() {
      return records.length - first;
    },
    get sizeBytes() {
      return sizeBytes;
    },
    push(record) {
      records.push(record);
      sizeBytes += record.sizeBytes;
    },
    take() {
      let end = first;
      let batchBytes = 0;
      const limit = Math.min(records.length, first + MAX_BATCH_RECORDS);
      while (end < limit) {
        batchBytes += records[end]?.sizeBytes ?? 0;
        if (batchBytes > MAX_BATCH_BYTES && end > first) {
          batchBytes -= records[end]?.sizeBytes ?? 0;
          break;
        }
        end += 1;
      }
      sizeBytes -= batchBytes;
      return cut(end);
    },
    takeAll() {
      sizeBytes = 0;
      return cut(records.length);
    },
  };
};

/** Bytes that a record adds to a request: never too few, and too many where a text could have taken three bytes a unit. */
export const recordSizeBytes = (
  key: Bytes,
  value: Bytes,
  headers: Readonly<Record<string, string>> | undefined,
): number => {
  let size = RECORD_FRAME_BYTES + mostBytesOf(key) + mostBytesOf(value);
  for (const name in headers) {
    size += HEADER_FRAME_BYTES + BYTES_PER_UNIT * (name.length + (headers[name]?.length ?? 0));
  }
  return size;
};

/** What kafkajs takes for a key or a value. */
export type Bytes = string | Buffer | null | undefined;

const mostBytesOf = (bytes: Bytes): number =>
  typeof bytes === 'string' ? BYTES_PER_UNIT * bytes.length : (bytes?.length ?? 0);

/** What UTF-8 takes at most for a unit of UTF-16. */
export const BYTES_PER_UNIT = 3;

/** Lengths and deltas, each in five bytes at most. */
const RECORD_FRAME_BYTES = 32;
const HEADER_FRAME_BYTES = 10;
