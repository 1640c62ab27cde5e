-- Orders that wait for live trading: proposed until their owner confirms them, submitted while a live
-- intent is under way for them, asked about where nothing may be done at any price in silence.

ALTER TABLE resting_orders
  ADD COLUMN intent_number INTEGER, -- the live intent that is under way for it
  ADD COLUMN failures SMALLINT NOT NULL DEFAULT 0, -- intents in a row that came to nothing
  ADD COLUMN firing JSONB, -- how its time was seen to have come, or what its owner is asked
  DROP CONSTRAINT ck_resting_orders_state_known,
  ADD CONSTRAINT ck_resting_orders_state_known CHECK (state IN ('working', 'filled', 'rejected',
    'cancelled', 'expired', 'proposed', 'submitted', 'asked')),
  DROP CONSTRAINT ck_resting_orders_ended_when_ended,
  ADD CONSTRAINT ck_resting_orders_ended_when_ended CHECK (
    (state IN ('working', 'proposed', 'submitted', 'asked')) = (ended_at IS NULL)),
  ADD CONSTRAINT ck_resting_orders_submitted_has_intent CHECK (
    (state = 'submitted') = (intent_number IS NOT NULL)),
  ADD CONSTRAINT ck_resting_orders_live_alone_is_submitted CHECK (
    mode = 'live' OR state NOT IN ('proposed', 'submitted', 'asked'));

-- One intent is under way for one order.
CREATE UNIQUE INDEX uq_resting_orders_submitted ON resting_orders (user_id, intent_number)
  WHERE state = 'submitted';
CREATE INDEX ix_resting_orders_proposed ON resting_orders (created_at) WHERE state = 'proposed';
DROP INDEX ix_resting_orders_expiry;
CREATE INDEX ix_resting_orders_expiry ON resting_orders (expires_at)
  WHERE state IN ('working', 'asked');

-- The exits that a live entry brings, placed in its fill's transaction.
ALTER TABLE live_intents ADD COLUMN exits JSONB;

CREATE OR REPLACE FUNCTION positions_end_their_exits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE resting_orders r SET state = 'cancelled', end_reason = 'position_closed', ended_at = now()
  WHERE r.user_id = NEW.user_id AND r.mode = NEW.mode AND r.season = NEW.season
    AND r.position_number = NEW.number AND r.state IN ('working', 'asked');
  RETURN NULL;
END $$;

-- Whatever ends an intent, the order that it was placed for does not stay behind: filled, or armed
-- again under a new generation, or over where its position is.
CREATE FUNCTION live_intents_free_their_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE resting_orders r SET intent_number = NULL, generation = r.generation + 1,
    triggered_at = NULL, state = ended.state, end_reason = ended.reason,
    failures = CASE ended.state WHEN 'filled' THEN 0 ELSE r.failures + 1 END,
    filled_order = coalesce(NEW.order_number, r.filled_order),
    ended_at = CASE ended.state WHEN 'working' THEN NULL ELSE now() END
  FROM (
    SELECT r.order_id, CASE
        WHEN NEW.state = 'filled' THEN 'filled'
        WHEN r.action = 'open' OR p.state = 'open' THEN 'working'
        ELSE 'cancelled' END AS state,
      CASE WHEN NEW.state <> 'filled' AND r.action <> 'open' AND p.state IS DISTINCT FROM 'open'
        THEN 'position_closed' ELSE '' END AS reason
    FROM resting_orders r
    LEFT JOIN positions p ON p.user_id = r.user_id AND p.mode = r.mode AND p.season = r.season
      AND p.number = r.position_number
    WHERE r.user_id = NEW.user_id AND r.state = 'submitted' AND r.intent_number = NEW.number
  ) ended
  WHERE r.user_id = NEW.user_id AND r.order_id = ended.order_id;
  RETURN NULL;
END $$;
CREATE TRIGGER live_intents_free_their_orders AFTER UPDATE ON live_intents FOR EACH ROW
  WHEN (OLD.state = 'held' AND NEW.state <> 'held') EXECUTE FUNCTION live_intents_free_their_orders();

