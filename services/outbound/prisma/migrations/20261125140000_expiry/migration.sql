-- Until when a reply is worth sending: one that waits behind others is told when that is over. Null for those of before, which their lane tells.
ALTER TABLE replies ADD COLUMN expires_at BIGINT;
CREATE INDEX replies_expiring ON replies (expires_at) WHERE status = 'queued';
