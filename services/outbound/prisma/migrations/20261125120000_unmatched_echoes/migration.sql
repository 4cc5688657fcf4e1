-- Echoes that only a reply of this installation can have caused, by time: those of the last hour are counted again and again.
CREATE INDEX echoes_by_api ON echoes (sent_at) WHERE source = 'API' AND NOT is_automatic;
