/**
 * - `buffer_full`: too much is waiting already; nothing of this call was taken.
 * - `deadline_exceeded`: the broker has not acknowledged in time. The send goes on and may still succeed.
 * - `stopped`: the producer was told to stop before the broker acknowledged, so the records may or may not be there.
 * - `record_refused`: the broker will never take one of these records (too large, no key on a compacted topic).
 * - `fenced`: another producer took over this transactional id; this one is of no use any more.
 */
export type KafkaSendErrorCode = 'buffer_full' | 'deadline_exceeded' | 'stopped' | 'record_refused' | 'fenced';

const RETRYABLE: Readonly<Record<KafkaSendErrorCode, boolean>> = {
  buffer_full: true,
  deadline_exceeded: true,
  stopped: true,
  record_refused: false,
  fenced: false,
};

export class KafkaSendError extends Error {
  override readonly name = 'KafkaSendError';
  readonly code: KafkaSendErrorCode;
  readonly retryable: boolean;

  constructor(code: KafkaSendErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.retryable = RETRYABLE[code];
  }
}

/** The broker's verdict on a failed produce request, for the owner of the connection. */
export type ProduceFailure = 'record_refused' | 'fenced' | 'unknown';

/** Kafka's error codes by kafkajs's names. Each means that nothing of the partition's batch was stored. */
const RECORD_FAULTS: ReadonlySet<string> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'INVALID_TOPIC_EXCEPTION',
]);

/** Brokers answer `PRODUCER_FENCED` to newer protocol versions only than kafkajs speaks; it gets the epoch's error. */
const FENCING = 'INVALID_PRODUCER_EPOCH';

export const produceFailure = (error: unknown): ProduceFailure => {
  const types = protocolErrors(error);
  if (types.includes(FENCING)) return 'fenced';
  if (types.some((type) => RECORD_FAULTS.has(type))) return 'record_refused';
  return 'unknown';
};

/** Kafka's error names in `error` and its causes: kafkajs wraps what it gives up on, up to three deep. */
export const protocolErrors = (error: unknown): readonly string[] => {
  const types: string[] = [];
  let current = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    if ('type' in current && typeof current.type === 'string') types.push(current.type);
    current = current.cause;
  }
  return types;
};

export const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));
