import { assertNever, type Logger } from '../kernel/index.ts';
import { errorMessage, KafkaSendError, produceFailure } from './errors.ts';
import type { ProducerConnection } from './producer-connection.ts';
import { createReconnecting } from './reconnecting.ts';
import { partitionKey } from './records.ts';
import type { QueuedRecord } from './send-queue.ts';

/** Brings batches to the broker, one at a time, until each record has been acknowledged or refused. */
export interface Delivery {
  /** Opens the first connection; waits for the broker without bound and rejects only when closed meanwhile. */
  open(): Promise<void>;
  /** Never rejects: what becomes of each record goes to `settle`. */
  deliver(records: readonly QueuedRecord[]): Promise<void>;
  close(): Promise<void>;
  /** Set for good once this producer has been fenced. */
  readonly fencedBy: KafkaSendError | null;
  /** False from a failure on until the next batch goes through. */
  readonly isWorking: boolean;
}

export interface DeliveryOptions {
  readonly connect: () => ProducerConnection;
  readonly isTransactional: boolean;
  readonly settle: { sent(record: QueuedRecord): void; failed(record: QueuedRecord, error: KafkaSendError): void };
  readonly logger: Logger;
}

type Attempt =
  | { readonly kind: 'sent'; readonly missing: readonly QueuedRecord[] }
  | { readonly kind: 'stopped'; readonly error: unknown }
  | { readonly kind: 'fenced'; readonly error: unknown }
  | { readonly kind: 'record_refused'; readonly error: unknown }
  | { readonly kind: 'unknown'; readonly error: unknown };

export const createDelivery = ({ connect, isTransactional, settle, logger }: DeliveryOptions): Delivery => {
  const connection = createReconnecting(connect, logger);
  let isWorking = false;
  let fencedBy: KafkaSendError | null = null;

  const attempt = async (records: readonly QueuedRecord[]): Promise<Attempt> => {
    try {
      const current = await connection.current();
      return { kind: 'sent', missing: await current.send(records) };
    } catch (error) {
      if (connection.isClosed) return { kind: 'stopped', error };
      const kind = produceFailure(error);
      // A transaction's producer that opens again would fence whoever took over meanwhile: the owner has to decide.
      return { kind: kind === 'unknown' && isTransactional ? 'fenced' : kind, error };
    }
  };

  const failAll = (records: readonly QueuedRecord[], error: KafkaSendError): void => {
    for (const record of records) settle.failed(record, error);
  };

  const acknowledge = (records: readonly QueuedRecord[], missing: readonly QueuedRecord[]): void => {
    if (missing.length > 0) logger.warn('kafka.records_unacknowledged', { records: missing.length });
    const unsent = missing.length > 0 ? new Set(missing) : null;
    for (const record of records) if (unsent?.has(record) !== true) settle.sent(record);
  };

  /**
   * Finds the record at fault. First each partition for itself, as it was sent: what the broker has stored already it
   * knows as a repeat. Then the partition that it refused by halves: of that nothing was stored.
   */
  const isolate = async (records: readonly QueuedRecord[], error: unknown): Promise<void> => {
    if (isTransactional) await connection.discard(error);
    if (records.length === 1) return failAll(records, refusedError(error));
    for (const part of parts(records)) await deliver(part);
  };

  const fence = async (records: readonly QueuedRecord[], cause: unknown): Promise<void> => {
    fencedBy = new KafkaSendError('fenced', 'another producer took over this transactional id, or may have', { cause });
    failAll(records, fencedBy);
    await connection.discard(cause);
  };

  /** The records that have to be sent again; none when all are settled. */
  const settleAttempt = async (
    records: readonly QueuedRecord[],
    outcome: Attempt,
  ): Promise<readonly QueuedRecord[]> => {
    isWorking = outcome.kind === 'sent' || outcome.kind === 'record_refused';
    switch (outcome.kind) {
      case 'sent':
        acknowledge(records, outcome.missing);
        return outcome.missing;
      case 'unknown':
        await connection.discard(outcome.error);
        return records;
      case 'record_refused':
        await isolate(records, outcome.error);
        return [];
      case 'fenced':
        await fence(records, outcome.error);
        return [];
      case 'stopped':
        failAll(records, stoppedError(outcome.error));
        return [];
      default:
        return assertNever(outcome);
    }
  };

  const deliver = async (records: readonly QueuedRecord[]): Promise<void> => {
    let rest = records;
    while (rest.length > 0) rest = await settleAttempt(rest, await attempt(rest));
  };

  return {
    async open() {
      await connection.current();
      isWorking = true;
    },
    deliver,
    close: connection.close,
    get fencedBy() {
      return fencedBy;
    },
    get isWorking() {
      return isWorking;
    },
  };
};

const parts = (records: readonly QueuedRecord[]): readonly (readonly QueuedRecord[])[] => {
  const byPartition = Map.groupBy(records, ({ topic, partition }) => partitionKey(topic, partition ?? -1));
  if (byPartition.size > 1) return [...byPartition.values()];
  const middle = records.length >> 1;
  return [records.slice(0, middle), records.slice(middle)];
};

const stoppedError = (cause: unknown) =>
  new KafkaSendError('stopped', 'the producer was stopped before the broker acknowledged', { cause });

const refusedError = (cause: unknown) =>
  new KafkaSendError('record_refused', `the broker refuses this record: ${errorMessage(cause)}`, { cause });
