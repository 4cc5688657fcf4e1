-- The change log: what changed, never the words. Written in the transaction of the change, read below the oldest
-- transaction that is still open, so that commit order is no matter. Permanent: a rebuild does not touch it.
-- A row holds what one transaction changed of one kind, for one audience: an entry of the arrays is one change.
CREATE TABLE changes (
  xid XID8 NOT NULL DEFAULT pg_current_xact_id(),
  block BIGINT GENERATED ALWAYS AS IDENTITY,
  at BIGINT NOT NULL,
  -- Set where it is not the channel's present account that is to be told.
  account_id TEXT COLLATE "C",
  -- Set where it concerns one person alone.
  user_id TEXT COLLATE "C",
  kind TEXT NOT NULL,
  channel_ids TEXT[] NOT NULL,
  conversation_ids TEXT[] NOT NULL,
  -- A message's or a reply's id; of a notice its time.
  subject_ids TEXT[] NOT NULL,
  PRIMARY KEY (xid, block)
);
-- Compressing them would take longer than writing them.
ALTER TABLE changes
  ALTER COLUMN channel_ids SET STORAGE EXTERNAL,
  ALTER COLUMN conversation_ids SET STORAGE EXTERNAL,
  ALTER COLUMN subject_ids SET STORAGE EXTERNAL;

-- One row. `generation` is raised after a restore that the server does not show by itself (README, Live).
CREATE TABLE change_log (
  id SMALLINT PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  generation INTEGER NOT NULL DEFAULT 1,
  pruned_through XID8 NOT NULL DEFAULT '0'
);
INSERT INTO change_log DEFAULT VALUES;
