ALTER TABLE replies DROP CONSTRAINT replies_status_check;
ALTER TABLE replies ADD CONSTRAINT replies_status_check CHECK (
  status IN ('queued', 'attempting', 'uncertain', 'sent', 'delivered', 'read', 'failed', 'unknown', 'cancelled')
);

-- What an echo is compared with, of the last attempt: its content, TikTok's time of the newest message known then, and our time.
ALTER TABLE replies ADD COLUMN echo_fingerprint TEXT, ADD COLUMN newest_known_at BIGINT, ADD COLUMN attempted_at BIGINT;
-- Whose message may still turn up.
CREATE INDEX replies_unresolved ON replies (channel_id, conversation_id)
  WHERE status IN ('attempting', 'uncertain', 'unknown');

-- The queue that a reply stands in: its conversation's, or one of its own for an action.
ALTER TABLE replies ADD COLUMN lane_id TEXT;
UPDATE replies SET lane_id = conversation_id;
ALTER TABLE replies ALTER COLUMN lane_id SET NOT NULL;
DROP INDEX replies_open;
CREATE UNIQUE INDEX replies_open ON replies (channel_id, lane_id, lane_position)
  WHERE status IN ('queued', 'attempting', 'uncertain');

-- Only lanes with work have a row. Whoever claims one moves `due_at` to the end of the lease, so that a lane whose worker
-- died becomes due by itself.
DELETE FROM reply_lanes WHERE due_at IS NULL;
UPDATE reply_lanes SET due_at = GREATEST(due_at, leased_until);
DROP INDEX reply_lanes_due;
ALTER TABLE reply_lanes RENAME COLUMN conversation_id TO lane_id;
ALTER TABLE reply_lanes DROP COLUMN leased_until;
ALTER TABLE reply_lanes ALTER COLUMN due_at SET NOT NULL;
CREATE INDEX reply_lanes_due ON reply_lanes (channel_id, due_at, lane_id);

-- What the reply rules need. Facts are read again from the start of their topics, which repeats nothing outside.
CREATE INDEX replies_of_conversation ON replies (channel_id, conversation_id, newest_known_at);
ALTER TABLE conversations
  -- Whether the customer follows, and TikTok's time of the message that said so.
  ADD COLUMN is_follower BOOLEAN,
  ADD COLUMN follower_at BIGINT,
  -- TikTok's own list was read: when, and whether it held the conversation from its first message on.
  ADD COLUMN listed_at BIGINT,
  ADD COLUMN is_whole BOOLEAN NOT NULL DEFAULT false,
  -- TikTok refused an answer by its rules when this was the customer's last message.
  ADD COLUMN closed_after BIGINT,
  ADD COLUMN images_asked_at BIGINT,
  ADD COLUMN can_send_images BOOLEAN;
CREATE TABLE customer_messages (
  channel_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  conversation_id TEXT NOT NULL,
  sent_at BIGINT NOT NULL,
  -- Text, image or shared post.
  is_quotable BOOLEAN NOT NULL,
  PRIMARY KEY (channel_id, message_id)
);
CREATE INDEX customer_messages_of_conversation ON customer_messages (channel_id, conversation_id, sent_at);
ALTER TABLE echoes
  ADD COLUMN is_automatic BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN is_quotable BOOLEAN NOT NULL DEFAULT true;
DELETE FROM consumer_positions WHERE consumer_group = 'outbound.facts';

-- Whose turn it is: a channel that was served least lately comes first. A channel that waits has no turn until then.
CREATE SEQUENCE channel_turn;
CREATE TABLE channel_turns (
  channel_id TEXT PRIMARY KEY,
  turn BIGINT NOT NULL DEFAULT 0,
  slow_until BIGINT
);

-- `next_at` in microseconds of the service's clock; the others in milliseconds. `strikes`: refusals for too many requests in a row.
ALTER TABLE request_rates
  ADD COLUMN strikes INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN struck_at BIGINT,
  ADD COLUMN paused_until BIGINT;
UPDATE request_rates SET next_at = next_at * 1000;

-- Since when a reply waits for its turn, until its sender was told that it does.
ALTER TABLE replies ADD COLUMN waits_since BIGINT;
CREATE INDEX replies_waiting ON replies (waits_since) WHERE status = 'queued' AND waits_since IS NOT NULL;
