-- Orders that wait: for a price, for a time, or for another order's fill.

-- Why a fill came about; what reports group exits by.
ALTER TABLE orders ADD COLUMN reason TEXT NOT NULL DEFAULT 'manual',
  ADD CONSTRAINT ck_orders_reason_known CHECK (reason IN ('manual', 'limit', 'stop', 'take_profit',
    'trailing', 'break_even', 'time', 'dca', 'reverse', 'liquidation', 'emergency'));

UPDATE orders SET reason = 'liquidation' WHERE action = 'liquidate';

-- Numbered with the wallet's orders, so that a number means one thing.
CREATE TABLE resting_orders (
  user_id BIGINT NOT NULL,
  order_id BIGINT GENERATED ALWAYS AS IDENTITY,
  mode TEXT NOT NULL,
  season INTEGER NOT NULL,
  number INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  kind TEXT NOT NULL,
  action TEXT NOT NULL,
  side TEXT NOT NULL,
  token_id INTEGER NOT NULL,
  position_number INTEGER,
  group_number INTEGER,
  gauge TEXT,
  reach TEXT,
  level NUMERIC,
  due_at TIMESTAMP WITH TIME ZONE,
  size_lamports NUMERIC(38, 0),
  token_units NUMERIC(38, 0),
  leverage SMALLINT NOT NULL DEFAULT 1,
  slippage_bps INTEGER NOT NULL,
  peak NUMERIC,
  details JSONB NOT NULL DEFAULT '{}'::jsonb,
  times_left INTEGER NOT NULL DEFAULT 1,
  generation INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'working',
  end_reason TEXT NOT NULL DEFAULT '',
  attempts INTEGER NOT NULL DEFAULT 0,
  last_refusal JSONB,
  triggered_at TIMESTAMP WITH TIME ZONE,
  filled_order INTEGER,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_resting_orders PRIMARY KEY (user_id, order_id),
  CONSTRAINT uq_resting_orders_number UNIQUE (user_id, mode, season, number),
  CONSTRAINT fk_resting_orders_user_id_mode_season FOREIGN KEY (user_id, mode, season)
    REFERENCES virtual_wallets (user_id, mode, season),
  CONSTRAINT fk_resting_orders_token_id FOREIGN KEY (token_id) REFERENCES solana_tokens (token_id),
  CONSTRAINT ck_resting_orders_kind_known CHECK (kind IN ('limit', 'stop', 'take_profit',
    'trailing', 'break_even', 'time', 'dca', 'dip')),
  CONSTRAINT ck_resting_orders_action_known CHECK (action IN ('open', 'close', 'protect')),
  CONSTRAINT ck_resting_orders_side_known CHECK (side IN ('long', 'short')),
  CONSTRAINT ck_resting_orders_gauge_known CHECK (gauge IN ('price_sol', 'price_usd')),
  CONSTRAINT ck_resting_orders_reach_known CHECK (reach IN ('above', 'below')),
  CONSTRAINT ck_resting_orders_state_known CHECK (state IN ('working', 'filled', 'rejected',
    'cancelled', 'expired')),
  CONSTRAINT ck_resting_orders_waits_for_something CHECK (
    (level IS NULL) <> (due_at IS NULL) AND (level IS NULL) = (reach IS NULL)
    AND (level IS NULL) = (gauge IS NULL)),
  CONSTRAINT ck_resting_orders_entry_has_size CHECK ((action = 'open') = (size_lamports IS NOT NULL)),
  CONSTRAINT ck_resting_orders_exit_has_position CHECK (
    action = 'open' OR position_number IS NOT NULL),
  CONSTRAINT ck_resting_orders_size_lamports_sound CHECK (
    size_lamports > 0 AND size_lamports <> 'NaN'),
  CONSTRAINT ck_resting_orders_token_units_sound CHECK (token_units > 0 AND token_units <> 'NaN'),
  CONSTRAINT ck_resting_orders_level_finite CHECK (
    level >= 0 AND level < 'Infinity' AND level <> 'NaN'),
  CONSTRAINT ck_resting_orders_peak_finite CHECK (
    peak >= 0 AND peak < 'Infinity' AND peak <> 'NaN'),
  CONSTRAINT ck_resting_orders_slippage_sound CHECK (slippage_bps BETWEEN 1 AND 10000),
  CONSTRAINT ck_resting_orders_times_sound CHECK (times_left >= 0),
  CONSTRAINT ck_resting_orders_ended_when_ended CHECK ((state = 'working') = (ended_at IS NULL))
);

CREATE INDEX ix_resting_orders_working ON resting_orders (order_id) WHERE state = 'working';
CREATE INDEX ix_resting_orders_exits ON resting_orders (user_id, mode, season, position_number)
  WHERE state = 'working';
