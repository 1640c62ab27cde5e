-- Booking in few statements: a statement costs as much to start as ten rows cost to write.

-- What the row triggers looked at in PL/pgSQL, row by row, is looked at by their conditions; the
-- function is called only to refuse.
DROP TRIGGER accounts_follow_transfers ON accounts;
CREATE OR REPLACE FUNCTION accounts_follow_transfers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    RAISE EXCEPTION 'an account starts at zero' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RAISE EXCEPTION 'balances change by transfers only: % refused', TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER accounts_start_at_zero BEFORE INSERT ON accounts FOR EACH ROW
  WHEN (NEW.balance <> 0 OR NEW.held <> 0) EXECUTE FUNCTION accounts_follow_transfers();
-- At depth 0 no trigger runs, so it is not the transfers' own that changes the balance.
CREATE TRIGGER accounts_follow_transfers BEFORE UPDATE ON accounts FOR EACH ROW
  WHEN (pg_trigger_depth() = 0
        OR (OLD.user_id, OLD.account_id, OLD.mode, OLD.season, OLD.kind, OLD.asset,
            OLD.position_number)
        IS DISTINCT FROM
           (NEW.user_id, NEW.account_id, NEW.mode, NEW.season, NEW.kind, NEW.asset,
            NEW.position_number))
  EXECUTE FUNCTION accounts_follow_transfers();
CREATE TRIGGER accounts_are_never_deleted BEFORE DELETE ON accounts FOR EACH ROW
  EXECUTE FUNCTION accounts_follow_transfers();

-- Accounts are never deleted and never change their keys, so the check that both exist, in the
-- trigger that joins them anyway, is as good as two foreign keys and costs no query a row.
ALTER TABLE transfers DROP CONSTRAINT fk_transfers_user_id_debit_account;
ALTER TABLE transfers DROP CONSTRAINT fk_transfers_user_id_credit_account;
-- Only the audit looks transfers up by account, and it reads them all.
DROP INDEX ix_transfers_debit;
DROP INDEX ix_transfers_credit;
-- Room in each page for the next version of a row that changes with every order.
ALTER TABLE accounts SET (fillfactor = 80);
ALTER TABLE virtual_wallets SET (fillfactor = 80);

-- Sums that would take longer with every position that was ever closed.
ALTER TABLE virtual_wallets
  ADD COLUMN realised_pnl_lamports NUMERIC(38, 0) NOT NULL DEFAULT 0,
  ADD COLUMN fees_lamports NUMERIC(38, 0) NOT NULL DEFAULT 0,
  ADD CONSTRAINT ck_virtual_wallets_realised_pnl_sound CHECK (realised_pnl_lamports <> 'NaN'),
  ADD CONSTRAINT ck_virtual_wallets_fees_lamports_sound
    CHECK (fees_lamports >= 0 AND fees_lamports <> 'NaN');
UPDATE virtual_wallets w
SET realised_pnl_lamports = p.realised, fees_lamports = p.fees
FROM (SELECT user_id, mode, season, sum(realised_pnl_lamports) AS realised,
             sum(fees_lamports) AS fees
      FROM positions GROUP BY user_id, mode, season) p
WHERE (p.user_id, p.mode, p.season) = (w.user_id, w.mode, w.season);

CREATE OR REPLACE FUNCTION transfers_move_balances() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
DECLARE
  are_accounts_missing boolean;
  are_sides_unlike boolean;
  has_holds boolean;
  are_holds_unlike boolean;
