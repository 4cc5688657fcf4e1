-- Tables that a rebuild of the projection never touches, keyed by natural ids. Times are epoch milliseconds.

-- One row per idempotency key: the answer to its repetitions, and the reply until its first status is projected.
CREATE TABLE reply_requests (
  account_id TEXT NOT NULL,
  conversation_id TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  reply_id TEXT COLLATE "C" NOT NULL,
  channel_id TEXT NOT NULL,
  text TEXT,
  attachments TEXT,
  quoted_message_id TEXT,
  requested_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, conversation_id, idempotency_key)
);
CREATE UNIQUE INDEX reply_requests_by_reply ON reply_requests (reply_id);
CREATE INDEX reply_requests_in_order ON reply_requests (channel_id, conversation_id, requested_at, reply_id);

-- Media of messages (fetched from TikTok) and uploads for replies. `media_id` is ours.
CREATE TABLE media (
  media_id UUID PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('pending', 'stored', 'failed')),
  -- The account of an upload; what was fetched belongs to the account of its channel.
  account_id TEXT,
  channel_id TEXT,
  conversation_id TEXT,
  message_id TEXT,
  tiktok_media_id TEXT,
  content_type TEXT,
  size_bytes INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at BIGINT,
  leased_until BIGINT,
  failure TEXT,
  created_at BIGINT NOT NULL,
  CHECK ((account_id IS NULL) <> (message_id IS NULL))
);
CREATE UNIQUE INDEX media_by_message ON media (channel_id, conversation_id, message_id, tiktok_media_id)
  WHERE message_id IS NOT NULL;
CREATE INDEX media_pending ON media (next_attempt_at) WHERE state = 'pending';

CREATE TABLE media_bytes (
  media_id UUID PRIMARY KEY REFERENCES media,
  bytes BYTEA NOT NULL
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
