import {
  type Attributes,
  type Context,
  context,
  defaultTextMapGetter,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { HEADERS } from './headers.ts';
import type { IncomingRecord } from './records.ts';

/** The room makes its own spans and takes no instrumentation of kafkajs (decision 0004). */
const tracer = trace.getTracer('@tiktok-channel/platform/kafka');

const MESSAGING_SYSTEM = 'messaging.system';
const MESSAGING_DESTINATION = 'messaging.destination.name';
const MESSAGING_OPERATION = 'messaging.operation.type';
const MESSAGING_GROUP = 'messaging.consumer.group.name';
const MESSAGING_PARTITION = 'messaging.destination.partition.id';
const MESSAGING_OFFSET = 'messaging.kafka.offset';
const MESSAGING_BATCH_SIZE = 'messaging.batch.message_count';
const OUTCOME = 'tiktok_channel.outcome';

/** The spans that this room makes, for the table of telemetry. */
export const SPANS = {
  'send <topic>': 'records handed to the broker, until all in-sync replicas have them',
  'process <topic>': 'a record, or a batch that links to the traces of its records, taking effect',
} as const;

export interface SendTrace {
  /** To be added to each record that does not carry a trace of its own. */
  readonly headers: Readonly<Record<string, string>>;
  end(errorCode: string | null): void;
}

/** `null` when the caller is not being traced, which costs next to nothing. */
export const startSendTrace = (topic: string, records: number): SendTrace | null => {
  const parent = context.active();
  const parentSpan = trace.getSpanContext(parent);
  if (parentSpan === undefined || !isSpanContextValid(parentSpan)) return null;

  const attributes: Attributes = {
    [MESSAGING_SYSTEM]: 'kafka',
    [MESSAGING_OPERATION]: 'send',
    [MESSAGING_DESTINATION]: topic,
    [MESSAGING_BATCH_SIZE]: records,
  };
  const span = tracer.startSpan(`send ${topic}`, { kind: SpanKind.PRODUCER, attributes }, parent);
  const headers: Record<string, string> = {};
  propagation.inject(trace.setSpan(parent, span), headers);
  return { headers, end: (errorCode) => endSpan(span, errorCode) };
};

export const withTraceHeaders = (
  headers: Readonly<Record<string, string>>,
  sendTrace: SendTrace | null,
): Record<string, string> => {
  if (sendTrace === null || headers[HEADERS.traceParent] !== undefined) return headers;
  return { ...headers, ...sendTrace.headers };
};

/** Runs what serves all callers outside of any caller's trace. */
export const outsideOfTraces = <T>(work: () => T): T => context.with(ROOT_CONTEXT, work);

/**
 * One span for each record that came with a trace, in that trace. A batch of one record is processed in that span;
 * a larger one in a span of its own that links to them, since it belongs to no single trace.
 */
export const traceProcessing = async <T extends { readonly kind: string }>(
  group: string,
  records: readonly IncomingRecord[],
  work: () => Promise<T>,
): Promise<T> => {
  const traced = isTracing() ? records.filter(isTraced) : [];
  if (traced.length === 0) return work();

  const spans = traced.map((record) => startRecordSpan(group, record));
  const [only] = spans;
  const span = records.length === 1 && only !== undefined ? only : startBatchSpan(group, records, spans);
  try {
    const outcome = await context.with(trace.setSpan(ROOT_CONTEXT, span), work);
    endAll([...spans, span], outcome.kind);
    return outcome;
  } catch (error) {
    endAll([...spans, span], 'unexpected_error');
    throw error;
  }
};

/** No propagator: no SDK was started. */
const isTracing = (): boolean => propagation.fields().length > 0;

const isTraced = ({ headers }: IncomingRecord): boolean => headers[HEADERS.traceParent] !== undefined;

const contextOf = (record: IncomingRecord): Context =>
  propagation.extract(ROOT_CONTEXT, record.headers, defaultTextMapGetter);

const startRecordSpan = (group: string, record: IncomingRecord): Span => {
  const attributes = { ...processAttributes(group, record), [MESSAGING_OFFSET]: Number(record.offset) };
  return tracer.startSpan(`process ${record.topic}`, { kind: SpanKind.CONSUMER, attributes }, contextOf(record));
};

const startBatchSpan = (group: string, records: readonly IncomingRecord[], spans: readonly Span[]): Span => {
  const [first] = records;
  const attributes = { ...(first && processAttributes(group, first)), [MESSAGING_BATCH_SIZE]: records.length };
  const links = spans.map((span) => ({ context: span.spanContext() }));
  const name = `process ${first?.topic ?? 'batch'}`;
  return tracer.startSpan(name, { kind: SpanKind.CONSUMER, attributes, links }, ROOT_CONTEXT);
};

const processAttributes = (group: string, record: IncomingRecord): Attributes => ({
  [MESSAGING_SYSTEM]: 'kafka',
  [MESSAGING_OPERATION]: 'process',
  [MESSAGING_DESTINATION]: record.topic,
  [MESSAGING_GROUP]: group,
  [MESSAGING_PARTITION]: String(record.partition),
});

const endAll = (spans: readonly Span[], outcome: string): void => {
  for (const span of new Set(spans)) {
    span.setAttribute(OUTCOME, outcome);
    endSpan(span, outcome === 'done' ? null : outcome);
  }
};

const endSpan = (span: Span, errorCode: string | null): void => {
  if (errorCode !== null) {
    span.setAttribute('error.type', errorCode);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
};
