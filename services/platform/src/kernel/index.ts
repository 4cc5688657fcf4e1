export { assertNever } from './assert-never.ts';
export { DependencyUnavailable } from './dependency-unavailable.ts';
export { eventIds } from './event-ids.ts';
export { fingerprint, naturalId } from './natural-id.ts';
export type { Clock, IdGenerator, LogFields, Logger } from './ports.ts';
export { ok, type Result, refuse } from './result.ts';
export { silentLogger } from './silent-logger.ts';
export { storableText } from './storable-text.ts';
