-- What holds entries back: a person's own limits, the marks of their equity, and locks.

-- Tighter than their role's, by the names of `role_limits`; what is looser counts for nothing.
ALTER TABLE users ADD COLUMN risk_limits JSONB NOT NULL DEFAULT '{}'::jsonb;

-- The season's highest equity, and the one with which the day (UTC) began.
ALTER TABLE virtual_wallets
  ADD COLUMN peak_lamports NUMERIC(38, 0),
  ADD COLUMN day_on DATE,
  ADD COLUMN day_lamports NUMERIC(38, 0),
  ADD CONSTRAINT ck_virtual_wallets_peak_lamports_sound
    CHECK (peak_lamports >= 0 AND peak_lamports <> 'NaN'),
  ADD CONSTRAINT ck_virtual_wallets_day_lamports_sound
    CHECK (day_lamports >= 0 AND day_lamports <> 'NaN');

-- Concentration and heat are for people to choose: a role's largest position may be all they have.
INSERT INTO role_limits (role, name, value) VALUES
  ('basic', 'concentration_bps', NULL),
  ('basic', 'position_heat_bps', NULL),
  ('basic', 'portfolio_heat_bps', NULL),
  ('basic', 'daily_loss_bps', 2500),
  ('basic', 'drawdown_bps', 5000),
  ('basic', 'risk_free_lamports', 25000000000),
  ('basic', 'after_stop_seconds', 300),
  ('basic', 'stop_guard_count', 4),
  ('basic', 'stop_guard_token_count', 2),
  ('basic', 'stop_guard_seconds', 3600),
  ('basic', 'stop_guard_lock_seconds', 1800),
  ('basic', 'drawdown_guard_bps', 2000),
  ('basic', 'drawdown_guard_seconds', 43200),
  ('basic', 'drawdown_guard_lock_seconds', 3600),
  ('basic', 'low_profit_count', 3),
  ('basic', 'low_profit_bps', 1000),
  ('basic', 'low_profit_seconds', 86400),
  ('basic', 'low_profit_lock_seconds', 3600),
  ('basic', 'close_cooldown_seconds', NULL),
  ('premium', 'concentration_bps', NULL),
  ('premium', 'position_heat_bps', NULL),
  ('premium', 'portfolio_heat_bps', NULL),
  ('premium', 'daily_loss_bps', 4000),
  ('premium', 'drawdown_bps', 6000),
  ('premium', 'risk_free_lamports', 100000000000),
  ('premium', 'after_stop_seconds', 120),
  ('premium', 'stop_guard_count', 6),
  ('premium', 'stop_guard_token_count', 3),
  ('premium', 'stop_guard_seconds', 3600),
  ('premium', 'stop_guard_lock_seconds', 1800),
  ('premium', 'drawdown_guard_bps', 3000),
  ('premium', 'drawdown_guard_seconds', 43200),
  ('premium', 'drawdown_guard_lock_seconds', 3600),
  ('premium', 'low_profit_count', 4),
  ('premium', 'low_profit_bps', 1500),
  ('premium', 'low_profit_seconds', 86400),
  ('premium', 'low_profit_lock_seconds', 3600),
  ('premium', 'close_cooldown_seconds', NULL);

CREATE TABLE trading_locks (
  user_id BIGINT NOT NULL,
  lock_id BIGINT GENERATED ALWAYS AS IDENTITY,
  mode TEXT NOT NULL,
  season INTEGER NOT NULL,
  token_id INTEGER,
  rule TEXT NOT NULL,
  count INTEGER NOT NULL,
  set_at TIMESTAMP WITH TIME ZONE NOT NULL,
  until TIMESTAMP WITH TIME ZONE NOT NULL,
  lifted_at TIMESTAMP WITH TIME ZONE,
  lifted_by BIGINT,
  CONSTRAINT pk_trading_locks PRIMARY KEY (user_id, lock_id),
  CONSTRAINT fk_trading_locks_user_id_mode_season FOREIGN KEY (user_id, mode, season)
    REFERENCES virtual_wallets (user_id, mode, season),
  CONSTRAINT fk_trading_locks_token_id FOREIGN KEY (token_id) REFERENCES solana_tokens (token_id),
  CONSTRAINT ck_trading_locks_rule_known CHECK (rule IN ('stop_guard', 'stop_guard_token',
    'drawdown_guard', 'low_profit', 'after_stop', 'after_close')),
  CONSTRAINT ck_trading_locks_ends_after_it_begins CHECK (until >= set_at),
  CONSTRAINT ck_trading_locks_lifted_by_somebody CHECK (
    (lifted_at IS NULL) = (lifted_by IS NULL))
);
CREATE INDEX ix_trading_locks_standing ON trading_locks (user_id, until) WHERE lifted_at IS NULL;

