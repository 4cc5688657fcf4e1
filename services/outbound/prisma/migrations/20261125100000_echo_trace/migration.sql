-- The trace that brought the echo, which leads to the reply's once they are matched.
ALTER TABLE echoes ADD COLUMN traceparent TEXT;
