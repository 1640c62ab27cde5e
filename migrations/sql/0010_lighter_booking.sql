-- Booking and reading desks with less work for each row.

-- Units stand no longer in an index: a position that grows keeps its place on its page, and none of
-- its indexes is touched.
DROP INDEX ix_positions_open_short;
CREATE INDEX ix_positions_open_short ON positions (token_id)
  WHERE state = 'open' AND side = 'short';
ALTER TABLE positions SET (fillfactor = 80);

-- What a decision needs, for many callers at once, in the order asked; nothing for a stranger. As
-- text from the start, not as jsonb, which sorts keys and converts every number only to be spelt.
CREATE FUNCTION open_desks(p_user_ids bigint[], p_modes text[], p_request_ids text[])
RETURNS SETOF json LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
BEGIN
  RETURN QUERY
  SELECT CASE WHEN w.user_id IS NOT NULL THEN json_build_object(
    'user', json_build_object('user_id', u.user_id, 'role', u.role, 'status', u.status,
                              'first_name', u.first_name, 'language', u.language),
    'limits', (SELECT json_object_agg(l.name, l.value::text)
               FROM role_limits l WHERE l.role = u.role),
    'wallet', json_build_object(
      'mode', w.mode, 'season', w.season, 'version', w.version,
      'grant_lamports', w.grant_lamports::text, 'last_position', w.last_position,
      'last_order', w.last_order, 'started_at', w.started_at),
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
    'totals', json_build_array(w.realised_pnl_lamports::text, w.fees_lamports::text)) END
  FROM unnest(p_user_ids, p_modes, p_request_ids) WITH ORDINALITY
    AS asked(user_id, mode, request_id, place)
  LEFT JOIN users u ON u.user_id = asked.user_id
  LEFT JOIN virtual_wallets w ON w.user_id = u.user_id AND w.mode = asked.mode AND w.is_current
  LEFT JOIN orders o ON o.user_id = u.user_id AND o.request_id = asked.request_id
  ORDER BY asked.place;
END $$;

-- Accounts are made and transfers booked in one statement: each account is looked up once.
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
  ), settled AS MATERIALIZED (
    -- Whoever closed the update before us has answered it: nothing is booked behind that answer.
    SELECT j.*, CASE
      WHEN j.outcome = 'booked' AND j.update_id IS NOT NULL
        AND j.update_id NOT IN (SELECT update_id FROM ended) THEN 'repeated'
      ELSE j.outcome
    END AS final
    FROM judged j
  ), booked AS NOT MATERIALIZED (
    SELECT * FROM settled WHERE final = 'booked'
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
  ), legs AS MATERIALIZED (
    -- By subqueries, which can only be answered from the whole key.
    SELECT b.user_id, b.mode, b.season, b.request_id, b.order_number, t.*,
           (SELECT a.account_id FROM accounts a
            WHERE a.user_id = b.user_id AND a.mode = b.mode AND a.season = b.season
              AND a.kind = t.debit ->> 0 AND a.asset = t.debit ->> 1
              AND a.position_number = (t.debit ->> 2)::integer) AS debit_account,
           (SELECT a.account_id FROM accounts a
            WHERE a.user_id = b.user_id AND a.mode = b.mode AND a.season = b.season
              AND a.kind = t.credit ->> 0 AND a.asset = t.credit ->> 1
              AND a.position_number = (t.credit ->> 2)::integer) AS credit_account
    FROM booked b
    CROSS JOIN LATERAL ROWS FROM (
      jsonb_to_recordset(b.transfers) AS (debit jsonb, credit jsonb, units numeric, code text)
    ) WITH ORDINALITY AS t(debit, credit, units, code, step)
  ), made AS (
    -- Only for what is booked: the wallet is ours then, and nobody else makes its accounts.
    INSERT INTO accounts (user_id, mode, season, kind, asset, position_number)
    SELECT DISTINCT l.user_id, l.mode, l.season, side ->> 0, side ->> 1, (side ->> 2)::integer
    FROM legs l
    CROSS JOIN LATERAL (VALUES (l.debit, l.debit_account), (l.credit, l.credit_account))
      v(side, account_id)
    WHERE v.account_id IS NULL
    RETURNING user_id, account_id, jsonb_build_array(kind, asset, position_number) AS side
  ), moved AS (
    INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code,
                           order_number)
    SELECT l.user_id, l.request_id, l.step,
           coalesce(l.debit_account, (SELECT m.account_id FROM made m
                                      WHERE m.user_id = l.user_id AND m.side = l.debit)),
           coalesce(l.credit_account, (SELECT m.account_id FROM made m
                                       WHERE m.user_id = l.user_id AND m.side = l.credit)),
           l.units, l.code, l.order_number
    FROM legs l
  ), answered AS (
    -- A person's fill ends whatever was being asked, so that no later number can answer it again.
    DELETE FROM dialogs USING booked b
    WHERE dialogs.user_id = b.user_id AND b.update_id IS NOT NULL
  )
  SELECT (SELECT array_agg(final ORDER BY place) FROM settled),
         (SELECT coalesce(array_agg(notice_id ORDER BY notice_id), '{}') FROM queued)
  INTO outcomes, notice_ids;

  PERFORM apply_order_effects(b.booking)
  FROM jsonb_array_elements(p_bookings) WITH ORDINALITY AS b(booking, place)
  WHERE b.booking -> 'effects' <> 'null' AND outcomes[b.place] = 'booked';
END $$;
