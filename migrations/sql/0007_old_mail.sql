-- The job that drops old mail finds it without reading a week's. Only what is dealt with is listed:
-- an entry is made once in a row's life, always at the end of the index.
CREATE INDEX ix_inbox_closed_at ON inbox (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX ix_outbox_settled ON outbox (created_at) WHERE state <> 'waiting';
