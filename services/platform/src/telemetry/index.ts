export { createLogger, describeError } from './logger.ts';
export { type Telemetry, telemetry, telemetryPart } from './running.ts';
export { currentTraceparent } from './traceparent.ts';
