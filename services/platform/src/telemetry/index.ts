export {
  type DeclaredOptions,
  declaredMetrics,
  declaringMeter,
  LATENCY_SECONDS,
  type LabelValues,
  type LogEvents,
  type MetricDeclaration,
} from './declared-metrics.ts';
export { createLogger } from './logger.ts';
export { telemetry, telemetryPart } from './running.ts';
export { observeRuntime } from './runtime-metrics.ts';
export { continuingTrace, currentTraceparent, linkTraces } from './traceparent.ts';
export { createWatch, type Watch } from './watch.ts';