CREATE INDEX ix_resting_orders_due ON resting_orders (due_at)
  WHERE state = 'working' AND due_at IS NOT NULL;
CREATE INDEX ix_resting_orders_expiry ON resting_orders (expires_at) WHERE state = 'working';
CREATE INDEX ix_resting_orders_request ON resting_orders (user_id, request_id);

-- Whatever closes a position, none of its exits stays behind.
CREATE FUNCTION positions_end_their_exits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE resting_orders r SET state = 'cancelled', end_reason = 'position_closed', ended_at = now()
  WHERE r.user_id = NEW.user_id AND r.mode = NEW.mode AND r.season = NEW.season
    AND r.position_number = NEW.number AND r.state = 'working';
  RETURN NULL;
END $$;
CREATE TRIGGER positions_end_their_exits AFTER UPDATE ON positions FOR EACH ROW
  WHEN (OLD.state = 'open' AND NEW.state <> 'open') EXECUTE FUNCTION positions_end_their_exits();

-- An ended season trades no more.
CREATE FUNCTION seasons_end_their_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE resting_orders r SET state = 'cancelled', end_reason = 'season_ended', ended_at = now()
  WHERE r.user_id = NEW.user_id AND r.mode = NEW.mode AND r.season = NEW.season
    AND r.state = 'working';
  RETURN NULL;
END $$;
CREATE TRIGGER seasons_end_their_orders AFTER UPDATE ON virtual_wallets FOR EACH ROW
  WHEN (OLD.is_current AND NOT NEW.is_current) EXECUTE FUNCTION seasons_end_their_orders();

