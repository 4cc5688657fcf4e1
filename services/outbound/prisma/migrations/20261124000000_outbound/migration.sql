-- Times are epoch milliseconds of the service's clock; those of messages are TikTok's.

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

CREATE TABLE consumer_positions (
  consumer_group TEXT NOT NULL,
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  next_offset BIGINT NOT NULL,
  PRIMARY KEY (consumer_group, topic, partition)
);

-- Where each reply stands, from its stream and in the same transaction. `lane_position` grows in the order of acceptance,
-- which is the order of the commands: a partition is accepted in the order of its offsets.
CREATE TABLE replies (
  stream_id TEXT PRIMARY KEY,
  channel_id TEXT NOT NULL,
  conversation_id TEXT NOT NULL,
  lane_position BIGINT GENERATED ALWAYS AS IDENTITY,
  status TEXT NOT NULL CHECK (
    status IN ('queued', 'attempting', 'uncertain', 'sent', 'delivered', 'read', 'failed', 'unknown')
  ),
  tiktok_message_id TEXT
);
CREATE UNIQUE INDEX replies_open ON replies (channel_id, conversation_id, lane_position)
  WHERE status IN ('queued', 'attempting', 'uncertain');
CREATE INDEX replies_unread ON replies (channel_id, conversation_id) WHERE status IN ('sent', 'delivered');
-- A message is at most one reply's.
CREATE UNIQUE INDEX replies_by_message ON replies (channel_id, tiktok_message_id) WHERE tiktok_message_id IS NOT NULL;

-- One row per conversation that was ever answered. `due_at` is null while nothing waits; `wakes` tells whoever lets go of
-- a lane that it was woken meanwhile.
CREATE TABLE reply_lanes (
  channel_id TEXT NOT NULL,
  conversation_id TEXT NOT NULL,
  due_at BIGINT,
  wakes BIGINT NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  claim_id TEXT,
  leased_until BIGINT,
  PRIMARY KEY (channel_id, conversation_id)
);
CREATE INDEX reply_lanes_due ON reply_lanes (due_at) WHERE due_at IS NOT NULL;

-- Facts: what the message and status topics say.
CREATE TABLE conversations (
  conversation_id TEXT NOT NULL,
  channel_id TEXT NOT NULL,
  newest_message_at BIGINT NOT NULL,
  read_up_to BIGINT,
  PRIMARY KEY (conversation_id, channel_id)
);
CREATE TABLE echoes (
  channel_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  conversation_id TEXT NOT NULL,
  source TEXT NOT NULL,
  -- Null for content that no reply can have.
  fingerprint TEXT,
  sent_at BIGINT NOT NULL,
  PRIMARY KEY (channel_id, message_id)
);
CREATE INDEX echoes_of_conversation ON echoes (channel_id, conversation_id, sent_at);

-- From when on the next call to TikTok may be made, per share of its rate.
CREATE TABLE request_rates (
  share TEXT PRIMARY KEY,
  next_at BIGINT NOT NULL
);
