/** Header names of CloudEvents 1.0 in Kafka's binary mode, of W3C trace context, and of dead letters. */
export const HEADERS = {
  id: 'ce_id',
  source: 'ce_source',
  specVersion: 'ce_specversion',
  type: 'ce_type',
  time: 'ce_time',
  subject: 'ce_subject',
  partitionKey: 'ce_partitionkey',
  correlationId: 'ce_correlationid',
  causationId: 'ce_causationid',
  contentType: 'content-type',
  traceParent: 'traceparent',
  deadLetterReason: 'dlq_reason',
  deadLetterAttempts: 'dlq_attempts',
  deadLetterTopic: 'dlq_topic',
  deadLetterPartition: 'dlq_partition',
  deadLetterOffset: 'dlq_offset',
  deadLetterGroup: 'dlq_group',
  /** Present when a dead letter came without its value, since value and headers together were too large for the topic. */
  deadLetterValueOmitted: 'dlq_value_omitted',
  /** Of a dead letter that was given back: its `<partition>-<offset>` on the dead-letter topic. */
  redrivenFrom: 'dlq_redriven_from',
} as const;

export interface CloudEvent {
  /** The natural id of the fact: the same for a redelivery. */
  readonly id: string;
  /** `/tiktok-channel/<service>` */
  readonly source: string;
  /** The full name of the record. */
  readonly type: string;
  /** When the fact happened, in epoch milliseconds. */
  readonly timeMs: number;
  readonly subject?: string | undefined;
  /** The record's key; absent when it has none. */
  readonly partitionKey?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly causationId?: string | undefined;
  /** Only for what is sent later than it was caused (an outbox); else the producer writes the caller's. */
  readonly traceparent?: string | undefined;
}

/** Throws a RangeError when `timeMs` is no time. */
export const cloudEventHeaders = (event: CloudEvent): Record<string, string> => {
  // Names as in HEADERS, written out: an object with computed names is slower to make and to read.
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_source: event.source,
    ce_type: event.type,
    ce_time: isoTime(event.timeMs),
    'content-type': 'application/avro',
  };
  if (event.subject !== undefined) headers[HEADERS.subject] = event.subject;
  if (event.partitionKey !== undefined) headers[HEADERS.partitionKey] = event.partitionKey;
  if (event.correlationId !== undefined) headers[HEADERS.correlationId] = event.correlationId;
  if (event.causationId !== undefined) headers[HEADERS.causationId] = event.causationId;
  if (event.traceparent !== undefined) headers[HEADERS.traceParent] = event.traceparent;
  return headers;
};

/** The text of a whole second up to its point: records in a row are mostly of one second. */
let second = { startMs: Number.NaN, text: '' };

const isoTime = (timeMs: number): string => {
  const startMs = Math.floor(timeMs / 1_000) * 1_000;
  if (startMs !== second.startMs) second = { startMs, text: textOfSecond(startMs) };
  return `${second.text}${String(Math.floor(timeMs) - startMs).padStart(3, '0')}Z`;
};

const UP_TO_THE_POINT = -4;

const textOfSecond = (startMs: number): string =>
  // biome-ignore lint/style/noRestrictedGlobals: formats a time that was given, reads no clock
  new Date(startMs).toISOString().slice(0, UP_TO_THE_POINT);
