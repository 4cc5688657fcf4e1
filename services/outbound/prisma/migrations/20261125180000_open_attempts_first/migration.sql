-- Whether the lane's head may have an attempt open, whose fate has an end in time: such lanes are claimed before those that send.
ALTER TABLE reply_lanes ADD COLUMN goes_first BOOLEAN NOT NULL DEFAULT false;
UPDATE reply_lanes l SET goes_first = true
 WHERE EXISTS (SELECT FROM replies r WHERE r.channel_id = l.channel_id AND r.lane_id = l.lane_id AND r.status IN ('attempting', 'uncertain'));
DROP INDEX reply_lanes_due;
CREATE INDEX reply_lanes_due ON reply_lanes (channel_id, goes_first, due_at, lane_id);
