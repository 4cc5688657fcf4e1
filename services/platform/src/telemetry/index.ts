export { createLogger, describeError } from './logger.ts';
export { type Telemetry, telemetry } from './running.ts';
