-- The change log: what changed, never the words. Written in the transaction of the change, read below the oldest
-- transaction that is still open, so that commit order is no matter. Permanent: a rebuild does not touch it.

-- Within a transaction it ascends, since a session hands out what it cached in order. Nothing else is asked of it.
CREATE SEQUENCE changes_seq CACHE 1000;

CREATE TABLE changes (
  xid XID8 NOT NULL DEFAULT pg_current_xact_id(),
  seq BIGINT NOT NULL DEFAULT nextval('changes_seq'),
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  channel_id TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C",
  -- A message's or a reply's id; of a notice its time.
  subject_id TEXT COLLATE "C",
  -- Set where it is not the channel's present account that is to be told.
  account_id TEXT COLLATE "C",
  -- Set where it concerns one person alone.
  user_id TEXT COLLATE "C",
  PRIMARY KEY (xid, seq)
);
ALTER SEQUENCE changes_seq OWNED BY changes.seq;

-- One row. `generation` is raised after a restore that the server does not show by itself (docs: README, Live).
CREATE TABLE change_log (
  id SMALLINT PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  generation INTEGER NOT NULL DEFAULT 1,
  pruned_through XID8 NOT NULL DEFAULT '0'
);
INSERT INTO change_log DEFAULT VALUES;
