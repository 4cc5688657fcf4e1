-- Permanent: what agents have read, what TikTok shows of customers, what follows the change log. Keyed by natural ids.

CREATE TABLE agent_read_marks (
  account_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  channel_id TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  read_up_to BIGINT NOT NULL,
  PRIMARY KEY (conversation_id, channel_id, user_id, account_id)
);

-- The customer of a conversation, from TikTok's content list.
CREATE TABLE participants (
  channel_id TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  display_name TEXT,
  is_follower BOOLEAN,
  avatar_media_id UUID,
  -- TikTok's list once held the whole conversation, so nothing came before what it showed.
  is_whole BOOLEAN NOT NULL DEFAULT false,
  fetched_at BIGINT,
  -- Null until something happens in the conversation again.
  next_fetch_at BIGINT,
  leased_until BIGINT,
  attempts INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (conversation_id, channel_id)
);
CREATE INDEX participants_due ON participants (next_fetch_at) WHERE next_fetch_at IS NOT NULL;

-- Words to search for: of each text, and (with an empty message id) of the customer's names, at the time of the last message.
CREATE TABLE search_documents (
  channel_id TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  message_id TEXT COLLATE "C" NOT NULL,
  sent_at BIGINT NOT NULL,
  words TSVECTOR NOT NULL,
  PRIMARY KEY (channel_id, conversation_id, message_id)
);
CREATE INDEX search_documents_words ON search_documents USING gin (words);
CREATE INDEX search_documents_in_order ON search_documents (channel_id, sent_at, conversation_id);

-- How far each flow that must miss no change has read the change log.
CREATE TABLE change_followers (
  name TEXT PRIMARY KEY,
  xid XID8 NOT NULL,
  seq BIGINT NOT NULL
);
INSERT INTO change_followers VALUES ('derived', '0', 0);

ALTER TABLE change_log ADD COLUMN epoch TEXT;

-- What was last published of each conversation.
CREATE TABLE snapshots (
  channel_id TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  revision BIGINT NOT NULL,
  fingerprint TEXT NOT NULL,
  PRIMARY KEY (conversation_id, channel_id)
);

-- The next free time for a request to TikTok, shared by replicas.
CREATE TABLE tiktok_pace (
  id SMALLINT PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  next_at BIGINT NOT NULL
);
INSERT INTO tiktok_pace (next_at) VALUES (0);

-- Avatars come from a temporary address that TikTok's list gives.
ALTER TABLE media
  ADD COLUMN source_url TEXT,
  DROP CONSTRAINT media_check,
  ADD CONSTRAINT media_is_of_one CHECK (num_nonnulls(account_id, message_id, source_url) = 1);

ALTER TABLE reply_requests ADD COLUMN retry_of TEXT;

-- Pictures and videos are compressed already, and a part of one is read without the rest.
ALTER TABLE media_bytes ALTER COLUMN bytes SET STORAGE EXTERNAL;