-- Claim an order whose time has come and place its intent, both or neither; once per generation.
-- `claim` has order_id, generation, wallet_version, is_confirmed (by its owner, where it was asked
-- about), is_all (it sells all that is left), and firing. Outcomes are those of `place_live`, and
-- spent, conflict, and withheld: another leg, or another sale of its position, is under way.
CREATE FUNCTION place_live_order(
  p_asked jsonb, p_update_id bigint, p_notices jsonb, p_claim jsonb,
  OUT outcome text, OUT intent_number integer, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  owner bigint := (p_asked ->> 'user_id')::bigint;
  wallet virtual_wallets := lock_live(owner);
  claimed resting_orders%ROWTYPE;
  is_selling boolean;
BEGIN
  notice_ids := '{}';
  SELECT * INTO claimed FROM resting_orders r
  WHERE r.user_id = owner AND r.order_id = (p_claim ->> 'order_id')::bigint;
  is_selling := EXISTS (SELECT FROM live_intents i WHERE i.user_id = owner AND i.state = 'held'
    AND i.side = 'sell' AND i.wallet_number = wallet.season
    AND i.position_number = claimed.position_number);
  IF NOT EXISTS (SELECT FROM live_intents i
    WHERE i.user_id = owner AND i.request_id = p_asked ->> 'request_id') THEN
    outcome := CASE
      WHEN claimed.mode IS DISTINCT FROM 'live' OR claimed.season IS DISTINCT FROM wallet.season
        OR claimed.generation <> (p_claim ->> 'generation')::integer
        OR claimed.state <> CASE WHEN (p_claim ->> 'is_confirmed')::boolean
          THEN 'asked' ELSE 'working' END THEN 'spent'
      WHEN wallet.version <> (p_claim ->> 'wallet_version')::bigint THEN 'conflict'
      WHEN EXISTS (SELECT FROM resting_orders r WHERE r.user_id = owner AND r.mode = 'live'
        AND r.season = claimed.season AND r.group_number = claimed.group_number
        AND r.state = 'submitted') THEN 'withheld'
      WHEN is_selling AND (p_claim ->> 'is_all')::boolean THEN 'withheld'
    END;
    IF outcome IS NOT NULL THEN
      RETURN;
    END IF;
  END IF;
  SELECT p.outcome, p.intent_number, p.notice_ids INTO outcome, intent_number, notice_ids
  FROM place_live(p_asked, p_update_id, p_notices) p;
  IF outcome = 'short' AND is_selling THEN
    outcome := 'withheld';
  ELSIF outcome = 'booked' THEN
    UPDATE resting_orders r SET state = 'submitted', firing = p_claim -> 'firing',
      intent_number = place_live_order.intent_number
    WHERE r.user_id = owner AND r.order_id = claimed.order_id;
  END IF;
END $$;

-- Book the fill of an order that waited: the order is claimed by its fill, with all its effects. What
-- has happened is booked, whatever became of the order.
CREATE FUNCTION settle_live_order(
  p_fill jsonb, p_booking jsonb, OUT outcome text, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  owner bigint := (p_fill ->> 'user_id')::bigint;
  intent integer := (p_fill ->> 'intent')::integer;
  is_ours boolean;
BEGIN
  PERFORM lock_live(owner);
  UPDATE resting_orders r SET state = 'working', intent_number = NULL, failures = 0
  WHERE r.user_id = owner AND r.order_id = (p_booking ->> 'resting_id')::bigint
    AND r.state = 'submitted' AND r.intent_number = intent
    AND r.generation = (p_booking ->> 'resting_generation')::integer;
  is_ours := FOUND;
  SELECT s.outcome, s.notice_ids INTO outcome, notice_ids
  FROM settle_live(p_fill, CASE WHEN is_ours THEN p_booking
    ELSE p_booking - '{resting_id,resting_generation,effects}'::text[] END) s;
  IF is_ours AND outcome <> 'booked' THEN
    UPDATE resting_orders r SET state = 'submitted', intent_number = intent
    WHERE r.user_id = owner AND r.order_id = (p_booking ->> 'resting_id')::bigint;
  END IF;
END $$;

-- End the intent of an order that waited, and let the order go on as it is said: working, asked or
-- rejected, with what held it back.
CREATE FUNCTION end_live_order(
  p_user_id bigint, p_number integer, p_state text, p_reason text, p_at timestamptz,
  p_notices jsonb, p_next jsonb, OUT outcome text, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_live(p_user_id);
  SELECT e.outcome, e.notice_ids INTO outcome, notice_ids
  FROM end_live(p_user_id, p_number, p_state, p_reason, p_at, p_notices) e;
  IF outcome = 'booked' THEN
    UPDATE resting_orders r SET state = p_next ->> 'state', last_refusal = p_next -> 'refusal',
      attempts = r.attempts + 1, end_reason = p_next ->> 'end_reason',
      firing = coalesce(nullif(p_next -> 'firing', 'null'), r.firing),
      failures = CASE WHEN (p_next ->> 'is_counted')::boolean THEN r.failures
        ELSE r.failures - 1 END,
      ended_at = CASE WHEN p_next ->> 'state' IN ('working', 'asked') THEN NULL ELSE p_at END
    WHERE r.user_id = p_user_id AND r.order_id = (p_next ->> 'order_id')::bigint
      AND r.generation = (p_next ->> 'generation')::integer + 1 AND r.state = 'working';
  END IF;
END $$;

-- As before, and: orders that are asked about are guarded, changed and ended as those that wait;
--   ask      [{order_id, firing, refusal}]: these wait for their owner's word
--   confirm  [{order_id, generation}]: proposed within a minute, these wait from now on
--   is_proposed  the new ones wait for their owner's word
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
        AND r.generation = g.generation AND r.state IN ('working', 'asked'))) THEN
    outcome := 'spent';
  ELSIF EXISTS (
    SELECT FROM jsonb_to_recordset(p_asked -> 'confirm') c(order_id bigint, generation integer)
    WHERE NOT EXISTS (
      SELECT FROM resting_orders r WHERE r.user_id = owner AND r.order_id = c.order_id
        AND r.generation = c.generation AND r.state = 'proposed'
        AND r.created_at > now() - interval '1 minute'
        AND (r.position_number IS NULL OR EXISTS (
          SELECT FROM positions p WHERE p.user_id = owner AND p.mode = r.mode
            AND p.season = r.season AND p.number = r.position_number AND p.state = 'open')))) THEN
    outcome := 'spent';
  END IF;
  IF outcome IS NULL AND place <> '[]' AND NOT (p_asked ->> 'is_forced')::boolean THEN
    -- An entry counts with the exits that will come with its fill.
    SELECT l.value - coalesce((
        SELECT sum(1 + coalesce(jsonb_array_length(r.details -> 'exits'), 0))
        FROM resting_orders r
        WHERE r.user_id = owner AND r.mode = wallet.mode AND r.season = wallet.season
          AND r.state IN ('working', 'proposed', 'submitted', 'asked')), 0)
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
    UPDATE resting_orders r SET state = 'proposed'
    WHERE r.user_id = owner AND r.order_id = ANY (order_ids)
      AND (p_asked ->> 'is_proposed')::boolean;
  END IF;
  DELETE FROM dialogs WHERE user_id = owner AND p_asked -> 'update_id' <> 'null';
END $$;

CREATE OR REPLACE FUNCTION change_resting(p_owner bigint, p_asked jsonb) RETURNS void
LANGUAGE sql AS $$
  UPDATE resting_orders r SET state = f.state, end_reason = f.reason, ended_at = now(),
    last_refusal = coalesce(f.refusal, r.last_refusal)
  FROM jsonb_to_recordset(p_asked -> 'finish') f(
    order_id bigint, state text, reason text, refusal jsonb)
  WHERE r.user_id = p_owner AND r.order_id = f.order_id AND r.state IN ('working', 'asked');
  UPDATE resting_orders r SET state = 'working', generation = r.generation + 1, gauge = c.gauge,
    reach = c.reach, level = c.level, due_at = c.due_at, token_units = c.token_units,
    size_lamports = c.size_lamports, slippage_bps = c.slippage_bps, peak = c.peak,
    details = c.details, expires_at = c.expires_at, attempts = 0, last_refusal = NULL,
    triggered_at = NULL, failures = 0, firing = NULL
  FROM jsonb_to_recordset(p_asked -> 'change') c(
    order_id bigint, gauge text, reach text, level numeric, due_at timestamptz,
    token_units numeric, size_lamports numeric, slippage_bps integer, peak numeric, details jsonb,
    expires_at timestamptz)
  WHERE r.user_id = p_owner AND r.order_id = c.order_id AND r.state IN ('working', 'asked');
  UPDATE resting_orders r SET
    attempts = r.attempts + CASE WHEN n.refusal IS NULL THEN 0 ELSE 1 END,
    last_refusal = coalesce(n.refusal, r.last_refusal),
    details = r.details || CASE WHEN n.is_warned THEN '{"is_warned": true}' ELSE '{}' END::jsonb
  FROM jsonb_to_recordset(p_asked -> 'note') n(order_id bigint, refusal jsonb, is_warned boolean)
  WHERE r.user_id = p_owner AND r.order_id = n.order_id AND r.state IN ('working', 'asked');
  UPDATE resting_orders r SET state = 'asked', generation = r.generation + 1, firing = a.firing,
    last_refusal = coalesce(a.refusal, r.last_refusal)
  FROM jsonb_to_recordset(p_asked -> 'ask') a(order_id bigint, firing jsonb, refusal jsonb)
  WHERE r.user_id = p_owner AND r.order_id = a.order_id AND r.state = 'working';
  UPDATE resting_orders r SET state = 'working'
  FROM jsonb_to_recordset(p_asked -> 'confirm') c(order_id bigint)
  WHERE r.user_id = p_owner AND r.order_id = c.order_id AND r.state = 'proposed';
$$;
