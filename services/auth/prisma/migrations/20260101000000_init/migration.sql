CREATE TABLE events (
  stream_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  type TEXT NOT NULL,
  data JSONB NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (stream_id, version)
);

CREATE TABLE outbox (
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
);

CREATE TABLE channels (
  channel_id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL,
  status TEXT NOT NULL,
  username TEXT,
  display_name TEXT,
  profile_image_url TEXT,
  granted_scopes TEXT[] NOT NULL,
  missing_scopes TEXT[] NOT NULL,
  authorized_at BIGINT NOT NULL,
  visible_from BIGINT
);
CREATE INDEX channels_of_account ON channels (account_id);

CREATE TABLE channel_tokens (
  channel_id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  sealed TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  access_expires_at BIGINT NOT NULL,
  refresh_expires_at BIGINT NOT NULL,
  refresh_not_before BIGINT NOT NULL,
  lease_holder TEXT,
  lease_until BIGINT
);

CREATE TABLE authorizations (
  attempt_id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  channel_id TEXT,
  started_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);

CREATE TABLE signing_keys (
  name TEXT PRIMARY KEY,
  public_jwk JSONB NOT NULL,
  sealed_private TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
