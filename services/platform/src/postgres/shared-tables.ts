/**
 * The tables that this room reads and writes. A service copies those that it uses into its first migration, word by
 * word, and a spec of that service compares. Times are epoch milliseconds from the service's clock.
 */
export const SHARED_TABLES_SQL = {
  consumerPositions: `CREATE TABLE consumer_positions (
  consumer_group TEXT NOT NULL,
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  next_offset BIGINT NOT NULL,
  PRIMARY KEY (consumer_group, topic, partition)
);`,

  events: `CREATE TABLE events (
  stream_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  type TEXT NOT NULL,
  data JSONB NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (stream_id, version)
);`,

  requestRates: `CREATE TABLE request_rates (
  share TEXT PRIMARY KEY,
  next_at BIGINT NOT NULL
);`,

  outbox: `CREATE TABLE outbox (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id TEXT NOT NULL,
  topic TEXT NOT NULL,
  key TEXT,
  value BYTEA,
  headers JSONB NOT NULL,
  created_at BIGINT NOT NULL,
  published_at BIGINT,
  set_aside_at BIGINT
);
CREATE INDEX outbox_unpublished ON outbox (id) WHERE published_at IS NULL AND set_aside_at IS NULL;
CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;
CREATE TABLE outbox_relay (
  id SMALLINT PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  epoch BIGINT NOT NULL,
  beat BIGINT NOT NULL,
  held BOOLEAN NOT NULL
);`,
} as const;
