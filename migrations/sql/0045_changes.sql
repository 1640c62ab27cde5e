-- What one process changed and others keep in memory. Each row is written in the transaction that
-- made the change, and read by whoever keeps it. Nobody reads it where one process does it all:
-- that one sets kitrader.quiet to 'all' on its connections, and writes none. A process that keeps
-- the levels itself sets it to 'levels'.
-- argued: the table is made here, so that nothing is written anew.
CREATE TABLE changes (
  id BIGINT GENERATED ALWAYS AS IDENTITY,
  xid BIGINT NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  kind TEXT NOT NULL,
  key BIGINT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT pk_changes PRIMARY KEY (id)
);
-- Readers ask by the transaction and not by the number: numbers are drawn before they commit, so
-- a higher one may be seen before a lower one.
CREATE INDEX ix_changes_xid ON changes (xid);
CREATE INDEX ix_changes_at ON changes (at);

-- Called for a row only where the trigger's WHEN holds, which costs no call of a function.
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
BEGIN
  INSERT INTO changes (kind, key)
  VALUES (TG_ARGV[0], coalesce((touched ->> TG_ARGV[1])::bigint, 0));
  RETURN NULL;
END $$;

CREATE TRIGGER tell_person_new AFTER INSERT ON users FOR EACH ROW
  WHEN (current_setting('kitrader.quiet', true) IS DISTINCT FROM 'all')
  EXECUTE FUNCTION note_change('person', 'user_id');
CREATE TRIGGER tell_person AFTER UPDATE ON users FOR EACH ROW
  WHEN (current_setting('kitrader.quiet', true) IS DISTINCT FROM 'all'
    AND (OLD.role, OLD.role_from, OLD.status, OLD.language, OLD.chosen_language, OLD.settings,
         OLD.blocks_danger)
      IS DISTINCT FROM
        (NEW.role, NEW.role_from, NEW.status, NEW.language, NEW.chosen_language, NEW.settings,
         NEW.blocks_danger))
  EXECUTE FUNCTION note_change('person', 'user_id');

CREATE TRIGGER tell_stop AFTER INSERT OR UPDATE OR DELETE ON trading_stops FOR EACH ROW
  WHEN (current_setting('kitrader.quiet', true) IS DISTINCT FROM 'all')
  EXECUTE FUNCTION note_change('stop', 'stop_id');

CREATE TRIGGER tell_suspicion AFTER INSERT OR UPDATE OR DELETE ON price_suspicions FOR EACH ROW
  WHEN (current_setting('kitrader.quiet', true) IS DISTINCT FROM 'all')
  EXECUTE FUNCTION note_change('suspicion', 'token_id');

CREATE TRIGGER tell_group AFTER INSERT OR UPDATE OR DELETE ON groups FOR EACH ROW
  WHEN (current_setting('kitrader.quiet', true) IS DISTINCT FROM 'all')
  EXECUTE FUNCTION note_change('group', 'chat_id');
CREATE TRIGGER tell_group_move AFTER INSERT OR UPDATE OR DELETE ON group_moves FOR EACH ROW
  WHEN (current_setting('kitrader.quiet', true) IS DISTINCT FROM 'all')
  EXECUTE FUNCTION note_change('group', 'new_chat_id');

CREATE TRIGGER tell_token_new AFTER INSERT ON solana_tokens FOR EACH ROW
  WHEN (current_setting('kitrader.quiet', true) IS DISTINCT FROM 'all')
  EXECUTE FUNCTION note_change('token', 'token_id');
CREATE TRIGGER tell_token AFTER UPDATE ON solana_tokens FOR EACH ROW
  WHEN (current_setting('kitrader.quiet', true) IS DISTINCT FROM 'all'
    AND OLD IS DISTINCT FROM NEW)
  EXECUTE FUNCTION note_change('token', 'token_id');

CREATE TRIGGER tell_closed_chat AFTER INSERT OR DELETE ON closed_chats FOR EACH ROW
  WHEN (current_setting('kitrader.quiet', true) IS DISTINCT FROM 'all')
  EXECUTE FUNCTION note_change('closed_chat', 'chat_id');

-- What waits for a level is kept by the process that reads the market, and by no other.
CREATE TRIGGER tell_alert AFTER INSERT OR UPDATE OR DELETE ON alerts FOR EACH ROW
  WHEN (coalesce(current_setting('kitrader.quiet', true), '') NOT IN ('all', 'levels'))
  EXECUTE FUNCTION note_change('alert', 'alert_id');

CREATE TRIGGER tell_resting AFTER INSERT OR UPDATE OR DELETE ON resting_orders FOR EACH ROW
  WHEN (coalesce(current_setting('kitrader.quiet', true), '') NOT IN ('all', 'levels'))
  EXECUTE FUNCTION note_change('resting', 'user_id');

-- Of positions only a short on paper has a level: everybody else's fill calls nothing.
CREATE TRIGGER tell_short AFTER INSERT OR UPDATE ON positions FOR EACH ROW
  WHEN (NEW.side = 'short' AND NEW.mode = 'paper'
    AND coalesce(current_setting('kitrader.quiet', true), '') NOT IN ('all', 'levels'))
  EXECUTE FUNCTION note_change('short', 'user_id');

CREATE TRIGGER tell_season AFTER INSERT ON virtual_wallets FOR EACH ROW
  WHEN (coalesce(current_setting('kitrader.quiet', true), '') NOT IN ('all', 'levels'))
  EXECUTE FUNCTION note_change('season', 'user_id');

CREATE TRIGGER tell_live_order AFTER INSERT ON live_intents FOR EACH ROW
  WHEN (coalesce(current_setting('kitrader.quiet', true), '') NOT IN ('all', 'levels'))
  EXECUTE FUNCTION note_change('live_order', 'user_id');
