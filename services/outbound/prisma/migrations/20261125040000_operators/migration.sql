-- By how much the times given so far were moved on because calls began late, in microseconds.
ALTER TABLE request_rates ADD COLUMN shifted_us BIGINT NOT NULL DEFAULT 0;

-- A channel that an operator has paused: none of its lanes is claimed but for what has to be settled or has expired.
CREATE TABLE paused_channels (
  channel_id TEXT PRIMARY KEY,
  paused_at BIGINT NOT NULL,
  paused_by TEXT NOT NULL
);
