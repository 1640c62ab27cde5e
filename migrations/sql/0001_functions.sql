-- One round trip each: read all that a decision needs, and book all that it decided.

-- What many callers ask at once is done in one transaction and in one statement for all of them.
-- Sets of a user, mode, season, request_id, order_number and transfers each.
CREATE FUNCTION post_transfers(p_sets jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO accounts (user_id, mode, season, kind, asset, position_number)
  SELECT DISTINCT s.user_id, s.mode, s.season, side ->> 0, side ->> 1, (side ->> 2)::integer
  FROM jsonb_to_recordset(p_sets) s(user_id bigint, mode text, season integer, transfers jsonb),
       jsonb_array_elements(s.transfers) t,
       LATERAL (VALUES (t -> 'debit'), (t -> 'credit')) v(side)
  ON CONFLICT ON CONSTRAINT uq_accounts_key DO NOTHING;

  INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code,
                         order_number)
  SELECT s.user_id, s.request_id, t.step, d.account_id, c.account_id,
         (t.body ->> 'units')::numeric, t.body ->> 'code', s.order_number
  FROM jsonb_to_recordset(p_sets) s(user_id bigint, mode text, season integer, request_id text,
                                    order_number integer, transfers jsonb)
  CROSS JOIN LATERAL jsonb_array_elements(s.transfers) WITH ORDINALITY AS t(body, step)
  JOIN accounts d ON d.user_id = s.user_id AND d.mode = s.mode AND d.season = s.season
    AND d.kind = t.body -> 'debit' ->> 0 AND d.asset = t.body -> 'debit' ->> 1
    AND d.position_number = (t.body -> 'debit' ->> 2)::integer
  JOIN accounts c ON c.user_id = s.user_id AND c.mode = s.mode AND c.season = s.season
    AND c.kind = t.body -> 'credit' ->> 0 AND c.asset = t.body -> 'credit' ->> 1
    AND c.position_number = (t.body -> 'credit' ->> 2)::integer;
END $$;

CREATE FUNCTION post_grant(
  p_user_id bigint, p_mode text, p_season integer, p_request_id text, p_units numeric
) RETURNS void LANGUAGE sql AS $$
  SELECT post_transfers(jsonb_build_array(jsonb_build_object(
    'user_id', p_user_id, 'mode', p_mode, 'season', p_season, 'request_id', p_request_id,
    'transfers', jsonb_build_array(jsonb_build_object(
      'debit', '["faucet", "So11111111111111111111111111111111111111112", 0]'::jsonb,
      'credit', '["cash", "So11111111111111111111111111111111111111112", 0]'::jsonb,
      'units', p_units::text, 'code', 'grant')))))
$$;

-- Ends updates with their notices, each update once: `is_closed` tells for each ending whether
-- this was it, and the ids are those of its notices, in order and without the others'. An ending
-- without an update is its notices only.
CREATE FUNCTION close_updates(
  p_endings jsonb, OUT is_closed boolean[], OUT notice_ids bigint[]
) LANGUAGE plpgsql
-- A batch is small and every table has the index: a plan made for empty tables must not stay.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
DECLARE
  closed bigint[];
BEGIN
  WITH ended AS (
    UPDATE inbox i SET closed_at = now(), failure = e.failure
    FROM jsonb_to_recordset(p_endings) e(update_id bigint, failure text)
    WHERE i.update_id = e.update_id AND i.closed_at IS NULL
    RETURNING i.update_id)
  SELECT coalesce(array_agg(update_id), '{}') INTO closed FROM ended;

  SELECT array_agg(e ->> 'update_id' IS NULL OR (e ->> 'update_id')::bigint = ANY (closed)
                   ORDER BY place)
  INTO is_closed FROM jsonb_array_elements(p_endings) WITH ORDINALITY AS t(e, place);

  WITH queued AS (
    INSERT INTO outbox (chat_id, update_id, method, payload, priority)
    SELECT (n ->> 'chat_id')::bigint, (e ->> 'update_id')::bigint, n ->> 'method',
           n -> 'payload', (n ->> 'priority')::smallint
    FROM jsonb_array_elements(p_endings) WITH ORDINALITY AS t(e, place),
         jsonb_array_elements(e -> 'notices') WITH ORDINALITY AS u(n, step)
    WHERE is_closed[place]
    ORDER BY place, step
    RETURNING notice_id)
  SELECT coalesce(array_agg(notice_id ORDER BY notice_id), '{}') INTO notice_ids FROM queued;
