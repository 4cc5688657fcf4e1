-- Every kind of content, reactions, referrals, notices, and what a reply's delay and end need.

ALTER TABLE media ADD COLUMN media_type TEXT CHECK (media_type IN ('IMAGE', 'VIDEO'));
UPDATE media SET media_type = 'IMAGE' WHERE message_id IS NOT NULL;

SET LOCAL search_path = projection_1;

ALTER TABLE messages
  -- Of a sticker or an emoji.
  ADD COLUMN picture_url TEXT COLLATE "C",
  -- JSON of a template's type and cards.
  ADD COLUMN template TEXT COLLATE "C";

ALTER TABLE replies
  ADD COLUMN settled_at BIGINT,
  ADD COLUMN cancelled_at BIGINT,
  -- The newest delay.
  ADD COLUMN last_delayed_at BIGINT,
  ADD COLUMN delay_reason TEXT COLLATE "C",
  ADD COLUMN delayed_until BIGINT;

CREATE TABLE reactions (
  channel_id TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  message_id TEXT COLLATE "C" NOT NULL,
  person_id TEXT COLLATE "C" NOT NULL,
  -- The emoji, or the address of its picture.
  reaction TEXT COLLATE "C" NOT NULL,
  is_picture BOOLEAN NOT NULL,
  changed_at BIGINT NOT NULL,
  is_removed BOOLEAN NOT NULL,
  PRIMARY KEY (channel_id, conversation_id, message_id, person_id, reaction, is_picture)
);

CREATE TABLE referrals (
  channel_id TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  reference TEXT COLLATE "C" NOT NULL,
  occurred_at_second BIGINT NOT NULL,
  occurred_at BIGINT NOT NULL,
  tiktok_source TEXT COLLATE "C",
  ad_name TEXT COLLATE "C",
  advertiser_id TEXT COLLATE "C",
  embed_url TEXT COLLATE "C",
  material_id TEXT COLLATE "C",
  prefilled_message TEXT COLLATE "C",
  -- Bit n: the nth merged field (domain/referral.ts) is present and comes from a history import.
  from_history INTEGER NOT NULL,
  PRIMARY KEY (channel_id, conversation_id, source, reference, occurred_at_second)
);

CREATE TABLE european_notices (
  channel_id TEXT COLLATE "C" NOT NULL,
  sent_at BIGINT NOT NULL,
  PRIMARY KEY (channel_id, sent_at)
);

RESET search_path;