-- New resting orders of one wallet, whose row the caller has locked; `p_orders` name columns.
CREATE FUNCTION insert_resting_orders(
  p_user_id bigint, p_mode text, p_season integer, p_request_id text, p_request_hash text,
  p_orders jsonb
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  ids bigint[];
BEGIN
  WITH placed AS (
    INSERT INTO resting_orders (user_id, mode, season, number, request_id, request_hash, kind,
      action, side, token_id, position_number, group_number, gauge, reach, level, due_at,
      size_lamports, token_units, leverage, slippage_bps, peak, details, times_left, expires_at)
    SELECT p_user_id, p_mode, p_season, o.number, p_request_id, p_request_hash, o.kind, o.action,
      o.side, o.token_id, o.position_number, o.group_number, o.gauge, o.reach, o.level, o.due_at,
      o.size_lamports, o.token_units, coalesce(o.leverage, 1), o.slippage_bps, o.peak,
      coalesce(o.details, '{}'), coalesce(o.times_left, 1), o.expires_at
    FROM jsonb_populate_recordset(NULL::resting_orders, p_orders) o
    RETURNING order_id, number
  ), counted AS (
    UPDATE virtual_wallets w SET last_order = greatest(w.last_order, (SELECT max(number) FROM placed))
    WHERE w.user_id = p_user_id AND w.mode = p_mode AND w.season = p_season
  )
  SELECT array_agg(order_id ORDER BY number) INTO ids FROM placed;
  RETURN coalesce(ids, '{}');
END $$;

-- What a fill does to resting orders: its own is done or begins anew, other legs go, exits come.
-- `effects` has next (level, due_at, or neither for none), cancel_group, and place, each optional.
CREATE FUNCTION apply_order_effects(p_booking jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  effects jsonb := p_booking -> 'effects';
  own bigint := (p_booking ->> 'resting_id')::bigint;
  owner bigint := (p_booking ->> 'user_id')::bigint;
  next jsonb := nullif(effects -> 'next', 'null');
BEGIN
  -- The position that this fill has just closed may have cancelled it: it is filled all the same.
  UPDATE resting_orders r SET
    generation = r.generation + 1,
    times_left = greatest(r.times_left - 1, 0),
    state = CASE WHEN next IS NULL OR r.state <> 'working' THEN 'filled' ELSE 'working' END,
    end_reason = '',
    ended_at = CASE WHEN next IS NULL OR r.state <> 'working' THEN now() END,
    level = coalesce((next ->> 'level')::numeric, r.level),
    due_at = coalesce((next ->> 'due_at')::timestamptz, r.due_at),
    filled_order = (p_booking ->> 'order_number')::integer,
    attempts = 0, last_refusal = NULL, triggered_at = NULL
  WHERE r.user_id = owner AND r.order_id = own;
  UPDATE resting_orders r SET state = 'cancelled', end_reason = 'other_leg', ended_at = now()
  WHERE r.user_id = owner AND r.mode = p_booking ->> 'mode'
    AND r.season = (p_booking ->> 'season')::integer
    AND r.group_number = (effects ->> 'cancel_group')::integer
    AND r.state = 'working' AND r.order_id IS DISTINCT FROM own;
  PERFORM insert_resting_orders(
    owner, p_booking ->> 'mode', (p_booking ->> 'season')::integer, p_booking ->> 'request_id',
    p_booking ->> 'request_hash', effects -> 'place')
  WHERE jsonb_array_length(coalesce(effects -> 'place', '[]')) > 0;
END $$;

CREATE OR REPLACE FUNCTION book_settlements(
  p_bookings jsonb, OUT outcomes text[], OUT notice_ids bigint[]
) LANGUAGE plpgsql
-- A batch is small and every table has the index: a plan made for empty tables must not stay.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
BEGIN
  -- The wallet row is the user's lock: one booking at a time, and reset waits its turn.
  PERFORM FROM virtual_wallets w
  WHERE w.is_current AND (w.user_id, w.mode) IN (
    SELECT b.user_id, b.mode FROM jsonb_to_recordset(p_bookings) b(user_id bigint, mode text))
  ORDER BY w.user_id, w.mode FOR UPDATE;

  -- Accounts come first: the transfers below must find them, and a statement does not see its own.
  -- Only for seasons that go on: their wallets are ours. That of a season which a reset has just
  -- ended is not, and to wait for it here would be to wait in a circle.
  INSERT INTO accounts (user_id, mode, season, kind, asset, position_number)
  SELECT DISTINCT b.user_id, b.mode, b.season, side ->> 0, side ->> 1, (side ->> 2)::integer
  FROM jsonb_to_recordset(p_bookings) b(user_id bigint, mode text, season integer, transfers jsonb)
  JOIN virtual_wallets w ON w.user_id = b.user_id AND w.mode = b.mode AND w.season = b.season
    AND w.is_current
  CROSS JOIN LATERAL jsonb_array_elements(b.transfers) t
  CROSS JOIN LATERAL (VALUES (t -> 'debit'), (t -> 'credit')) v(side)
  WHERE NOT EXISTS (
    SELECT FROM accounts a
    WHERE a.user_id = b.user_id AND a.mode = b.mode AND a.season = b.season
      AND a.kind = side ->> 0 AND a.asset = side ->> 1
      AND a.position_number = (side ->> 2)::integer)
  ON CONFLICT ON CONSTRAINT uq_accounts_key DO NOTHING;

  WITH asked AS MATERIALIZED (
    SELECT * FROM ROWS FROM (jsonb_to_recordset(p_bookings) AS (
      user_id bigint, mode text, season integer, wallet_version bigint, request_id text,
      request_hash text, update_id bigint, is_forced boolean, position_number integer,
      "position" positions, order_number integer, "order" orders, transfers jsonb, notices jsonb,
      resting_id bigint, resting_generation integer
    )) WITH ORDINALITY AS b(
      user_id, mode, season, wallet_version, request_id, request_hash, update_id, is_forced,
      position_number, "position", order_number, "order", transfers, notices, resting_id,
      resting_generation, place)
  ), judged AS MATERIALIZED (
    SELECT b.*, CASE
      -- No wallet: a reset that we waited for has just ended the season of the row waited at.
      WHEN w.user_id IS NULL THEN 'conflict'
      WHEN o.request_hash = b.request_hash THEN 'repeated'
      WHEN o.request_hash IS NOT NULL THEN 'mismatch'
      WHEN (w.season, w.version) <> (b.season, b.wallet_version) THEN 'conflict'
      WHEN NOT b.is_forced AND u.status <> 'active' THEN 'frozen'
      -- A resting order fills once per generation; whoever cancelled it first has won.
      WHEN b.resting_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM resting_orders r
        WHERE r.user_id = b.user_id AND r.order_id = b.resting_id AND r.state = 'working'
          AND r.generation = b.resting_generation AND r.mode = b.mode AND r.season = b.season
      ) THEN 'spent'
      ELSE 'booked'
    END AS outcome
    FROM asked b
    LEFT JOIN virtual_wallets w ON w.user_id = b.user_id AND w.mode = b.mode AND w.is_current
    LEFT JOIN orders o ON o.user_id = b.user_id AND o.request_id = b.request_id
    LEFT JOIN users u ON u.user_id = b.user_id
  ), ended AS (
    UPDATE inbox i SET closed_at = now()
    FROM judged b
    WHERE b.outcome = 'booked' AND i.update_id = b.update_id AND i.closed_at IS NULL
    RETURNING i.update_id
  ), booked AS MATERIALIZED (
    -- Whoever closed the update before us has answered it: nothing is booked behind that answer.
    SELECT b.* FROM judged b
    WHERE b.outcome = 'booked' AND (b.update_id IS NULL
      OR EXISTS (SELECT FROM ended e WHERE e.update_id = b.update_id))
  ), queued AS (
    INSERT INTO outbox (chat_id, update_id, method, payload, priority)
    SELECT (n ->> 'chat_id')::bigint, b.update_id, n ->> 'method', n -> 'payload',
           (n ->> 'priority')::smallint
    FROM booked b, jsonb_array_elements(b.notices) WITH ORDINALITY AS u(n, step)
    ORDER BY b.place, u.step
    RETURNING notice_id
  ), counted AS (
    UPDATE virtual_wallets w SET version = w.version + 1,
      last_position = greatest(w.last_position, b.position_number), last_order = b.order_number,
      realised_pnl_lamports = w.realised_pnl_lamports
        + (b."position").realised_pnl_lamports - coalesce(p.realised_pnl_lamports, 0),
      fees_lamports = w.fees_lamports
        + (b."position").fees_lamports - coalesce(p.fees_lamports, 0)
    FROM booked b
    LEFT JOIN positions p ON p.user_id = b.user_id AND p.mode = b.mode AND p.season = b.season
      AND p.number = b.position_number
    WHERE w.user_id = b.user_id AND w.mode = b.mode AND w.season = b.season
  ), held AS (
    INSERT INTO positions (user_id, mode, season, number, token_id, side, state, token_units,
      cost_lamports, margin_lamports, proceeds_lamports, rent_lamports, leverage,
      realised_pnl_lamports, fees_lamports, entry_price, opened_at, closed_at)
    SELECT b.user_id, b.mode, b.season, p.number, p.token_id, p.side, p.state, p.token_units,
      p.cost_lamports, p.margin_lamports, p.proceeds_lamports, p.rent_lamports, p.leverage,
      p.realised_pnl_lamports, p.fees_lamports, p.entry_price, p.opened_at, p.closed_at
    FROM booked b, LATERAL (SELECT (b."position").*) p
    ON CONFLICT (user_id, mode, season, number) DO UPDATE SET
      state = excluded.state, token_units = excluded.token_units,
      cost_lamports = excluded.cost_lamports, margin_lamports = excluded.margin_lamports,
      proceeds_lamports = excluded.proceeds_lamports,
      rent_lamports = excluded.rent_lamports, leverage = excluded.leverage,
      realised_pnl_lamports = excluded.realised_pnl_lamports,
      fees_lamports = excluded.fees_lamports, entry_price = excluded.entry_price,
      closed_at = excluded.closed_at
  ), ordered AS (
    INSERT INTO orders (user_id, mode, season, number, request_id, request_hash, position_number,
      token_id, action, side, state, sol_lamports, token_units, receipt, source_at, received_at,
      decided_at, filled_at, reason)
    SELECT b.user_id, b.mode, b.season, o.number, b.request_id, b.request_hash,
      (b."position").number, (b."position").token_id, o.action, (b."position").side, 'filled',
      o.sol_lamports, o.token_units, o.receipt, o.source_at, o.received_at, o.decided_at,
      o.filled_at, coalesce(o.reason, 'manual')
    FROM booked b, LATERAL (SELECT (b."order").*) o
  ), moved AS (
    INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code,
                           order_number)
    -- By subqueries, which can only be answered from the whole key; one that finds nothing fails.
    SELECT b.user_id, b.request_id, t.step,
           (SELECT a.account_id FROM accounts a
            WHERE a.user_id = b.user_id AND a.mode = b.mode AND a.season = b.season
              AND a.kind = t.debit ->> 0 AND a.asset = t.debit ->> 1
              AND a.position_number = (t.debit ->> 2)::integer),
           (SELECT a.account_id FROM accounts a
            WHERE a.user_id = b.user_id AND a.mode = b.mode AND a.season = b.season
              AND a.kind = t.credit ->> 0 AND a.asset = t.credit ->> 1
              AND a.position_number = (t.credit ->> 2)::integer),
           t.units, t.code, b.order_number
    FROM booked b
    CROSS JOIN LATERAL ROWS FROM (
      jsonb_to_recordset(b.transfers) AS (debit jsonb, credit jsonb, units numeric, code text)
    ) WITH ORDINALITY AS t(debit, credit, units, code, step)
  ), answered AS (
    -- A person's fill ends whatever was being asked, so that no later number can answer it again.
    DELETE FROM dialogs USING booked b
    WHERE dialogs.user_id = b.user_id AND b.update_id IS NOT NULL
  )
  SELECT (SELECT array_agg(
            CASE WHEN j.outcome = 'booked' AND b.place IS NULL THEN 'repeated' ELSE j.outcome END
            ORDER BY j.place)
          FROM judged j LEFT JOIN booked b USING (place)),
         (SELECT coalesce(array_agg(notice_id ORDER BY notice_id), '{}') FROM queued)
  INTO outcomes, notice_ids;

  PERFORM apply_order_effects(b.booking)
  FROM jsonb_array_elements(p_bookings) WITH ORDINALITY AS b(booking, place)
  WHERE b.booking -> 'effects' <> 'null' AND outcomes[b.place] = 'booked';
END $$;
