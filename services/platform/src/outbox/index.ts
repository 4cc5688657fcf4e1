export type {
  CreateRelayProducer,
  OutboxBacklog,
  OutboxRecord,
  OutboxRow,
  OutboxStore,
  RelayLease,
  StoredOutboxRow,
} from './ports.ts';
export type { OutboxRelay } from './relay.ts';
export { createOutboxRelay } from './relay.ts';
export type { OutboxRelaySettings } from './relay-options.ts';
