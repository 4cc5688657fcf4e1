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

-- The planner cannot know how common the beginning of a word is, and a wrong guess reads the whole table. So each way has a
-- function that leaves no other: by the words' index, however few there are; in order of time, until there are enough.
CREATE FUNCTION search_by_words(channels TEXT[], query TSQUERY, most INTEGER) RETURNS SETOF search_documents
  LANGUAGE sql STABLE SET enable_seqscan = off SET enable_indexscan = off
  AS 'SELECT * FROM search_documents WHERE words @@ query AND channel_id = ANY (channels) LIMIT most';
CREATE FUNCTION search_by_time(channel TEXT, since BIGINT, before BIGINT, conversation TEXT, query TSQUERY, most INTEGER)
  RETURNS SETOF search_documents
  LANGUAGE sql STABLE SET enable_seqscan = off SET enable_bitmapscan = off
  AS 'SELECT * FROM search_documents
       WHERE channel_id = channel AND sent_at >= since AND (sent_at, conversation_id) <= (before, conversation)
         AND words @@ query
       ORDER BY sent_at DESC, conversation_id DESC LIMIT most';

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

-- When the next request to TikTok may begin, for all replicas.
CREATE TABLE request_rates (
  share TEXT PRIMARY KEY,
  next_at BIGINT NOT NULL
);

-- Avatars come from a temporary address that TikTok's list gives.
ALTER TABLE media
  -- As in the projection's tables: an index of another collation is of no use to a join with them.
  ALTER COLUMN channel_id TYPE TEXT COLLATE "C",
  ALTER COLUMN conversation_id TYPE TEXT COLLATE "C",
  ALTER COLUMN message_id TYPE TEXT COLLATE "C",
  ALTER COLUMN tiktok_media_id TYPE TEXT COLLATE "C",
  ADD COLUMN source_url TEXT,
  DROP CONSTRAINT media_check,
  ADD CONSTRAINT media_is_of_one CHECK (num_nonnulls(account_id, message_id, source_url) = 1);

ALTER TABLE reply_requests ADD COLUMN retry_of TEXT;

-- Pictures and videos are compressed already, and a part of one is read without the rest.
ALTER TABLE media_bytes ALTER COLUMN bytes SET STORAGE EXTERNAL;
