-- The doors of orders that wait, as they were before live ones.

CREATE OR REPLACE FUNCTION positions_end_their_exits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE resting_orders r SET state = 'cancelled', end_reason = 'position_closed', ended_at = now()
  WHERE r.user_id = NEW.user_id AND r.mode = NEW.mode AND r.season = NEW.season
    AND r.position_number = NEW.number AND r.state = 'working';
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION book_resting(
  p_asked jsonb, OUT outcome text, OUT order_ids bigint[], OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  owner bigint := (p_asked ->> 'user_id')::bigint;
  place jsonb := coalesce(p_asked -> 'place', '[]');
  known text;
  room numeric;
  wallet virtual_wallets%ROWTYPE;
  person users%ROWTYPE;
BEGIN
  order_ids := '{}';
  notice_ids := '{}';
  -- The wallet row is the user's lock, as for a booking: an order fills or is cancelled, not both.
  SELECT * INTO wallet FROM virtual_wallets w
  WHERE w.user_id = owner AND w.mode = p_asked ->> 'mode' AND w.is_current FOR UPDATE;
  SELECT * INTO person FROM users u WHERE u.user_id = owner;
  SELECT r.request_hash INTO known FROM resting_orders r
  WHERE r.user_id = owner AND r.request_id = p_asked ->> 'request_id' LIMIT 1;
  IF place <> '[]' AND known IS NOT NULL THEN
    outcome := CASE WHEN known = p_asked ->> 'request_hash' THEN 'repeated' ELSE 'mismatch' END;
  ELSIF wallet.season IS DISTINCT FROM (p_asked ->> 'season')::integer
    OR wallet.version <> (p_asked ->> 'wallet_version')::bigint THEN
    outcome := 'conflict';
  ELSIF NOT (p_asked ->> 'is_forced')::boolean AND person.status <> 'active' THEN
    outcome := 'frozen';
  ELSIF EXISTS (
    SELECT FROM jsonb_to_recordset(p_asked -> 'guard') g(order_id bigint, generation integer)
    WHERE NOT EXISTS (
      SELECT FROM resting_orders r WHERE r.user_id = owner AND r.order_id = g.order_id
        AND r.generation = g.generation AND r.state = 'working')) THEN
    outcome := 'spent';
  END IF;
  IF outcome IS NULL AND place <> '[]' AND NOT (p_asked ->> 'is_forced')::boolean THEN
    -- An entry counts with the exits that will come with its fill.
    SELECT l.value - coalesce((
        SELECT sum(1 + coalesce(jsonb_array_length(r.details -> 'exits'), 0))
        FROM resting_orders r
        WHERE r.user_id = owner AND r.mode = wallet.mode AND r.season = wallet.season
          AND r.state = 'working'), 0)
      - (SELECT sum(1 + coalesce(jsonb_array_length(o -> 'details' -> 'exits'), 0))
         FROM jsonb_array_elements(place) o)
    INTO room FROM role_limits l WHERE l.role = person.role AND l.name = 'resting_orders';
    outcome := CASE WHEN room < 0 THEN 'full' END;
  END IF;
  IF outcome IS NOT NULL THEN
    RETURN;
  END IF;

  SELECT CASE WHEN c.is_closed[1] THEN 'booked' ELSE 'repeated' END, c.notice_ids
  INTO outcome, notice_ids
  FROM close_updates(jsonb_build_array(jsonb_build_object(
    'update_id', p_asked -> 'update_id', 'failure', '', 'notices', p_asked -> 'notices'))) c;
  IF outcome <> 'booked' THEN
    RETURN;
  END IF;
  PERFORM change_resting(owner, p_asked);
  IF place <> '[]' THEN
    UPDATE virtual_wallets w SET version = w.version + 1
    WHERE w.user_id = owner AND w.mode = wallet.mode AND w.season = wallet.season;
    order_ids := insert_resting_orders(owner, wallet.mode, wallet.season,
      p_asked ->> 'request_id', p_asked ->> 'request_hash', place);
  END IF;
  DELETE FROM dialogs WHERE user_id = owner AND p_asked -> 'update_id' <> 'null';
END $$;

CREATE OR REPLACE FUNCTION change_resting(p_owner bigint, p_asked jsonb) RETURNS void LANGUAGE sql AS $$
  UPDATE resting_orders r SET state = f.state, end_reason = f.reason, ended_at = now(),
    last_refusal = coalesce(f.refusal, r.last_refusal)
  FROM jsonb_to_recordset(p_asked -> 'finish') f(
    order_id bigint, state text, reason text, refusal jsonb)
  WHERE r.user_id = p_owner AND r.order_id = f.order_id AND r.state = 'working';
  UPDATE resting_orders r SET generation = r.generation + 1, gauge = c.gauge, reach = c.reach,
    level = c.level, due_at = c.due_at, token_units = c.token_units,
    size_lamports = c.size_lamports, slippage_bps = c.slippage_bps, peak = c.peak,
    details = c.details, expires_at = c.expires_at, attempts = 0, last_refusal = NULL,
    triggered_at = NULL
  FROM jsonb_to_recordset(p_asked -> 'change') c(
    order_id bigint, gauge text, reach text, level numeric, due_at timestamptz,
    token_units numeric, size_lamports numeric, slippage_bps integer, peak numeric, details jsonb,
    expires_at timestamptz)
  WHERE r.user_id = p_owner AND r.order_id = c.order_id AND r.state = 'working';
  UPDATE resting_orders r SET
    attempts = r.attempts + CASE WHEN n.refusal IS NULL THEN 0 ELSE 1 END,
    last_refusal = coalesce(n.refusal, r.last_refusal),
    details = r.details || CASE WHEN n.is_warned THEN '{"is_warned": true}' ELSE '{}' END::jsonb
  FROM jsonb_to_recordset(p_asked -> 'note') n(order_id bigint, refusal jsonb, is_warned boolean)
  WHERE r.user_id = p_owner AND r.order_id = n.order_id AND r.state = 'working';
$$;