-- Lock a person's entries, or make the lock longer that the same rule has set already.
CREATE FUNCTION lock_entries(
  p_order orders, p_token_id integer, p_rule text, p_count bigint, p_seconds numeric
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  ends timestamptz := p_order.filled_at + p_seconds * interval '1 second';
BEGIN
  UPDATE trading_locks l SET until = greatest(l.until, ends), count = p_count
  WHERE l.user_id = p_order.user_id AND l.mode = p_order.mode AND l.rule = p_rule
    AND l.token_id IS NOT DISTINCT FROM p_token_id
    AND l.lifted_at IS NULL AND l.until > p_order.filled_at;
  IF NOT FOUND THEN
    INSERT INTO trading_locks (user_id, mode, season, token_id, rule, count, set_at, until)
    VALUES (p_order.user_id, p_order.mode, p_order.season, p_token_id, p_rule, p_count,
            p_order.filled_at, ends);
  END IF;
END $$;

-- After freqtrade's protections: what an exit came to may hold the next entries back. Each of
-- them looks at the season's exits within its window, this one included.
CREATE FUNCTION exits_lock_entries() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
DECLARE
  rules jsonb;
  cooldown numeric;
  is_stop boolean := NEW.reason IN ('stop', 'trailing', 'liquidation');
  gain numeric := (NEW.receipt ->> 'realised_pnl_lamports')::numeric;
  exits bigint;
  lost numeric;
  base numeric;
BEGIN
  SELECT jsonb_object_agg(l.name, l.value), max((u.risk_limits ->> 'close_cooldown_seconds')::numeric)
  INTO rules, cooldown
  FROM users u JOIN role_limits l ON l.role = u.role WHERE u.user_id = NEW.user_id;

  cooldown := greatest(cooldown, (rules ->> 'close_cooldown_seconds')::numeric);
  IF cooldown > 0 THEN
    PERFORM lock_entries(NEW, NEW.token_id, 'after_close', 1, cooldown);
  END IF;
  IF gain IS NULL OR gain >= 0 THEN
    RETURN NULL;
  END IF;

  IF is_stop THEN
    IF (rules ->> 'after_stop_seconds')::numeric > 0 THEN
      PERFORM lock_entries(NEW, NEW.token_id, 'after_stop', 1,
                           (rules ->> 'after_stop_seconds')::numeric);
    END IF;
    SELECT count(*), count(*) FILTER (WHERE e.token_id = NEW.token_id) INTO exits, base
    FROM recent_exits(NEW, (rules ->> 'stop_guard_seconds')::numeric) e
    WHERE e.is_stop AND e.gain < 0;
    IF exits >= (rules ->> 'stop_guard_count')::numeric THEN
      PERFORM lock_entries(NEW, NULL, 'stop_guard', exits,
                           (rules ->> 'stop_guard_lock_seconds')::numeric);
    END IF;
    IF base >= (rules ->> 'stop_guard_token_count')::numeric THEN
      PERFORM lock_entries(NEW, NEW.token_id, 'stop_guard_token', base::bigint,
                           (rules ->> 'stop_guard_lock_seconds')::numeric);
    END IF;
  END IF;

  -- What the wallet was worth without its open gains, now; losses are held against it.
  SELECT w.grant_lamports + w.realised_pnl_lamports INTO base FROM virtual_wallets w
  WHERE w.user_id = NEW.user_id AND w.mode = NEW.mode AND w.season = NEW.season;

  IF rules ->> 'drawdown_guard_bps' IS NOT NULL THEN
    SELECT count(*), max(peak - total) INTO exits, lost FROM (
      SELECT r.total, greatest(0, max(r.total) OVER (ORDER BY r.number)) AS peak FROM (
        SELECT e.number, sum(e.gain) OVER (ORDER BY e.number) AS total
        FROM recent_exits(NEW, (rules ->> 'drawdown_guard_seconds')::numeric) e) r) falls;
    IF lost * 10000 >= (rules ->> 'drawdown_guard_bps')::numeric * (base + lost) THEN
      PERFORM lock_entries(NEW, NULL, 'drawdown_guard', exits,
                           (rules ->> 'drawdown_guard_lock_seconds')::numeric);
    END IF;
  END IF;

  IF rules ->> 'low_profit_count' IS NOT NULL THEN
    SELECT count(*), -sum(e.gain) INTO exits, lost
    FROM recent_exits(NEW, (rules ->> 'low_profit_seconds')::numeric) e
    WHERE e.token_id = NEW.token_id;
    IF exits >= (rules ->> 'low_profit_count')::numeric
       AND lost * 10000 >= (rules ->> 'low_profit_bps')::numeric * (base + lost) THEN
      PERFORM lock_entries(NEW, NEW.token_id, 'low_profit', exits,
                           (rules ->> 'low_profit_lock_seconds')::numeric);
    END IF;
  END IF;
  RETURN NULL;
END $$;

-- A season's exits within a window that ends with this one, and what each brought.
CREATE FUNCTION recent_exits(p_order orders, p_seconds numeric)
RETURNS TABLE (number integer, token_id integer, is_stop boolean, gain numeric)
LANGUAGE sql STABLE AS $$
  SELECT o.number, o.token_id, o.reason IN ('stop', 'trailing', 'liquidation'),
         coalesce((o.receipt ->> 'realised_pnl_lamports')::numeric, 0)
  FROM orders o
  WHERE o.user_id = p_order.user_id AND o.mode = p_order.mode AND o.season = p_order.season
    AND o.action <> 'open' AND o.number <= p_order.number
    AND o.filled_at > p_order.filled_at - p_seconds * interval '1 second'
$$;

CREATE TRIGGER exits_lock_entries AFTER INSERT ON orders FOR EACH ROW
  WHEN (NEW.action <> 'open') EXECUTE FUNCTION exits_lock_entries();

-- A person's own limit (none with NULL), the end of the update that asked for it, and its answer.
CREATE FUNCTION set_risk_limit(
  p_user_id bigint, p_name text, p_value numeric, p_update_id bigint, p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  ending jsonb := jsonb_build_array(jsonb_build_object(
    'update_id', p_update_id, 'failure', '', 'notices', p_notices));
BEGIN
  PERFORM FROM users WHERE user_id = p_user_id FOR UPDATE;
  IF NOT (SELECT c.is_closed[1] FROM close_updates(ending) c) THEN
    RETURN 'repeated';
  END IF;
  UPDATE users SET risk_limits = CASE
    WHEN p_value IS NULL THEN risk_limits - p_name
    ELSE risk_limits || jsonb_build_object(p_name, p_value) END
  WHERE user_id = p_user_id;
  INSERT INTO audit_log (user_id, actor_id, action, details)
  VALUES (p_user_id, p_user_id, 'risk_limit_set',
    jsonb_build_object('name', p_name, 'value', p_value));
  RETURN 'booked';
END $$;

-- Lift a lock that stands; `unknown` where there is none of this number.
CREATE FUNCTION lift_lock(
  p_user_id bigint, p_lock_id bigint, p_at timestamptz, p_update_id bigint, p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  ending jsonb := jsonb_build_array(jsonb_build_object(
    'update_id', p_update_id, 'failure', '', 'notices', p_notices));
BEGIN
  PERFORM FROM trading_locks WHERE user_id = p_user_id AND lock_id = p_lock_id
    AND lifted_at IS NULL AND until > p_at FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 'unknown';
  END IF;
  IF NOT (SELECT c.is_closed[1] FROM close_updates(ending) c) THEN
    RETURN 'repeated';
  END IF;
  UPDATE trading_locks SET lifted_at = p_at, lifted_by = p_user_id
  WHERE user_id = p_user_id AND lock_id = p_lock_id;
  INSERT INTO audit_log (user_id, actor_id, action, details)
  VALUES (p_user_id, p_user_id, 'lock_lifted', jsonb_build_object('lock_id', p_lock_id));
  RETURN 'booked';
END $$;

-- Emergency stops: whose trading stands still, who pulled it and why, and how it was lifted.

CREATE TABLE trading_stops (
  user_id BIGINT NOT NULL, -- whose trading; 0 for everybody's
  stop_id BIGINT GENERATED ALWAYS AS IDENTITY,
  request_id TEXT NOT NULL,
  token_id INTEGER,
  rule TEXT NOT NULL,
  actor_id BIGINT NOT NULL, -- 0 for a rule of the market
  reason TEXT NOT NULL,
  closes BOOLEAN NOT NULL,
  began_at TIMESTAMP WITH TIME ZONE NOT NULL,
  closed_at TIMESTAMP WITH TIME ZONE,
  planned INTEGER NOT NULL DEFAULT 0, -- how many positions were open when it began to close
  lifted_at TIMESTAMP WITH TIME ZONE,
  lifted_by BIGINT,
  lift_reason TEXT NOT NULL DEFAULT '',
  chat_id BIGINT,
  message_id BIGINT,
  CONSTRAINT pk_trading_stops PRIMARY KEY (user_id, stop_id),
  CONSTRAINT fk_trading_stops_token_id FOREIGN KEY (token_id) REFERENCES solana_tokens (token_id),
  CONSTRAINT ck_trading_stops_rule_known CHECK (rule IN ('hand', 'chain_silent', 'sol_moved',
    'tokens_disputed')),
  CONSTRAINT ck_trading_stops_lifted_by_somebody CHECK (
    (lifted_at IS NULL) = (lifted_by IS NULL)),
  CONSTRAINT ck_trading_stops_one_scope CHECK (user_id = 0 OR token_id IS NULL)
);
CREATE UNIQUE INDEX uq_trading_stops_standing
  ON trading_stops (user_id, coalesce(token_id, 0), rule) WHERE lifted_at IS NULL;
CREATE UNIQUE INDEX uq_trading_stops_request ON trading_stops (user_id, request_id);

-- Pull a stop, write down who did, and end the update that asked for it, together. One that
-- stands already may begin to close; `repeated` where this very request was done before.
CREATE FUNCTION pull_stop(p_stop jsonb, p_update_id bigint, p_notices jsonb)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  ending jsonb := jsonb_build_array(jsonb_build_object(
    'update_id', p_update_id, 'failure', '', 'notices', p_notices));
  asked trading_stops := jsonb_populate_record(NULL::trading_stops, p_stop);
  pulled bigint;
BEGIN
  IF NOT (SELECT c.is_closed[1] FROM close_updates(ending) c) THEN
    RETURN NULL;
  END IF;
  INSERT INTO trading_stops (user_id, request_id, token_id, rule, actor_id, reason, closes,
    began_at, chat_id, message_id)
  VALUES (asked.user_id, asked.request_id, asked.token_id, asked.rule, asked.actor_id,
    asked.reason, asked.closes, asked.began_at, asked.chat_id, asked.message_id)
  ON CONFLICT (user_id, coalesce(token_id, 0), rule) WHERE lifted_at IS NULL DO UPDATE
    SET closes = trading_stops.closes OR excluded.closes,
        closed_at = CASE WHEN excluded.closes THEN NULL ELSE trading_stops.closed_at END,
        chat_id = coalesce(excluded.chat_id, trading_stops.chat_id),
        message_id = coalesce(excluded.message_id, trading_stops.message_id)
  RETURNING stop_id INTO pulled;
  INSERT INTO audit_log (user_id, actor_id, action, details)
  VALUES (asked.user_id, asked.actor_id, 'trading_stopped', jsonb_build_object(
    'stop_id', pulled, 'token_id', asked.token_id, 'rule', asked.rule, 'reason', asked.reason,
    'closes', asked.closes));
  RETURN pulled;
END $$;

-- Lift the stops of one scope, and end the update that asked for it; gives how many stood.
CREATE FUNCTION lift_stops(
  p_user_id bigint, p_token_id integer, p_rules text[], p_actor_id bigint, p_reason text,
  p_at timestamptz, p_update_id bigint, p_notices jsonb
) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  ending jsonb := jsonb_build_array(jsonb_build_object(
    'update_id', p_update_id, 'failure', '', 'notices', p_notices));
  lifted integer;
BEGIN
  IF NOT (SELECT c.is_closed[1] FROM close_updates(ending) c) THEN
    RETURN NULL;
  END IF;
  WITH ended AS (
    UPDATE trading_stops SET lifted_at = p_at, lifted_by = p_actor_id, lift_reason = p_reason
    WHERE user_id = p_user_id AND token_id IS NOT DISTINCT FROM p_token_id
      AND rule = ANY (p_rules) AND lifted_at IS NULL
    RETURNING stop_id, rule
  ), noted AS (
    INSERT INTO audit_log (user_id, actor_id, action, details)
    SELECT p_user_id, p_actor_id, 'trading_resumed', jsonb_build_object(
      'stop_id', stop_id, 'token_id', p_token_id, 'rule', rule, 'reason', p_reason)
    FROM ended
  )
  SELECT count(*) INTO lifted FROM ended;
  RETURN lifted;
END $$;

-- What a decision needs, with what holds entries back.
CREATE OR REPLACE FUNCTION open_desks(p_user_ids bigint[], p_modes text[], p_request_ids text[])
RETURNS SETOF json LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
BEGIN
  RETURN QUERY
  SELECT CASE WHEN w.user_id IS NOT NULL THEN json_build_object(
    'user', json_build_object('user_id', u.user_id, 'role', u.role, 'status', u.status,
                              'first_name', u.first_name, 'language', u.language,
                              'risk_limits', u.risk_limits),
    'limits', (SELECT json_object_agg(l.name, l.value::text)
               FROM role_limits l WHERE l.role = u.role),
    'wallet', json_build_object(
      'mode', w.mode, 'season', w.season, 'version', w.version,
      'grant_lamports', w.grant_lamports::text, 'last_position', w.last_position,
      'last_order', w.last_order, 'started_at', w.started_at,
      'peak_lamports', w.peak_lamports::text, 'day_on', w.day_on,
      'day_lamports', w.day_lamports::text),
    -- Without rent: every position ever closed keeps that account, and open ones tell their own.
    'balances', coalesce((
      SELECT json_agg(json_build_array(a.kind, a.asset, (a.balance - a.held)::text))
      FROM accounts a
      WHERE a.user_id = w.user_id AND a.mode = w.mode AND a.season = w.season
        AND a.kind IN ('cash', 'holding') AND a.balance <> 0), '[]'),
    -- Whole numbers as text, exact at any size.
    'positions', coalesce((
      SELECT json_agg(json_build_object(
        'number', p.number, 'token_id', p.token_id, 'side', p.side, 'state', p.state,
        'token_units', p.token_units::text, 'cost_lamports', p.cost_lamports::text,
        'margin_lamports', p.margin_lamports::text,
        'proceeds_lamports', p.proceeds_lamports::text,
        'rent_lamports', p.rent_lamports::text, 'leverage', p.leverage,
        'realised_pnl_lamports', p.realised_pnl_lamports::text,
        'fees_lamports', p.fees_lamports::text, 'entry_price', p.entry_price::text,
        'opened_at', p.opened_at, 'closed_at', p.closed_at))
      FROM positions p
      WHERE p.user_id = w.user_id AND p.mode = w.mode AND p.season = w.season
        AND p.state = 'open'), '[]'),
    'orders_last_minute', (
      SELECT count(*) FROM orders o
      WHERE o.user_id = u.user_id AND o.filled_at > now() - interval '1 minute'),
    'answered', o.number, 'answered_hash', o.request_hash,
    -- Nearly always none; an hour more, since the clock that counts is not the database's.
    'locks', coalesce((
      SELECT json_agg(json_build_array(l.lock_id, l.rule, l.token_id, l.until, l.count))
      FROM trading_locks l
      WHERE l.user_id = w.user_id AND l.mode = w.mode AND l.lifted_at IS NULL
        AND l.until > now() - interval '1 hour'), '[]'),
    'stops', coalesce((
      SELECT json_agg(json_build_array(r.position_number, r.level::text, r.token_units::text))
      FROM resting_orders r
      WHERE r.user_id = w.user_id AND r.mode = w.mode AND r.season = w.season
        AND r.position_number IS NOT NULL AND r.state = 'working' AND r.action = 'close'
        AND r.kind IN ('stop', 'trailing') AND r.gauge = 'price_sol'), '[]'),
    'totals', json_build_array(w.realised_pnl_lamports::text, w.fees_lamports::text)) END
  FROM unnest(p_user_ids, p_modes, p_request_ids) WITH ORDINALITY
    AS asked(user_id, mode, request_id, place)
  LEFT JOIN users u ON u.user_id = asked.user_id
  LEFT JOIN virtual_wallets w ON w.user_id = u.user_id AND w.mode = asked.mode AND w.is_current
  LEFT JOIN orders o ON o.user_id = u.user_id AND o.request_id = asked.request_id
  ORDER BY asked.place;
END $$;
