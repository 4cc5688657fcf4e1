import {
  type Attributes,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

/** The trace of the work that is going on (W3C), for what an outbox publishes later; undefined without one. */
export const currentTraceparent = (): string | undefined => {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
};

const contextOf = (traceparent: string) => propagation.extract(ROOT_CONTEXT, { traceparent });

interface ContinuedSpan<T> {
  readonly name: string;
  readonly attributes: Attributes;
  /** What the result says of the span, added at its end; `error.type` marks it as failed. */
  readonly attributesOf: (result: T) => Attributes;
}

/** Work that goes on in a trace which was stored with what it is about. Without one it is not traced. */
export const continuingTrace = async <T>(
  traceparent: string | null,
  { name, attributes, attributesOf }: ContinuedSpan<T>,
  work: () => Promise<T>,
): Promise<T> => {
  if (traceparent === null || propagation.fields().length === 0) return work();
  const parent = contextOf(traceparent);
  const span = trace
    .getTracer('@tiktok-channel/platform')
    .startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent);
  try {
    const result = await context.with(trace.setSpan(parent, span), work);
    const found = attributesOf(result);
    span.setAttributes(found);
    if (found['error.type'] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
    return result;
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
};

/** Says in one stored trace, by a span without duration, that it belongs with another. Nothing where one of them is missing. */
export const linkTraces = (traceparent: string | null, linkedTraceparent: string | null, name: string): void => {
  if (traceparent === null || linkedTraceparent === null) return;
  const linked = trace.getSpanContext(contextOf(linkedTraceparent));
  if (linked === undefined) return;
  trace
    .getTracer('@tiktok-channel/platform')
    .startSpan(name, { links: [{ context: linked }] }, contextOf(traceparent))
    .end();
};
