export type { RecordedEvent } from './command-handler.ts';
export { createCommandHandler } from './command-handler.ts';
export type { Decider } from './decider.ts';
export type { Append, EventStore } from './event-store.ts';
export { VersionConflict } from './event-store.ts';