BEGIN
  SELECT bool_or(d.account_id IS NULL OR c.account_id IS NULL),
         bool_or((d.asset, d.mode, d.season) IS DISTINCT FROM (c.asset, c.mode, c.season)),
         bool_or(t.kind <> 'post')
  INTO are_accounts_missing, are_sides_unlike, has_holds
  FROM new_transfers t
  LEFT JOIN accounts d ON d.user_id = t.user_id AND d.account_id = t.debit_account
  LEFT JOIN accounts c ON c.user_id = t.user_id AND c.account_id = t.credit_account;
  IF are_accounts_missing THEN
    RAISE EXCEPTION 'a transfer needs both its accounts' USING ERRCODE = 'foreign_key_violation';
  END IF;
  IF are_sides_unlike THEN
    RAISE EXCEPTION 'a transfer keeps to one asset, mode and season'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  IF has_holds THEN
    SELECT bool_or(h.kind IS DISTINCT FROM 'hold'
           OR (h.debit_account, h.credit_account)
              IS DISTINCT FROM (t.debit_account, t.credit_account)
           OR t.amount > h.amount
           OR (t.kind = 'void' AND t.amount <> h.amount))
    INTO are_holds_unlike
    FROM new_transfers t
    LEFT JOIN transfers h ON h.user_id = t.user_id AND h.transfer_id = t.hold_id
    WHERE t.kind IN ('settle', 'void');
    IF are_holds_unlike THEN
      RAISE EXCEPTION 'a settlement or void must match its hold'
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;

  -- In id order, so that two bookings never wait for each other in a circle.
  UPDATE accounts a
  SET balance = a.balance + m.balance, held = a.held + m.held
  FROM (
    SELECT user_id, account_id, sum(balance) AS balance, sum(held) AS held
    FROM (
      SELECT t.user_id, t.debit_account AS account_id,
             CASE WHEN t.kind IN ('post', 'settle') THEN -t.amount ELSE 0 END AS balance,
             CASE t.kind WHEN 'hold' THEN t.amount WHEN 'post' THEN 0 ELSE -h.amount END AS held
      FROM new_transfers t
      LEFT JOIN transfers h ON h.user_id = t.user_id AND h.transfer_id = t.hold_id
      UNION ALL
      SELECT user_id, credit_account, amount, 0
      FROM new_transfers WHERE kind IN ('post', 'settle')
    ) moves
    GROUP BY user_id, account_id
    ORDER BY user_id, account_id
  ) m
  WHERE a.user_id = m.user_id AND a.account_id = m.account_id;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION close_updates(
  p_endings jsonb, OUT is_closed boolean[], OUT notice_ids bigint[]
) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
BEGIN
  WITH endings AS MATERIALIZED (
    SELECT * FROM ROWS FROM (
      jsonb_to_recordset(p_endings) AS (update_id bigint, failure text, notices jsonb)
    ) WITH ORDINALITY AS e(update_id, failure, notices, place)
  ), ended AS (
    UPDATE inbox i SET closed_at = now(), failure = e.failure
    FROM endings e WHERE i.update_id = e.update_id AND i.closed_at IS NULL
    RETURNING i.update_id
  ), judged AS MATERIALIZED (
    SELECT e.*, e.update_id IS NULL
                OR EXISTS (SELECT FROM ended WHERE ended.update_id = e.update_id) AS is_this
    FROM endings e
  ), queued AS (
    INSERT INTO outbox (chat_id, update_id, method, payload, priority)
    SELECT (n ->> 'chat_id')::bigint, e.update_id, n ->> 'method', n -> 'payload',
           (n ->> 'priority')::smallint
    FROM judged e, jsonb_array_elements(e.notices) WITH ORDINALITY AS u(n, step)
    WHERE e.is_this
    ORDER BY e.place, u.step
    RETURNING notice_id
  )
  SELECT (SELECT array_agg(is_this ORDER BY place) FROM judged),
         (SELECT coalesce(array_agg(notice_id ORDER BY notice_id), '{}') FROM queued)
  INTO is_closed, notice_ids;
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
      "position" positions, order_number integer, "order" orders, transfers jsonb, notices jsonb
    )) WITH ORDINALITY AS b(
      user_id, mode, season, wallet_version, request_id, request_hash, update_id, is_forced,
      position_number, "position", order_number, "order", transfers, notices, place)
  ), judged AS MATERIALIZED (
    SELECT b.*, CASE
      -- No wallet: a reset that we waited for has just ended the season of the row waited at.
      WHEN w.user_id IS NULL THEN 'conflict'
      WHEN o.request_hash = b.request_hash THEN 'repeated'
      WHEN o.request_hash IS NOT NULL THEN 'mismatch'
      WHEN (w.season, w.version) <> (b.season, b.wallet_version) THEN 'conflict'
      WHEN NOT b.is_forced AND u.status <> 'active' THEN 'frozen'
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
      decided_at, filled_at)
    SELECT b.user_id, b.mode, b.season, o.number, b.request_id, b.request_hash,
      (b."position").number, (b."position").token_id, o.action, (b."position").side, 'filled',
      o.sol_lamports, o.token_units, o.receipt, o.source_at, o.received_at, o.decided_at,
      o.filled_at
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
    -- A fill ends whatever was being asked, so that no later number can answer it again.
    DELETE FROM dialogs USING booked b WHERE dialogs.user_id = b.user_id
  )
  SELECT (SELECT array_agg(
            CASE WHEN j.outcome = 'booked' AND b.place IS NULL THEN 'repeated' ELSE j.outcome END
            ORDER BY j.place)
          FROM judged j LEFT JOIN booked b USING (place)),
         (SELECT coalesce(array_agg(notice_id ORDER BY notice_id), '{}') FROM queued)
  INTO outcomes, notice_ids;
