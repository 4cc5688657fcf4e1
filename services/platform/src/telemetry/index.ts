export { createLogger } from './logger.ts';
export { telemetry, telemetryPart } from './running.ts';
export { currentTraceparent } from './traceparent.ts';
