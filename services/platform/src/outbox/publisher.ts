import type { Clock, Logger } from '../kernel/index.ts';
import type { Lease } from './lease.ts';
import type { OutboxRecord, OutboxStore, StoredOutboxRow } from './ports.ts';
import { BrokerFailure } from './producers.ts';

export interface PublisherOptions {
  readonly store: OutboxStore;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly send: (records: readonly OutboxRecord[]) => Promise<void>;
  readonly settings: { readonly maxRows: number; readonly maxBytes: number; readonly keepPublishedMs: number };
}

/** Publishes batch after batch, for a replica that holds the lease. */
export interface Publisher {
  /** One read, one produce, one mark. Answers whether there may be more. */
  publishNext(): Promise<boolean>;
}

const PRUNE_EVERY_MS = 60_000;
const PRUNE_MAX_ROWS = 2_000;

export const createPublisher = ({ store, lease, clock, logger, send, settings }: PublisherOptions): Publisher => {
  let maxRows = settings.maxRows;
  let prunedAt = Number.NEGATIVE_INFINITY;

  /** A bounded share of the expired rows, so that a large rest delays no record. */
  const prune = async (): Promise<void> => {
    const now = clock.now();
    if (Math.abs(now - prunedAt) < PRUNE_EVERY_MS) return;
    const limits = { publishedBeforeMs: now - settings.keepPublishedMs, maxRows: PRUNE_MAX_ROWS };
    if ((await store.prune(limits)) < PRUNE_MAX_ROWS) prunedAt = now;
  };

  /** The rows are out; marking them fails only for a replica that has been superseded, whose successor repeats them. */
  const markPublished = async (epoch: bigint, rows: readonly StoredOutboxRow[]): Promise<void> => {
    const mark = { epoch, ids: rows.map(({ id }) => id), atMs: clock.now() };
    if (!(await store.markPublished(mark))) lease.lose();
    logger.debug('outbox.published', { records: rows.length });
  };

  /** Halves the batch until one row is left, and takes that one out of the way: it would hold up every other for ever. */
  const narrowDown = async (epoch: bigint, rows: readonly StoredOutboxRow[], error: BrokerFailure): Promise<void> => {
    const [row] = rows;
    if (rows.length > 1 || row === undefined) {
      maxRows = Math.ceil(rows.length / 2);
      return;
    }
    logger.error('outbox.row_set_aside', { id: String(row.id), eventId: row.eventId, topic: row.record.topic }, error);
    if (!(await store.setAside({ epoch, id: row.id, atMs: clock.now() }))) lease.lose();
  };

  const publish = async (epoch: bigint, rows: readonly StoredOutboxRow[]): Promise<void> => {
    try {
      await send(rows.map(({ record }) => record));
    } catch (error) {
      if (error instanceof BrokerFailure && error.refusesRecord) return narrowDown(epoch, rows, error);
      throw error;
    }
    maxRows = Math.min(maxRows * 2, settings.maxRows);
    await markPublished(epoch, rows);
  };

  return {
    async publishNext() {
      await prune();
      const rows = await store.readUnpublished({ maxRows, maxBytes: settings.maxBytes });
      if (rows.length === 0) return false;
      // Right before the send: a replica that was frozen with this batch in hand notices it here.
      if (!(await lease.hold()) || lease.epoch === null) return false;
      await publish(lease.epoch, rows);
      return true;
    },
  };
};
