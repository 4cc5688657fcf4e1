ALTER TABLE channels ADD COLUMN status_reason TEXT;

ALTER TABLE channel_tokens
  ADD COLUMN refresh_begun_at BIGINT,
  ADD COLUMN access_refused_at BIGINT,
  ADD COLUMN replaces_refused BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE authorizations
  ADD COLUMN ended_at BIGINT,
  ADD COLUMN outcome TEXT,
  ADD COLUMN missing_scopes TEXT[] NOT NULL DEFAULT '{}',
  ADD COLUMN tiktok_username TEXT,
  ADD COLUMN tiktok_code INTEGER,
  ADD COLUMN tiktok_request_id TEXT;
CREATE INDEX authorizations_of_account ON authorizations (account_id, started_at);
CREATE INDEX authorizations_without_end ON authorizations (expires_at) WHERE outcome IS NULL;

CREATE TABLE token_revocations (
  channel_id TEXT PRIMARY KEY,
  sealed TEXT NOT NULL,
  access_expires_at BIGINT NOT NULL,
  requested_at BIGINT NOT NULL,
  not_before BIGINT NOT NULL
);

CREATE TABLE account_features (
  account_id TEXT NOT NULL,
  feature TEXT NOT NULL,
  enabled BOOLEAN NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, feature)
);

CREATE TABLE channel_activity (
  channel_id TEXT PRIMARY KEY,
  last_delivery_at BIGINT,
  last_sent_at BIGINT
);

CREATE TABLE webhook_registration (
  app_id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  callback_url TEXT,
  checked_at BIGINT,
  repaired_at BIGINT,
  next_check_at BIGINT NOT NULL
);

CREATE TABLE request_rates (
  share TEXT PRIMARY KEY,
  next_at BIGINT NOT NULL
);
