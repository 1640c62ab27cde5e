-- One round trip each: read all that a decision needs, and book all that it decided.

CREATE FUNCTION post_transfers(
  p_user_id bigint, p_mode text, p_season integer, p_request_id text, p_order_number integer,
  p_transfers jsonb
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO accounts (user_id, mode, season, kind, asset, position_number)
  SELECT DISTINCT p_user_id, p_mode, p_season, side ->> 0, side ->> 1, (side ->> 2)::integer
  FROM jsonb_array_elements(p_transfers) t,
       LATERAL (VALUES (t -> 'debit'), (t -> 'credit')) s(side)
  ON CONFLICT ON CONSTRAINT uq_accounts_key DO NOTHING;

  INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code,
                         order_number)
  SELECT p_user_id, p_request_id, t.step, d.account_id, c.account_id,
         (t.body ->> 'units')::numeric, t.body ->> 'code', p_order_number
  FROM jsonb_array_elements(p_transfers) WITH ORDINALITY AS t(body, step)
  JOIN accounts d ON d.user_id = p_user_id AND d.mode = p_mode AND d.season = p_season
    AND d.kind = t.body -> 'debit' ->> 0 AND d.asset = t.body -> 'debit' ->> 1
    AND d.position_number = (t.body -> 'debit' ->> 2)::integer
  JOIN accounts c ON c.user_id = p_user_id AND c.mode = p_mode AND c.season = p_season
    AND c.kind = t.body -> 'credit' ->> 0 AND c.asset = t.body -> 'credit' ->> 1
    AND c.position_number = (t.body -> 'credit' ->> 2)::integer;
END $$;

CREATE FUNCTION queue_notices(p_update_id bigint, p_notices jsonb) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO outbox (chat_id, update_id, method, payload, priority)
  SELECT (n ->> 'chat_id')::bigint, p_update_id, n ->> 'method', n -> 'payload',
         (n ->> 'priority')::smallint
  FROM jsonb_array_elements(p_notices) WITH ORDINALITY AS t(n, place)
  ORDER BY place
$$;

CREATE FUNCTION close_update(p_update_id bigint, p_failure text, p_notices jsonb) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE inbox SET closed_at = now(), failure = p_failure
  WHERE update_id = p_update_id AND closed_at IS NULL;
  IF p_update_id IS NOT NULL AND NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM queue_notices(p_update_id, p_notices);
  RETURN true;
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
    PERFORM post_transfers(p_user_id, 'paper', 1, 'grant:paper:1', NULL,
      grant_transfers(grant_units));
  END IF;
  RETURN to_jsonb(known);
END $$;

CREATE FUNCTION grant_transfers(p_units numeric) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_build_array(jsonb_build_object(
    'debit', '["faucet", "So11111111111111111111111111111111111111112", 0]'::jsonb,
    'credit', '["cash", "So11111111111111111111111111111111111111112", 0]'::jsonb,
    'units', p_units::text, 'code', 'grant'))
$$;

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

CREATE FUNCTION book_settlement(p jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  wallet virtual_wallets%ROWTYPE;
  known_hash text;
  pos jsonb := p -> 'position';
  ord jsonb := p -> 'order';
BEGIN
  -- The wallet row is the user's lock: one booking at a time, and reset waits its turn.
  SELECT * INTO wallet FROM virtual_wallets
  WHERE user_id = (p ->> 'user_id')::bigint AND mode = p ->> 'mode' AND is_current
  FOR UPDATE;
  IF NOT FOUND THEN
    -- A reset that we waited for has just ended the season of the row that we waited at.
    RETURN 'conflict';
  END IF;

  SELECT request_hash INTO known_hash FROM orders
  WHERE user_id = wallet.user_id AND request_id = p ->> 'request_id';
  IF FOUND THEN
    RETURN CASE WHEN known_hash = p ->> 'request_hash' THEN 'repeated' ELSE 'mismatch' END;
  END IF;
  IF wallet.season <> (p ->> 'season')::integer
     OR wallet.version <> (p ->> 'wallet_version')::bigint THEN
    RETURN 'conflict';
  END IF;
  IF p ->> 'is_forced' <> 'true' AND NOT EXISTS (
      SELECT FROM users WHERE user_id = wallet.user_id AND status = 'active') THEN
    RETURN 'frozen';
  END IF;
  -- Whoever closed the update before us has answered it: nothing may be booked behind that answer.
  IF NOT close_update((p ->> 'update_id')::bigint, '', p -> 'notices') THEN
    RETURN 'repeated';
  END IF;

  INSERT INTO positions (user_id, mode, season, number, token_id, side, state, token_units,
    cost_lamports, margin_lamports, proceeds_lamports, rent_lamports, leverage, realised_pnl_lamports,
    fees_lamports, entry_price, opened_at, closed_at)
  VALUES (wallet.user_id, wallet.mode, wallet.season, (pos ->> 'number')::integer,
    (pos ->> 'token_id')::integer, pos ->> 'side', pos ->> 'state',
    (pos ->> 'token_units')::numeric, (pos ->> 'cost_lamports')::numeric,
    (pos ->> 'margin_lamports')::numeric, (pos ->> 'proceeds_lamports')::numeric,
    (pos ->> 'rent_lamports')::numeric,
    (pos ->> 'leverage')::smallint, (pos ->> 'realised_pnl_lamports')::numeric,
    (pos ->> 'fees_lamports')::numeric, (pos ->> 'entry_price')::numeric,
    (pos ->> 'opened_at')::timestamptz, (pos ->> 'closed_at')::timestamptz)
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
  VALUES (wallet.user_id, wallet.mode, wallet.season, (ord ->> 'number')::integer,
    p ->> 'request_id', p ->> 'request_hash', (pos ->> 'number')::integer,
    (pos ->> 'token_id')::integer, ord ->> 'action', pos ->> 'side', 'filled',
    (ord ->> 'sol_lamports')::numeric, (ord ->> 'token_units')::numeric, ord -> 'receipt',
    (ord ->> 'source_at')::timestamptz, (ord ->> 'received_at')::timestamptz,
    (ord ->> 'decided_at')::timestamptz, (ord ->> 'filled_at')::timestamptz);

  PERFORM post_transfers(wallet.user_id, wallet.mode, wallet.season, p ->> 'request_id',
    (ord ->> 'number')::integer, p -> 'transfers');

  UPDATE virtual_wallets SET version = version + 1,
    last_position = greatest(last_position, (pos ->> 'number')::integer),
    last_order = (ord ->> 'number')::integer
  WHERE user_id = wallet.user_id AND mode = wallet.mode AND season = wallet.season;

  -- A fill ends whatever was being asked, so that no later number can answer it again.
  DELETE FROM dialogs WHERE user_id = wallet.user_id;
  RETURN 'booked';
END $$;

CREATE FUNCTION start_season(
  p_user_id bigint, p_mode text, p_request_id text, p_update_id bigint, p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  wallet virtual_wallets%ROWTYPE;
  grant_units numeric;
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
  IF NOT close_update(p_update_id, '', p_notices) THEN
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
  PERFORM post_transfers(p_user_id, p_mode, wallet.season + 1, p_request_id, NULL,
    grant_transfers(grant_units));
  INSERT INTO audit_log (user_id, actor_id, action, details)
  VALUES (p_user_id, p_user_id, 'season_started',
    jsonb_build_object('mode', p_mode, 'season', wallet.season + 1));
  RETURN 'booked';
END $$;
