import { createDeadlines } from './deadlines.ts';
import { createDelivery } from './delivery.ts';
import { KafkaSendError } from './errors.ts';
import {
  createProducerConnection,
  createStickyPartitioner,
  type ProducerConnection,
  type ProducerConnectionOptions,
} from './producer-connection.ts';
import type { OutgoingRecord } from './records.ts';
import { createSendQueue, type QueuedRecord, recordSizeBytes, type Ticket } from './send-queue.ts';
import { createProducerMetrics } from './telemetry.ts';
import { outsideOfTraces, type SendTrace, startSendTrace, withTraceHeaders } from './tracing.ts';
import { elapsedMs, endOfTurn, settlesWithin } from './wait.ts';

export interface ProducerOptions {
  /** How long a caller waits for the broker; the send itself goes on. Default 5,000. */
  readonly deadlineMs?: number | undefined;
  /** Records that may wait or be on their way; beyond that `send` is refused. Default 10,000. */
  readonly maxBufferedRecords?: number | undefined;
  /** Their bytes. Default 64 MiB. */
  readonly maxBufferedBytes?: number | undefined;
  /** Each batch becomes a transaction, and starting fences the producer that used this id before. */
  readonly transactionalId?: string | undefined;
  /** How long `stop` waits for what has been accepted. Default 10,000. */
  readonly stopTimeoutMs?: number | undefined;
}

export interface Producer {
  /** Resolves when a broker has answered, however long that takes. */
  start(): Promise<void>;
  /**
   * Resolves when all in-sync replicas have the records; those of one key arrive in order. Rejects with a
   * `KafkaSendError`. Records of one call may end up in several batches.
   */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Refuses new records at once and flushes what it has, for `stopTimeoutMs` at most. */
  stop(): Promise<void>;
  /** True while the last round to the broker worked and none has been waiting for longer than a caller would. */
  isHealthy(): boolean;
}

const DEFAULT_DEADLINE_MS = 5_000;
const DEFAULT_MAX_BUFFERED_RECORDS = 10_000;
const DEFAULT_MAX_BUFFERED_BYTES = 64 * 1_024 * 1_024;
const DEFAULT_STOP_TIMEOUT_MS = 10_000;

/** What the producer needs of its surroundings; tests give it a connection of their own. */
interface ProducerDependencies {
  readonly connect: () => ProducerConnection;
  readonly logger: ProducerConnectionOptions['logger'];
}

export const createProducer = (
  options: ProducerOptions,
  dependencies: Omit<ProducerConnectionOptions, 'createPartitioner'>,
): Producer => {
  const createPartitioner = createStickyPartitioner();
  const connect = () => createProducerConnection({ ...dependencies, createPartitioner });
  return createBatchingProducer(options, { connect, logger: dependencies.logger });
};

/** One batch is on its way at any time; what comes meanwhile is the next one. No timer makes anybody wait. */
export const createBatchingProducer = (
  options: ProducerOptions,
  { connect, logger }: ProducerDependencies,
): Producer => {
  const limits = limitsOf(options);
  const queue = createSendQueue();
  const metrics = createProducerMetrics();
  let isRunning = false;
  let inFlight: readonly QueuedRecord[] = [];
  let inFlightBytes = 0;
  let roundStartedAt: number | null = null;
  let draining: Promise<void> | null = null;

  const deadlines = createDeadlines((ticket) => {
    rejectTicket(ticket, new KafkaSendError('deadline_exceeded', `no acknowledgement within ${limits.deadlineMs} ms`));
  });
  const delivery = createDelivery({
    connect,
    logger,
    isTransactional: options.transactionalId !== undefined,
    settle: { sent: completeRecord, failed: (record, error) => rejectTicket(record.ticket, error) },
  });

  const refusal = (records: readonly OutgoingRecord[]): KafkaSendError | null => {
    if (!isRunning) return new KafkaSendError('stopped', 'the producer is not running');
    if (delivery.fencedBy !== null) return delivery.fencedBy;
    const buffered = queue.size + inFlight.length;
    const isFull = buffered + records.length > limits.maxRecords || queue.sizeBytes + inFlightBytes > limits.maxBytes;
    return buffered > 0 && isFull ? new KafkaSendError('buffer_full', `${buffered} records are waiting`) : null;
  };

  const drain = async (): Promise<void> => {
    while (queue.size > 0 && delivery.fencedBy === null) {
      await gather(queue);
      const bytesBefore = queue.sizeBytes;
      inFlight = queue.take();
      inFlightBytes = bytesBefore - queue.sizeBytes;
      roundStartedAt = elapsedMs();
      await delivery.deliver(inFlight);
      metrics.sent({ records: inFlight.length, seconds: (elapsedMs() - roundStartedAt) / 1_000 });
      inFlight = [];
      inFlightBytes = 0;
      roundStartedAt = null;
    }
    if (delivery.fencedBy !== null) rejectAll(queue.takeAll(), delivery.fencedBy);
    draining = null;
  };

  return {
    async start() {
      await delivery.open();
      isRunning = true;
    },
    send(records) {
      if (records.length === 0) return Promise.resolve();
      const refused = refusal(records);
      if (refused !== null) return Promise.reject(metrics.refused(refused));
      return new Promise((resolve, fail) => {
        const reject = (error: Error) => fail(metrics.refused(error));
        const sendTrace = startSendTrace(records[0]?.topic ?? '', records.length);
        const ticket = createTicket({ records: records.length, limits, resolve, reject, sendTrace });
        for (const record of records) queue.push(queuedRecord(record, ticket, sendTrace));
        deadlines.add(ticket);
        draining ??= outsideOfTraces(drain);
      });
    },
    async stop() {
      isRunning = false;
      if (draining !== null) await settlesWithin(draining, limits.stopTimeoutMs);
      await delivery.close();
      rejectAll(queue.takeAll(), new KafkaSendError('stopped', 'the producer was stopped before it could send'));
    },
    isHealthy: () =>
      isRunning && delivery.isWorking && (roundStartedAt === null || elapsedMs() - roundStartedAt < limits.deadlineMs),
  };
};

