export type {
  CreateRelayProducer,
  OutboxBacklog,
  OutboxRecord,
  OutboxRow,
  OutboxStore,
  RelayLease,
  RelayProducer,
  StoredOutboxRow,
} from './ports.ts';
export type { OutboxRelay, RelayHealth } from './relay.ts';
export { createOutboxRelay } from './relay.ts';
export type { OutboxRelayOptions, OutboxRelaySettings } from './relay-options.ts';
export type { RelayTrouble } from './trouble.ts';
