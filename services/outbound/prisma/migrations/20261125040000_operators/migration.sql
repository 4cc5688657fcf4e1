-- By how much the times given so far were moved on because calls began late, in microseconds.
ALTER TABLE request_rates ADD COLUMN shifted_us BIGINT NOT NULL DEFAULT 0;

-- A channel that an operator has paused: none of its lanes is claimed but for what has to be settled or has expired.
CREATE TABLE paused_channels (
  channel_id TEXT PRIMARY KEY,
  paused_at BIGINT NOT NULL,
  paused_by TEXT NOT NULL
);

-- Tells whoever lets go of a lane to wait that what it waits for is over.
ALTER TABLE reply_lanes ADD COLUMN recalls BIGINT NOT NULL DEFAULT 0;

-- What operators find replies by. `is_delayed`: queued, and its sender was told that it waits.
ALTER TABLE replies ADD COLUMN reply_id TEXT, ADD COLUMN is_delayed BOOLEAN NOT NULL DEFAULT false;
UPDATE replies SET reply_id = e.data -> 'command' ->> 'replyId'
  FROM events e WHERE e.stream_id = replies.stream_id AND e.type = 'ReplyQueued';
CREATE INDEX replies_by_id ON replies (reply_id);
CREATE UNIQUE INDEX replies_by_position ON replies (lane_position);
CREATE INDEX replies_by_status ON replies (status, lane_position);
