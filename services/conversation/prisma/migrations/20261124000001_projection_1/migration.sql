-- Build 1 of the projection: what permanent topics say, and nothing else. A rebuild makes another schema with the same
-- tables. Text is ordered by code point (collation "C"), as the fold orders it; times are epoch milliseconds.
CREATE SCHEMA projection_1;
SET LOCAL search_path = projection_1;

CREATE TABLE consumer_positions (
  consumer_group TEXT NOT NULL,
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  next_offset BIGINT NOT NULL,
  PRIMARY KEY (consumer_group, topic, partition)
);

-- Facts: one row per channel, message, reply and read conversation, merged from every record about it.

CREATE TABLE channels (
  channel_id TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  account_id TEXT COLLATE "C" NOT NULL,
  status TEXT NOT NULL,
  visible_from BIGINT
);
CREATE INDEX channels_of_account ON channels (account_id);

CREATE TABLE messages (
  channel_id TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  message_id TEXT COLLATE "C" NOT NULL,
  sent_at BIGINT NOT NULL,
  direction TEXT COLLATE "C" NOT NULL,
  customer_id TEXT COLLATE "C",
  customer_username TEXT COLLATE "C",
  is_follower BOOLEAN,
  kind TEXT COLLATE "C",
  tiktok_type TEXT COLLATE "C",
  body TEXT COLLATE "C",
  tiktok_media_id TEXT COLLATE "C",
  video_id TEXT COLLATE "C",
  embed_url TEXT COLLATE "C",
  quoted_message_id TEXT COLLATE "C",
  source TEXT COLLATE "C",
  automatic_type TEXT COLLATE "C",
  tap_message_id TEXT COLLATE "C",
  tap_button_id TEXT COLLATE "C",
  log_id TEXT COLLATE "C",
  received_at BIGINT NOT NULL,
  -- Bit n: the nth merged field (domain/message.ts) is present and comes from a history import.
  from_history INTEGER NOT NULL,
  PRIMARY KEY (channel_id, conversation_id, message_id)
);
CREATE INDEX messages_in_order ON messages (channel_id, conversation_id, sent_at, message_id);

CREATE TABLE replies (
  channel_id TEXT COLLATE "C" NOT NULL,
  reply_id TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  first_at BIGINT NOT NULL,
  queued_at BIGINT,
  delayed_at BIGINT,
  unknown_at BIGINT,
  failed_at BIGINT,
  sent_at BIGINT,
  delivered_at BIGINT,
  read_at BIGINT,
  message_id TEXT COLLATE "C",
  text TEXT COLLATE "C",
  attachments TEXT COLLATE "C",
  action TEXT COLLATE "C",
  quoted_message_id TEXT COLLATE "C",
  retry_of TEXT COLLATE "C",
  failure_code TEXT COLLATE "C",
  failure_retryable BOOLEAN,
  failure_message TEXT COLLATE "C",
  failure_advice TEXT COLLATE "C",
  failure_next_allowed_at BIGINT,
  failure_tiktok_code BIGINT,
  failure_tiktok_request_id TEXT COLLATE "C",
  attempts INTEGER NOT NULL,
  PRIMARY KEY (reply_id, channel_id)
);
CREATE INDEX replies_in_order ON replies (channel_id, conversation_id, first_at, reply_id);
CREATE INDEX replies_by_message ON replies (channel_id, conversation_id, message_id) WHERE message_id IS NOT NULL;

CREATE TABLE read_marks (
  channel_id TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  read_up_to BIGINT NOT NULL,
  PRIMARY KEY (channel_id, conversation_id)
);

-- Derived: recomputed from the facts whenever a message of the conversation arrives. No increments.
CREATE TABLE conversations (
  channel_id TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  last_sent_at BIGINT NOT NULL,
  last_message_id TEXT COLLATE "C" NOT NULL,
  customer_id TEXT COLLATE "C",
  customer_username TEXT COLLATE "C",
  is_follower BOOLEAN,
  PRIMARY KEY (conversation_id, channel_id)
);
CREATE INDEX conversations_in_order ON conversations (channel_id, last_sent_at, conversation_id);

RESET search_path;