/** From here on the cost of a batch is spread well enough: a larger one was measured to save nothing. */
const ENOUGH_RECORDS = 128;
const MOST_TURNS = 8;

/** What the same turn of the event loop still brings goes along, and while a small batch grows, that of the next turns. No timer. */
const gather = async (queue: { readonly size: number }): Promise<void> => {
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const before = queue.size;
    await endOfTurn();
    if (queue.size === before || queue.size >= ENOUGH_RECORDS) return;
  }
};

interface Limits {
  readonly deadlineMs: number;
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly stopTimeoutMs: number;
}

const limitsOf = (options: ProducerOptions): Limits => ({
  deadlineMs: options.deadlineMs ?? DEFAULT_DEADLINE_MS,
  maxRecords: options.maxBufferedRecords ?? DEFAULT_MAX_BUFFERED_RECORDS,
  maxBytes: options.maxBufferedBytes ?? DEFAULT_MAX_BUFFERED_BYTES,
  stopTimeoutMs: options.stopTimeoutMs ?? DEFAULT_STOP_TIMEOUT_MS,
});

interface TicketOptions {
  readonly records: number;
  readonly limits: Limits;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly sendTrace: SendTrace | null;
}

const createTicket = ({ records, limits, resolve, reject, sendTrace }: TicketOptions): Ticket => {
  const deadlineAt = elapsedMs() + limits.deadlineMs;
  if (sendTrace === null) return { remaining: records, isSettled: false, deadlineAt, resolve, reject };
  return {
    remaining: records,
    isSettled: false,
    deadlineAt,
    resolve() {
      sendTrace.end(null);
      resolve();
    },
    reject(error) {
      sendTrace.end(error instanceof KafkaSendError ? error.code : 'unexpected_error');
      reject(error);
    },
  };
};

const queuedRecord = (record: OutgoingRecord, ticket: Ticket, sendTrace: SendTrace | null): QueuedRecord => {
  const headers = withTraceHeaders(record.headers, sendTrace);
  const { topic, key, value, partition } = record;
  const queued = { topic, key, value, headers, sizeBytes: recordSizeBytes(key, value, headers), ticket };
  return partition === undefined ? queued : { ...queued, partition };
};

const completeRecord = ({ ticket }: QueuedRecord): void => {
  ticket.remaining -= 1;
  if (ticket.remaining > 0 || ticket.isSettled) return;
  ticket.isSettled = true;
  ticket.resolve();
};

const rejectTicket = (ticket: Ticket, error: KafkaSendError): void => {
  if (ticket.isSettled) return;
  ticket.isSettled = true;
  ticket.reject(error);
};

const rejectAll = (records: readonly QueuedRecord[], error: KafkaSendError): void => {
  for (const record of records) rejectTicket(record.ticket, error);
};
