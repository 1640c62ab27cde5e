-- Funding of paper shorts: what borrowing the tokens would cost, by the hour.
ALTER TABLE positions
  ADD COLUMN funding_lamports NUMERIC(38, 0) NOT NULL DEFAULT 0,
  ADD COLUMN funded_hours INTEGER NOT NULL DEFAULT 0,
  ADD CONSTRAINT ck_positions_funding_lamports_sound
    CHECK (funding_lamports >= 0 AND funding_lamports <> 'NaN');

-- Charge shorts for whole hours since they were opened, one transfer an hour, never more than
-- their margin. `p_charges` say from which hour (exclusive) to which (inclusive), and how much an
-- hour is. A short that was charged or closed meanwhile is left out, so nothing is charged twice.
CREATE FUNCTION charge_funding(p_charges jsonb, p_at timestamptz) RETURNS integer
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
DECLARE
  charged integer;
BEGIN
  -- The wallet row is the user's lock, as for a booking.
  PERFORM FROM virtual_wallets w
  WHERE w.is_current AND w.mode = 'paper' AND w.user_id IN (
    SELECT c.user_id FROM jsonb_to_recordset(p_charges) c(user_id bigint))
  ORDER BY w.user_id FOR UPDATE;

  INSERT INTO accounts (user_id, mode, season, kind, asset, position_number)
  SELECT DISTINCT c.user_id, 'paper', c.season, 'fees', c.asset, 0
  FROM jsonb_to_recordset(p_charges) c(user_id bigint, season integer, asset text)
  JOIN virtual_wallets w ON w.user_id = c.user_id AND w.mode = 'paper' AND w.season = c.season
    AND w.is_current
  ON CONFLICT ON CONSTRAINT uq_accounts_key DO NOTHING;

  WITH due AS MATERIALIZED (
    SELECT c.*, p.margin_lamports,
           least(p.margin_lamports, c.hourly * (c.to_hours - c.from_hours)) AS total
    FROM jsonb_to_recordset(p_charges) c(user_id bigint, season integer, number integer,
      from_hours integer, to_hours integer, hourly numeric, asset text)
    JOIN virtual_wallets w ON w.user_id = c.user_id AND w.mode = 'paper' AND w.season = c.season
      AND w.is_current
    JOIN positions p ON p.user_id = c.user_id AND p.mode = 'paper' AND p.season = c.season
      AND p.number = c.number
    WHERE p.state = 'open' AND p.side = 'short' AND p.funded_hours = c.from_hours
      AND c.to_hours > c.from_hours
  ), moved AS (
    INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code,
                           at)
    SELECT d.user_id, 'job:funding:' || d.season || ':' || d.number || ':' || hour, 1,
           (SELECT a.account_id FROM accounts a WHERE a.user_id = d.user_id AND a.mode = 'paper'
              AND a.season = d.season AND a.kind = 'margin' AND a.asset = d.asset
              AND a.position_number = d.number),
           (SELECT a.account_id FROM accounts a WHERE a.user_id = d.user_id AND a.mode = 'paper'
              AND a.season = d.season AND a.kind = 'fees' AND a.asset = d.asset
              AND a.position_number = 0),
           h.amount, 'funding', p_at
    FROM due d CROSS JOIN LATERAL generate_series(d.from_hours + 1, d.to_hours) hour
    CROSS JOIN LATERAL (SELECT least(d.hourly,
      d.margin_lamports - d.hourly * (hour - d.from_hours - 1)) AS amount) h
    WHERE h.amount > 0
  ), held AS (
    UPDATE positions p SET
      margin_lamports = p.margin_lamports - d.total,
      realised_pnl_lamports = p.realised_pnl_lamports - d.total,
      fees_lamports = p.fees_lamports + d.total,
      funding_lamports = p.funding_lamports + d.total, funded_hours = d.to_hours
    FROM due d
    WHERE p.user_id = d.user_id AND p.mode = 'paper' AND p.season = d.season
      AND p.number = d.number
  ), counted AS (
    UPDATE virtual_wallets w SET version = w.version + 1,
      realised_pnl_lamports = w.realised_pnl_lamports - s.total,
      fees_lamports = w.fees_lamports + s.total
    FROM (SELECT user_id, season, sum(total) AS total FROM due GROUP BY user_id, season) s
    WHERE w.user_id = s.user_id AND w.mode = 'paper' AND w.season = s.season
  )
  SELECT count(*) INTO charged FROM due;
  RETURN charged;
END $$;

-- How near its liquidation a short's owner was told it is, once per approach.
CREATE TABLE margin_warnings (
  user_id BIGINT NOT NULL,
  mode TEXT NOT NULL,
  season INTEGER NOT NULL,
  number INTEGER NOT NULL,
  stage SMALLINT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_margin_warnings PRIMARY KEY (user_id, mode, season, number),
  CONSTRAINT fk_margin_warnings_position FOREIGN KEY (user_id, mode, season, number)
    REFERENCES positions (user_id, mode, season, number)
);

-- What a decision needs, with what a short has paid.
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
        'fees_lamports', p.fees_lamports::text,
        'funding_lamports', p.funding_lamports::text, 'entry_price', p.entry_price::text,
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
