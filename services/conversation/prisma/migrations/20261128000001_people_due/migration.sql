-- Customers who were never looked up come before those who are looked up again, however many of these are due.
DROP INDEX participants_due;
CREATE INDEX participants_due ON participants ((fetched_at IS NOT NULL), next_fetch_at) WHERE next_fetch_at IS NOT NULL;
