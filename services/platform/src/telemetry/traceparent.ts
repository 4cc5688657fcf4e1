import { context, propagation } from '@opentelemetry/api';

/** The trace of the work that is going on (W3C), for what an outbox publishes later; undefined without one. */
export const currentTraceparent = (): string | undefined => {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
};