END $$;

CREATE FUNCTION meet_user(
  p_user_id bigint, p_first_name text, p_username text, p_language text, p_role text
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  known users%ROWTYPE;
  grant_units numeric;
BEGIN
  -- A role that the settings gave goes when they no longer give it.
  INSERT INTO users AS u (user_id, role, role_from, first_name, username, language)
  VALUES (p_user_id, coalesce(p_role, 'basic'),
          CASE WHEN p_role IS NULL THEN 'default' ELSE 'settings' END,
          p_first_name, p_username, p_language)
  ON CONFLICT (user_id) DO UPDATE
    SET first_name = excluded.first_name, username = excluded.username,
        language = coalesce(excluded.language, u.language),
        role = CASE WHEN p_role IS NOT NULL OR u.role_from = 'settings'
                    THEN excluded.role ELSE u.role END,
        role_from = CASE WHEN p_role IS NOT NULL OR u.role_from = 'settings'
                         THEN excluded.role_from ELSE u.role_from END
  RETURNING * INTO known;

  IF NOT EXISTS (SELECT FROM virtual_wallets WHERE user_id = p_user_id AND mode = 'paper') THEN
    SELECT value INTO grant_units FROM role_limits
    WHERE role = known.role AND name = 'starting_grant_lamports';
    INSERT INTO virtual_wallets (user_id, mode, season, grant_lamports)
    VALUES (p_user_id, 'paper', 1, grant_units);
    PERFORM post_grant(p_user_id, 'paper', 1, 'grant:paper:1', grant_units);
  END IF;
  RETURN to_jsonb(known);
END $$;

CREATE FUNCTION read_desk(p_user_id bigint, p_mode text, p_request_id text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'user', to_jsonb(u),
    'limits', (SELECT jsonb_object_agg(name, value::text) FROM role_limits WHERE role = u.role),
    'wallet', to_jsonb(w),
    'balances', coalesce((
      SELECT jsonb_agg(jsonb_build_array(kind, asset, (balance - held)::text))
      FROM accounts a
      WHERE a.user_id = w.user_id AND a.mode = w.mode AND a.season = w.season
        AND a.kind IN ('cash', 'rent', 'holding') AND a.balance <> 0), '[]'),
    'positions', coalesce((
      SELECT jsonb_agg(to_jsonb(p) || jsonb_build_object(
        'token_units', p.token_units::text, 'entry_price', p.entry_price::text)
        ORDER BY p.number)
      FROM positions p
      WHERE p.user_id = w.user_id AND p.mode = w.mode AND p.season = w.season
        AND p.state = 'open'), '[]'),
    'orders_last_minute', (
      SELECT count(*) FROM orders o
      WHERE o.user_id = u.user_id AND o.filled_at > now() - interval '1 minute'),
    'answered', (
      SELECT o.number FROM orders o
      WHERE o.user_id = u.user_id AND o.request_id = p_request_id),
    'totals', (
      SELECT jsonb_build_array(coalesce(sum(realised_pnl_lamports), 0)::text,
                               coalesce(sum(fees_lamports), 0)::text)
      FROM positions p
      WHERE p.user_id = w.user_id AND p.mode = w.mode AND p.season = w.season))
  FROM users u
  JOIN virtual_wallets w ON w.user_id = u.user_id AND w.mode = p_mode AND w.is_current
  WHERE u.user_id = p_user_id
$$;

-- Of those that were to be booked, whose places `p_is_closed` follows, the closed stay booked.
CREATE FUNCTION mark_repeated(p_outcomes text[], p_is_closed boolean[]) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
  SELECT array_agg(
    CASE WHEN outcome = 'booked' AND NOT p_is_closed[rank] THEN 'repeated' ELSE outcome END
    ORDER BY place)
  FROM (
    SELECT outcome, place,
           count(*) FILTER (WHERE outcome = 'booked') OVER (ORDER BY place) AS rank
    FROM unnest(p_outcomes) WITH ORDINALITY AS t(outcome, place)) ranked
$$;

-- Books settlements of different users, each as if it were alone: an outcome for each, in order,
-- and the ids of the notices of those booked. Whatever raises undoes all of them.
CREATE FUNCTION book_settlements(
  p_bookings jsonb, OUT outcomes text[], OUT notice_ids bigint[]
) LANGUAGE plpgsql
-- A batch is small and every table has the index: a plan made for empty tables must not stay.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
DECLARE
  is_closed boolean[];
  good jsonb;
BEGIN
  -- The wallet row is the user's lock: one booking at a time, and reset waits its turn.
  PERFORM FROM virtual_wallets w
  WHERE w.is_current AND (w.user_id, w.mode) IN (
    SELECT b.user_id, b.mode FROM jsonb_to_recordset(p_bookings) b(user_id bigint, mode text))
  ORDER BY w.user_id, w.mode FOR UPDATE;

  SELECT array_agg(
    CASE
      -- No wallet: a reset that we waited for has just ended the season of the row waited at.
      WHEN w.user_id IS NULL THEN 'conflict'
      WHEN o.request_hash = b.request_hash THEN 'repeated'
      WHEN o.request_hash IS NOT NULL THEN 'mismatch'
      WHEN (w.season, w.version) <> (b.season, b.wallet_version) THEN 'conflict'
      WHEN NOT b.is_forced AND u.status <> 'active' THEN 'frozen'
      ELSE 'booked'
    END ORDER BY b.place)
  INTO outcomes
  FROM ROWS FROM (jsonb_to_recordset(p_bookings) AS (
         user_id bigint, mode text, season integer, wallet_version bigint, request_id text,
         request_hash text, is_forced boolean)) WITH ORDINALITY
       AS b(user_id, mode, season, wallet_version, request_id, request_hash, is_forced, place)
  LEFT JOIN virtual_wallets w ON w.user_id = b.user_id AND w.mode = b.mode AND w.is_current
  LEFT JOIN orders o ON o.user_id = b.user_id AND o.request_id = b.request_id
  LEFT JOIN users u ON u.user_id = b.user_id;

  SELECT jsonb_agg(b ORDER BY place) INTO good
  FROM jsonb_array_elements(p_bookings) WITH ORDINALITY AS t(b, place)
  WHERE outcomes[place] = 'booked';
  IF good IS NULL THEN
    notice_ids := '{}';
    RETURN;
  END IF;
  SELECT c.is_closed, c.notice_ids INTO is_closed, notice_ids FROM close_updates(good) c;
  -- Whoever closed the update before us has answered it: nothing may be booked behind that answer.
  IF NOT true = ALL (is_closed) THEN
    outcomes := mark_repeated(outcomes, is_closed);
    SELECT jsonb_agg(b ORDER BY place) INTO good
    FROM jsonb_array_elements(good) WITH ORDINALITY AS t(b, place) WHERE is_closed[place];
    IF good IS NULL THEN
      RETURN;
    END IF;
  END IF;

  INSERT INTO positions (user_id, mode, season, number, token_id, side, state, token_units,
    cost_lamports, margin_lamports, proceeds_lamports, rent_lamports, leverage,
    realised_pnl_lamports, fees_lamports, entry_price, opened_at, closed_at)
  SELECT b.user_id, b.mode, b.season, p.number, p.token_id, p.side, p.state, p.token_units,
    p.cost_lamports, p.margin_lamports, p.proceeds_lamports, p.rent_lamports, p.leverage,
    p.realised_pnl_lamports, p.fees_lamports, p.entry_price, p.opened_at, p.closed_at
  FROM jsonb_to_recordset(good) b(user_id bigint, mode text, season integer, position jsonb),
       jsonb_populate_record(NULL::positions, b.position) p
  ON CONFLICT (user_id, mode, season, number) DO UPDATE SET
    state = excluded.state, token_units = excluded.token_units,
    cost_lamports = excluded.cost_lamports, margin_lamports = excluded.margin_lamports,
    proceeds_lamports = excluded.proceeds_lamports,
    rent_lamports = excluded.rent_lamports, leverage = excluded.leverage,
    realised_pnl_lamports = excluded.realised_pnl_lamports,
    fees_lamports = excluded.fees_lamports, entry_price = excluded.entry_price,
    closed_at = excluded.closed_at;

  INSERT INTO orders (user_id, mode, season, number, request_id, request_hash, position_number,
    token_id, action, side, state, sol_lamports, token_units, receipt, source_at, received_at,
    decided_at, filled_at)
  SELECT b.user_id, b.mode, b.season, o.number, b.request_id, b.request_hash, p.number,
    p.token_id, o.action, p.side, 'filled', o.sol_lamports, o.token_units, o.receipt,
    o.source_at, o.received_at, o.decided_at, o.filled_at
  FROM jsonb_to_recordset(good) b(user_id bigint, mode text, season integer, request_id text,
                                  request_hash text, position jsonb, "order" jsonb),
       jsonb_to_record(b.position) p(number integer, token_id integer, side text),
       jsonb_populate_record(NULL::orders, b."order") o;

  PERFORM post_transfers(good);

  UPDATE virtual_wallets w SET version = version + 1,
    last_position = greatest(last_position, b.position_number), last_order = b.order_number
  FROM jsonb_to_recordset(good) b(user_id bigint, mode text, season integer,
                                  position_number integer, order_number integer)
  WHERE w.user_id = b.user_id AND w.mode = b.mode AND w.season = b.season;

  -- A fill ends whatever was being asked, so that no later number can answer it again.
  DELETE FROM dialogs
  WHERE user_id IN (SELECT b.user_id FROM jsonb_to_recordset(good) b(user_id bigint));
END $$;

CREATE FUNCTION start_season(
  p_user_id bigint, p_mode text, p_request_id text, p_update_id bigint, p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  wallet virtual_wallets%ROWTYPE;
  grant_units numeric;
  ending jsonb := jsonb_build_array(jsonb_build_object(
    'update_id', p_update_id, 'failure', '', 'notices', p_notices));
BEGIN
  -- After waiting for another reset the row waited at is no longer current: look again.
  LOOP
    SELECT * INTO wallet FROM virtual_wallets
    WHERE user_id = p_user_id AND mode = p_mode AND is_current FOR UPDATE;
    EXIT WHEN FOUND OR NOT EXISTS (
      SELECT FROM virtual_wallets WHERE user_id = p_user_id AND mode = p_mode AND is_current);
  END LOOP;
  IF EXISTS (SELECT FROM transfers WHERE user_id = p_user_id AND request_id = p_request_id) THEN
    RETURN 'repeated';
  END IF;
  IF NOT EXISTS (SELECT FROM users WHERE user_id = p_user_id AND status = 'active') THEN
    RETURN 'frozen';
  END IF;
  IF NOT (SELECT c.is_closed[1] FROM close_updates(ending) c) THEN
    RETURN 'repeated';
  END IF;
  SELECT l.value INTO grant_units FROM role_limits l JOIN users u ON u.role = l.role
  WHERE u.user_id = p_user_id AND l.name = 'starting_grant_lamports';
  UPDATE virtual_wallets SET is_current = false, ended_at = now(), version = version + 1
  WHERE user_id = p_user_id AND mode = p_mode AND season = wallet.season;
  -- Numbers go on where they were: an old season's button or word can never mean a new position.
  INSERT INTO virtual_wallets (user_id, mode, season, grant_lamports, last_position, last_order)
  VALUES (p_user_id, p_mode, wallet.season + 1, grant_units, wallet.last_position,
          wallet.last_order);
  PERFORM post_grant(p_user_id, p_mode, wallet.season + 1, p_request_id, grant_units);
  INSERT INTO audit_log (user_id, actor_id, action, details)
  VALUES (p_user_id, p_user_id, 'season_started',
    jsonb_build_object('mode', p_mode, 'season', wallet.season + 1));
  RETURN 'booked';
END $$;
