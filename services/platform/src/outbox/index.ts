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
