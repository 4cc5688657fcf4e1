-- Media that TikTok has no more are told apart from those that it refuses, or that cannot be kept.
ALTER TABLE media
  DROP CONSTRAINT media_state_check,
  ADD CONSTRAINT media_state_check CHECK (state IN ('pending', 'stored', 'expired', 'failed'));

UPDATE media
   SET state = 'expired', failure = CASE WHEN failure IN ('gone', 'expired') THEN 'gone' ELSE 'not_given_in_time' END
 WHERE state = 'failed' AND failure NOT IN ('missing_scope', 'rejected_by_tiktok', 'too_large', 'unsupported_type');

-- What is erased takes its bytes along, also those that are stored at the same moment.
ALTER TABLE media_bytes
  DROP CONSTRAINT media_bytes_media_id_fkey,
  ADD CONSTRAINT media_bytes_media_id_fkey FOREIGN KEY (media_id) REFERENCES media ON DELETE CASCADE;