END $$;

DROP FUNCTION mark_repeated;

-- What a decision needs, for many callers at once, in the order asked; nothing for a stranger.
CREATE FUNCTION read_desks(p_user_ids bigint[], p_modes text[], p_request_ids text[])
RETURNS SETOF jsonb LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
BEGIN
  RETURN QUERY
  SELECT CASE WHEN w.user_id IS NOT NULL THEN jsonb_build_object(
    'user', jsonb_build_object('user_id', u.user_id, 'role', u.role, 'status', u.status,
                               'first_name', u.first_name, 'language', u.language),
    'limits', (SELECT jsonb_object_agg(l.name, l.value::text)
               FROM role_limits l WHERE l.role = u.role),
    'wallet', jsonb_build_object(
      'mode', w.mode, 'season', w.season, 'version', w.version,
      'grant_lamports', w.grant_lamports::text, 'last_position', w.last_position,
      'last_order', w.last_order, 'started_at', w.started_at),
    -- Without rent: every position ever closed keeps that account, and open ones tell their own.
    'balances', coalesce((
      SELECT jsonb_agg(jsonb_build_array(a.kind, a.asset, (a.balance - a.held)::text))
      FROM accounts a
      WHERE a.user_id = w.user_id AND a.mode = w.mode AND a.season = w.season
        AND a.kind IN ('cash', 'holding') AND a.balance <> 0), '[]'),
    'positions', coalesce((
      SELECT jsonb_agg(to_jsonb(p) || jsonb_build_object(
        'token_units', p.token_units::text, 'entry_price', p.entry_price::text))
      FROM positions p
      WHERE p.user_id = w.user_id AND p.mode = w.mode AND p.season = w.season
        AND p.state = 'open'), '[]'),
    'orders_last_minute', (
      SELECT count(*) FROM orders o
      WHERE o.user_id = u.user_id AND o.filled_at > now() - interval '1 minute'),
    'answered', (
      SELECT o.number FROM orders o
      WHERE o.user_id = u.user_id AND o.request_id = asked.request_id),
    'totals', jsonb_build_array(w.realised_pnl_lamports::text, w.fees_lamports::text)) END
  FROM unnest(p_user_ids, p_modes, p_request_ids) WITH ORDINALITY
    AS asked(user_id, mode, request_id, place)
  LEFT JOIN users u ON u.user_id = asked.user_id
  LEFT JOIN virtual_wallets w ON w.user_id = u.user_id AND w.mode = asked.mode AND w.is_current
  ORDER BY asked.place;
END $$;

CREATE OR REPLACE FUNCTION read_desk(p_user_id bigint, p_mode text, p_request_id text)
RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT * FROM read_desks(ARRAY[p_user_id], ARRAY[p_mode], ARRAY[p_request_id])
$$;
