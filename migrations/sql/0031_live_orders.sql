-- Live orders: an intent with its funds held, and the attempts to carry it out, each a signed
-- transaction that is committed before anybody may see it. An intent has at most one attempt that
-- is alive or has landed: a new one may begin only where the last is proven dead.
-- The books of a live wallet are the season of its number.

ALTER TABLE accounts DROP CONSTRAINT ck_accounts_kind_known,
  ADD CONSTRAINT ck_accounts_kind_known CHECK (kind IN ('cash', 'margin', 'holding', 'rent', 'fees',
    'market', 'faucet', 'debt', 'insurance', 'external')),
  DROP CONSTRAINT ck_accounts_never_negative,
  ADD CONSTRAINT ck_accounts_never_negative CHECK (
    kind IN ('market', 'faucet', 'debt', 'insurance', 'external') OR balance - held >= 0);

CREATE TABLE live_intents (
  user_id BIGINT NOT NULL,
  number INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  wallet_number INTEGER NOT NULL,
  wallet_address TEXT NOT NULL,
  token_id INTEGER NOT NULL,
  side TEXT NOT NULL,
  position_number INTEGER, -- what a sale closes
  mint_in TEXT NOT NULL,
  mint_out TEXT NOT NULL,
  amount_in NUMERIC(38, 0) NOT NULL,
  min_out NUMERIC(38, 0) NOT NULL,
  slippage_bps INTEGER NOT NULL,
  most_impact_bps INTEGER NOT NULL,
  most_fee_lamports NUMERIC(38, 0) NOT NULL, -- the caps are those of one attempt
  most_tip_lamports NUMERIC(38, 0) NOT NULL,
  most_rent_lamports NUMERIC(38, 0) NOT NULL,
  most_attempts SMALLINT NOT NULL,
  state TEXT NOT NULL DEFAULT 'held',
  end_reason TEXT NOT NULL DEFAULT '',
  lamports_hold BIGINT, -- the transfers that hold
  units_hold BIGINT,
  order_number INTEGER,
  twin JSONB,
  source_at TIMESTAMP WITH TIME ZONE,
  received_at TIMESTAMP WITH TIME ZONE NOT NULL,
  decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
  deadline_at TIMESTAMP WITH TIME ZONE NOT NULL, -- no attempt begins later
  ended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_live_intents PRIMARY KEY (user_id, number),
  CONSTRAINT uq_live_intents_user_id_request_id UNIQUE (user_id, request_id),
  CONSTRAINT fk_live_intents_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT fk_live_intents_token_id FOREIGN KEY (token_id) REFERENCES solana_tokens (token_id),
  CONSTRAINT ck_live_intents_side_known CHECK (side IN ('buy', 'sell')),
  CONSTRAINT ck_live_intents_state_known CHECK (state IN ('held', 'filled', 'failed', 'refused')),
  CONSTRAINT ck_live_intents_sale_has_position CHECK (
    (side = 'sell') = (position_number IS NOT NULL)),
  CONSTRAINT ck_live_intents_ended_when_ended CHECK ((state = 'held') = (ended_at IS NULL)),
  CONSTRAINT ck_live_intents_held_holds CHECK (state <> 'held' OR lamports_hold IS NOT NULL),
  CONSTRAINT ck_live_intents_filled_has_order CHECK (
    (state = 'filled') = (order_number IS NOT NULL)),
  CONSTRAINT ck_live_intents_amount_in_sound CHECK (amount_in > 0 AND amount_in <> 'NaN'),
  CONSTRAINT ck_live_intents_min_out_sound CHECK (min_out > 0 AND min_out <> 'NaN'),
  CONSTRAINT ck_live_intents_most_fee_lamports_sound CHECK (
    most_fee_lamports >= 0 AND most_fee_lamports <> 'NaN'),
  CONSTRAINT ck_live_intents_most_tip_lamports_sound CHECK (
    most_tip_lamports >= 0 AND most_tip_lamports <> 'NaN'),
  CONSTRAINT ck_live_intents_most_rent_lamports_sound CHECK (
    most_rent_lamports >= 0 AND most_rent_lamports <> 'NaN'),
  CONSTRAINT ck_live_intents_slippage_sound CHECK (slippage_bps BETWEEN 0 AND 10000),
  CONSTRAINT ck_live_intents_attempts_sound CHECK (most_attempts BETWEEN 1 AND 100)
);
CREATE INDEX ix_live_intents_held ON live_intents (user_id, number) WHERE state = 'held';

CREATE TABLE live_attempts (
  user_id BIGINT NOT NULL,
  intent_number INTEGER NOT NULL,
  number SMALLINT NOT NULL,
  state TEXT NOT NULL DEFAULT 'signed',
  signature TEXT NOT NULL,
  raw BYTEA NOT NULL,
  last_valid_block_height BIGINT NOT NULL,
  venue TEXT NOT NULL,
  venue_request_id TEXT,
  is_ours_to_send BOOLEAN NOT NULL,
  quoted_out NUMERIC(38, 0) NOT NULL,
  min_out NUMERIC(38, 0) NOT NULL,
  impact NUMERIC NOT NULL,
  slot BIGINT,
  outcome JSONB, -- what it did to the wallet, as the chain tells
  quoted_at TIMESTAMP WITH TIME ZONE NOT NULL,
  offered_at TIMESTAMP WITH TIME ZONE NOT NULL,
  checked_at TIMESTAMP WITH TIME ZONE NOT NULL,
  signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  sent_at TIMESTAMP WITH TIME ZONE,
  landed_at TIMESTAMP WITH TIME ZONE,
  confirmed_at TIMESTAMP WITH TIME ZONE,
  finalized_at TIMESTAMP WITH TIME ZONE,
  ended_at TIMESTAMP WITH TIME ZONE, -- when it was proven to have failed or expired
  CONSTRAINT pk_live_attempts PRIMARY KEY (user_id, intent_number, number),
  CONSTRAINT fk_live_attempts_user_id_intent_number FOREIGN KEY (user_id, intent_number)
    REFERENCES live_intents (user_id, number),
  CONSTRAINT ck_live_attempts_state_known CHECK (state IN ('signed', 'sent', 'landed', 'unknown',
    'confirmed', 'finalized', 'failed', 'expired')),
  CONSTRAINT ck_live_attempts_number_sound CHECK (number > 0),
  CONSTRAINT ck_live_attempts_quoted_out_sound CHECK (quoted_out > 0 AND quoted_out <> 'NaN'),
  CONSTRAINT ck_live_attempts_min_out_sound CHECK (min_out > 0 AND min_out <> 'NaN'),
  CONSTRAINT ck_live_attempts_impact_sound CHECK (impact > '-Infinity' AND impact < 'Infinity' AND impact <> 'NaN'),
  CONSTRAINT ck_live_attempts_told_when_proven CHECK (
    (state IN ('confirmed', 'finalized', 'failed')) = (outcome IS NOT NULL))
);
CREATE UNIQUE INDEX uq_live_attempts_signature ON live_attempts (signature);
CREATE UNIQUE INDEX uq_live_attempts_alive ON live_attempts (user_id, intent_number)
  WHERE state NOT IN ('failed', 'expired');
CREATE INDEX ix_live_attempts_confirmed ON live_attempts (user_id, intent_number)
  WHERE state = 'confirmed';

CREATE TABLE live_pauses (
  user_id BIGINT NOT NULL,
  wallet_number INTEGER NOT NULL,
  paused_at TIMESTAMP WITH TIME ZONE NOT NULL,
  differences JSONB NOT NULL,
  CONSTRAINT pk_live_pauses PRIMARY KEY (user_id, wallet_number),
  CONSTRAINT fk_live_pauses_user_id FOREIGN KEY (user_id) REFERENCES users (user_id)
);

-- What an intent asks for, and what was signed, never changes; states only go forward. An attempt
-- that was seen in a block may be lost with its fork: then it is out, and nothing else, again.
CREATE FUNCTION live_intents_go_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = 'held'
    AND to_jsonb(NEW) - '{state,end_reason,lamports_hold,units_hold,order_number,ended_at}'::text[]
      = to_jsonb(OLD) - '{state,end_reason,lamports_hold,units_hold,order_number,ended_at}'::text[]
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'live intent % of user %: no % from %', OLD.number, OLD.user_id,
    CASE TG_OP WHEN 'UPDATE' THEN NEW.state ELSE TG_OP END, OLD.state
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER live_intents_go_forward BEFORE UPDATE OR DELETE ON live_intents
  FOR EACH ROW EXECUTE FUNCTION live_intents_go_forward();

CREATE FUNCTION live_attempts_go_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.user_id, NEW.intent_number, NEW.number, NEW.signature, NEW.raw,
      NEW.last_valid_block_height, NEW.is_ours_to_send)
    = (OLD.user_id, OLD.intent_number, OLD.number, OLD.signature, OLD.raw,
      OLD.last_valid_block_height, OLD.is_ours_to_send)
    AND (OLD.state, NEW.state) IN (
      ('signed', 'sent'), ('signed', 'landed'), ('signed', 'unknown'),
      ('signed', 'confirmed'), ('signed', 'failed'), ('signed', 'expired'),
      ('sent', 'landed'), ('sent', 'unknown'),
      ('sent', 'confirmed'), ('sent', 'failed'), ('sent', 'expired'),
      ('landed', 'sent'), ('landed', 'unknown'),
      ('landed', 'confirmed'), ('landed', 'failed'), ('landed', 'expired'),
      ('unknown', 'landed'), ('unknown', 'confirmed'), ('unknown', 'failed'),
      ('unknown', 'expired'),
      ('confirmed', 'finalized'))
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'live attempt % of intent % of user %: no % from %', OLD.number,
    OLD.intent_number, OLD.user_id, CASE TG_OP WHEN 'UPDATE' THEN NEW.state ELSE TG_OP END,
    OLD.state USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER live_attempts_go_forward BEFORE UPDATE OR DELETE ON live_attempts
  FOR EACH ROW EXECUTE FUNCTION live_attempts_go_forward();
CREATE TRIGGER live_intents_never_emptied BEFORE TRUNCATE ON live_intents
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER live_attempts_never_emptied BEFORE TRUNCATE ON live_attempts
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Transfers of one intent are `live:<number>`, one step after the other.
CREATE FUNCTION next_live_step(p_user_id bigint, p_request_id text) RETURNS smallint
LANGUAGE sql STABLE AS $$
  SELECT (coalesce(max(step), 0) + 1)::smallint FROM transfers
  WHERE user_id = p_user_id AND request_id = p_request_id
$$;

CREATE FUNCTION live_account(
  p_user_id bigint, p_season integer, p_kind text, p_asset text
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  found_id bigint;
BEGIN
  INSERT INTO accounts (user_id, mode, season, kind, asset, position_number)
  VALUES (p_user_id, 'live', p_season, p_kind, p_asset, 0)
  ON CONFLICT ON CONSTRAINT uq_accounts_key DO NOTHING;
  SELECT account_id INTO found_id FROM accounts
  WHERE user_id = p_user_id AND mode = 'live' AND season = p_season AND kind = p_kind
    AND asset = p_asset AND position_number = 0;
  RETURN found_id;
END $$;

CREATE FUNCTION hold_live(
  p_user_id bigint, p_season integer, p_number integer, p_kind text, p_asset text, p_units numeric
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  held_id bigint;
BEGIN
  IF p_units <= 0 THEN
    RETURN NULL;
  END IF;
  INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code,
    kind)
  VALUES (p_user_id, 'live:' || p_number, next_live_step(p_user_id, 'live:' || p_number),
    live_account(p_user_id, p_season, p_kind, p_asset),
    live_account(p_user_id, p_season, 'market', p_asset), p_units, 'live_hold', 'hold')
  RETURNING transfer_id INTO held_id;
  RETURN held_id;
END $$;

CREATE FUNCTION release_live(p_user_id bigint, p_number integer, p_holds bigint[]) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code,
    kind, hold_id)
  SELECT h.user_id, h.request_id,
    next_live_step(p_user_id, 'live:' || p_number) + row_number() OVER (ORDER BY h.transfer_id) - 1,
    h.debit_account, h.credit_account, h.amount, 'live_release', 'void', h.transfer_id
  FROM transfers h WHERE h.user_id = p_user_id AND h.transfer_id = ANY (p_holds)
$$;

-- The wallet row is the user's lock, as for every booking.
CREATE FUNCTION lock_live(p_user_id bigint) RETURNS virtual_wallets LANGUAGE sql AS $$
  SELECT w FROM virtual_wallets w
  WHERE w.user_id = p_user_id AND w.mode = 'live' AND w.is_current FOR UPDATE
$$;

-- Begin a live wallet's books, once; false where another wallet's are the current ones.
CREATE FUNCTION open_live_books(p_user_id bigint, p_number integer, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO virtual_wallets (user_id, mode, season, grant_lamports, started_at)
  VALUES (p_user_id, 'live', p_number, 0, p_at) ON CONFLICT DO NOTHING;
  RETURN EXISTS (SELECT FROM virtual_wallets WHERE user_id = p_user_id AND mode = 'live'
    AND season = p_number AND is_current);
END $$;

-- Take what an intent may cost out of reach, and keep it, once for each request.
CREATE FUNCTION place_live(
  p_asked jsonb, p_update_id bigint, p_notices jsonb,
  OUT outcome text, OUT intent_number integer, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  asked live_intents := jsonb_populate_record(NULL::live_intents, p_asked);
  wallet virtual_wallets := lock_live(asked.user_id);
  known live_intents%ROWTYPE;
  lamports numeric := (p_asked ->> 'hold_lamports')::numeric;
  units numeric := (p_asked ->> 'hold_units')::numeric;
  free_lamports numeric;
  free_units numeric;
  is_closed boolean[];
BEGIN
  notice_ids := '{}';
  SELECT * INTO known FROM live_intents i
  WHERE i.user_id = asked.user_id AND i.request_id = asked.request_id;
  IF known.number IS NOT NULL THEN
    intent_number := known.number;
    outcome := CASE known.request_hash WHEN asked.request_hash THEN 'repeated' ELSE 'mismatch' END;
    RETURN;
  END IF;
  SELECT coalesce(sum(balance - held) FILTER (WHERE kind = 'cash'), 0),
    coalesce(sum(balance - held) FILTER (WHERE kind = 'holding' AND asset = asked.mint_in), 0)
  INTO free_lamports, free_units FROM accounts a
  WHERE a.user_id = asked.user_id AND a.mode = 'live' AND a.season = asked.wallet_number;
  outcome := CASE
    WHEN EXISTS (SELECT FROM orders o
      WHERE o.user_id = asked.user_id AND o.request_id = asked.request_id) THEN 'mismatch'
    WHEN wallet.season IS DISTINCT FROM asked.wallet_number THEN 'other_wallet'
    WHEN (SELECT status FROM users u WHERE u.user_id = asked.user_id) <> 'active' THEN 'frozen'
    WHEN EXISTS (SELECT FROM live_pauses s WHERE s.user_id = asked.user_id
      AND s.wallet_number = asked.wallet_number) THEN 'paused'
    WHEN free_lamports < lamports OR free_units < units THEN 'short'
  END;
  IF outcome IS NOT NULL THEN
    RETURN;
  END IF;
  SELECT c.is_closed, c.notice_ids INTO is_closed, notice_ids
  FROM close_updates(jsonb_build_array(jsonb_build_object(
    'update_id', p_update_id, 'failure', '', 'notices', p_notices))) c;
  IF NOT is_closed[1] THEN
    outcome := 'answered';
    RETURN;
  END IF;
  SELECT coalesce(max(i.number), 0) + 1 INTO intent_number FROM live_intents i
  WHERE i.user_id = asked.user_id;
  asked.number := intent_number;
  asked.state := 'held';
  asked.end_reason := '';
  asked.lamports_hold := hold_live(
    asked.user_id, asked.wallet_number, intent_number, 'cash',
    'So11111111111111111111111111111111111111112', lamports);
  asked.units_hold := hold_live(
    asked.user_id, asked.wallet_number, intent_number, 'holding', asked.mint_in, units);
  INSERT INTO live_intents SELECT (asked).*;
  outcome := 'booked';
END $$;

-- Keep a signed attempt. Only what came back `booked` may ever be sent.
CREATE FUNCTION commit_live_attempt(p_attempt jsonb, p_at timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  signed live_attempts := jsonb_populate_record(NULL::live_attempts, p_attempt);
  intent live_intents%ROWTYPE;
BEGIN
  SELECT * INTO intent FROM live_intents i
  WHERE i.user_id = signed.user_id AND i.number = signed.intent_number FOR UPDATE;
  IF intent.state IS DISTINCT FROM 'held' THEN
    RETURN 'ended';
  ELSIF signed.number IS DISTINCT FROM (SELECT count(*) + 1 FROM live_attempts a
    WHERE a.user_id = signed.user_id AND a.intent_number = signed.intent_number)
    OR signed.number > intent.most_attempts OR signed.min_out < intent.min_out THEN
    RETURN 'overtaken';
  ELSIF p_at > intent.deadline_at THEN
    RETURN 'late';
  ELSIF (SELECT status FROM users u WHERE u.user_id = signed.user_id) <> 'active' THEN
    RETURN 'frozen';
  ELSIF EXISTS (SELECT FROM live_pauses s WHERE s.user_id = signed.user_id
    AND s.wallet_number = intent.wallet_number) THEN
    RETURN 'paused';
  END IF;
  signed.state := 'signed';
  INSERT INTO live_attempts SELECT (signed).*
  ON CONFLICT (user_id, intent_number) WHERE state NOT IN ('failed', 'expired') DO NOTHING;
  RETURN CASE WHEN FOUND THEN 'booked' ELSE 'overtaken' END;
END $$;

-- Note how far an attempt has come, if it still stands where it was seen; tells whether it did.
CREATE FUNCTION move_live_attempt(
  p_user_id bigint, p_intent integer, p_number integer, p_from text, p_to text,
  p_at timestamptz, p_slot bigint, p_notices jsonb,
  OUT is_moved boolean, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
BEGIN
  notice_ids := '{}';
  UPDATE live_attempts a SET state = p_to, slot = coalesce(p_slot, a.slot),
    sent_at = CASE p_to WHEN 'sent' THEN coalesce(a.sent_at, p_at) ELSE a.sent_at END,
    landed_at = CASE p_to WHEN 'landed' THEN coalesce(a.landed_at, p_at) ELSE a.landed_at END,
    finalized_at = CASE p_to WHEN 'finalized' THEN p_at ELSE a.finalized_at END,
    ended_at = CASE p_to WHEN 'expired' THEN p_at ELSE a.ended_at END
  WHERE a.user_id = p_user_id AND a.intent_number = p_intent AND a.number = p_number
    AND a.state = p_from AND p_to IN ('sent', 'landed', 'unknown', 'expired', 'finalized');
  is_moved := FOUND;
  IF is_moved AND p_notices <> '[]' THEN
    SELECT c.notice_ids INTO notice_ids FROM close_updates(jsonb_build_array(jsonb_build_object(
      'update_id', NULL, 'failure', '', 'notices', p_notices))) c;
  END IF;
END $$;

-- Book a fill by the books' own door, with the hold let go and the intent ended, once.
CREATE FUNCTION settle_live(
  p_fill jsonb, p_booking jsonb, OUT outcome text, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  owner bigint := (p_fill ->> 'user_id')::bigint;
  wallet virtual_wallets := lock_live(owner);
  intent live_intents%ROWTYPE;
  outcomes text[];
BEGIN
  notice_ids := '{}';
  SELECT * INTO intent FROM live_intents i
  WHERE i.user_id = owner AND i.number = (p_fill ->> 'intent')::integer FOR UPDATE;
  IF intent.state <> 'held' THEN
    outcome := 'repeated';
    RETURN;
  ELSIF wallet.version <> (p_booking ->> 'wallet_version')::bigint
    OR wallet.season <> intent.wallet_number THEN
    outcome := 'conflict';
    RETURN;
  END IF;
  PERFORM release_live(owner, intent.number, ARRAY[intent.lamports_hold, intent.units_hold]);
  SELECT b.outcomes, b.notice_ids INTO outcomes, notice_ids
  FROM book_settlements(jsonb_build_array(p_booking)) b;
  IF outcomes[1] <> 'booked' THEN
    RAISE EXCEPTION 'live intent % of user %: its fill is %', intent.number, owner, outcomes[1]
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  UPDATE live_attempts a SET state = 'confirmed', confirmed_at = (p_fill ->> 'at')::timestamptz,
    landed_at = coalesce(a.landed_at, (p_fill ->> 'at')::timestamptz),
    slot = (p_fill ->> 'slot')::bigint, outcome = p_fill -> 'outcome'
  WHERE a.user_id = owner AND a.intent_number = intent.number
    AND a.number = (p_fill ->> 'attempt')::integer;
  UPDATE live_intents i SET state = 'filled', ended_at = (p_fill ->> 'at')::timestamptz,
    order_number = (p_booking ->> 'order_number')::integer
  WHERE i.user_id = owner AND i.number = intent.number;
  outcome := 'booked';
END $$;

-- Book what a failed attempt cost, once, and hold what is left of the means for the next.
CREATE FUNCTION fail_live_attempt(p_failure jsonb, OUT outcome text) LANGUAGE plpgsql AS $$
DECLARE
  owner bigint := (p_failure ->> 'user_id')::bigint;
  wallet virtual_wallets := lock_live(owner);
  fee numeric := (p_failure ->> 'fee_lamports')::numeric;
  sol text := 'So11111111111111111111111111111111111111112';
  intent live_intents%ROWTYPE;
  failed live_attempts%ROWTYPE;
  held numeric;
BEGIN
  SELECT * INTO intent FROM live_intents i
  WHERE i.user_id = owner AND i.number = (p_failure ->> 'intent')::integer FOR UPDATE;
  UPDATE live_attempts a SET state = 'failed', ended_at = (p_failure ->> 'at')::timestamptz,
    slot = (p_failure ->> 'slot')::bigint, outcome = p_failure -> 'outcome'
  WHERE a.user_id = owner AND a.intent_number = intent.number
    AND a.number = (p_failure ->> 'attempt')::integer
    AND a.state IN ('signed', 'sent', 'landed', 'unknown')
  RETURNING a.* INTO failed;
  IF failed.user_id IS NULL THEN
    outcome := 'repeated';
    RETURN;
  END IF;
  outcome := 'booked';
  IF fee = 0 THEN
    RETURN;
  END IF;
  SELECT amount INTO held FROM transfers WHERE user_id = owner
    AND transfer_id = intent.lamports_hold;
  PERFORM release_live(owner, intent.number, ARRAY[intent.lamports_hold]);
  INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code)
  VALUES (owner, 'sol:' || failed.signature, 1,
    live_account(owner, intent.wallet_number, 'cash', sol),
    live_account(owner, intent.wallet_number, 'fees', sol), fee, 'failed_fee');
  UPDATE live_intents i SET lamports_hold = hold_live(
    owner, intent.wallet_number, intent.number, 'cash', sol, greatest(held - fee, 1))
  WHERE i.user_id = owner AND i.number = intent.number;
  UPDATE virtual_wallets w SET version = w.version + 1
  WHERE w.user_id = owner AND w.mode = 'live' AND w.season = wallet.season;
END $$;

-- Give an intent up and its funds back: only where no attempt is alive.
CREATE FUNCTION end_live(
  p_user_id bigint, p_number integer, p_state text, p_reason text, p_at timestamptz,
  p_notices jsonb, OUT outcome text, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  wallet virtual_wallets := lock_live(p_user_id);
  intent live_intents%ROWTYPE;
BEGIN
  notice_ids := '{}';
  SELECT * INTO intent FROM live_intents i
  WHERE i.user_id = p_user_id AND i.number = p_number FOR UPDATE;
  outcome := CASE
    WHEN intent.state <> 'held' THEN 'repeated'
    WHEN EXISTS (SELECT FROM live_attempts a WHERE a.user_id = p_user_id
      AND a.intent_number = p_number AND a.state NOT IN ('failed', 'expired')) THEN 'alive'
    ELSE 'booked' END;
  IF outcome <> 'booked' THEN
    RETURN;
  END IF;
  PERFORM release_live(p_user_id, p_number, ARRAY[intent.lamports_hold, intent.units_hold]);
  UPDATE live_intents i SET state = p_state, end_reason = p_reason, ended_at = p_at
  WHERE i.user_id = p_user_id AND i.number = p_number;
  SELECT c.notice_ids INTO notice_ids FROM close_updates(jsonb_build_array(jsonb_build_object(
    'update_id', NULL, 'failure', '', 'notices', p_notices))) c;
END $$;

-- SOL that came from outside (above zero) or left for there, once for each transaction.
CREATE FUNCTION book_external(
  p_user_id bigint, p_wallet integer, p_signature text, p_lamports numeric
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  wallet virtual_wallets := lock_live(p_user_id);
  sol text := 'So11111111111111111111111111111111111111112';
  cash bigint;
  outside bigint;
BEGIN
  IF wallet.season IS DISTINCT FROM p_wallet THEN
    RETURN 'other_wallet';
  ELSIF EXISTS (SELECT FROM transfers WHERE user_id = p_user_id
    AND request_id = 'outside:' || p_signature) THEN
    RETURN 'repeated';
  END IF;
  cash := live_account(p_user_id, p_wallet, 'cash', sol);
  outside := live_account(p_user_id, p_wallet, 'external', sol);
  INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code)
  VALUES (p_user_id, 'outside:' || p_signature, 1,
    CASE WHEN p_lamports > 0 THEN outside ELSE cash END,
    CASE WHEN p_lamports > 0 THEN cash ELSE outside END, abs(p_lamports),
    CASE WHEN p_lamports > 0 THEN 'deposit' ELSE 'withdrawal' END);
  UPDATE virtual_wallets w SET version = w.version + 1
  WHERE w.user_id = p_user_id AND w.mode = 'live' AND w.season = p_wallet;
  RETURN 'booked';
END $$;

-- Pause a wallet whose books and chain differ, or let it trade again; tells whether that is new.
CREATE FUNCTION pause_live(
  p_user_id bigint, p_wallet integer, p_differences jsonb, p_at timestamptz, p_notices jsonb,
  OUT is_new boolean, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
BEGIN
  notice_ids := '{}';
  IF p_differences = '[]' THEN
    DELETE FROM live_pauses WHERE user_id = p_user_id AND wallet_number = p_wallet;
  ELSE
    INSERT INTO live_pauses (user_id, wallet_number, paused_at, differences)
    VALUES (p_user_id, p_wallet, p_at, p_differences) ON CONFLICT DO NOTHING;
  END IF;
  is_new := FOUND;
  IF is_new THEN
    INSERT INTO audit_log (user_id, actor_id, action, details) VALUES (p_user_id, p_user_id,
      CASE p_differences WHEN '[]' THEN 'live.resumed' ELSE 'live.paused' END,
      jsonb_build_object('wallet', p_wallet, 'differences', p_differences));
    SELECT c.notice_ids INTO notice_ids FROM close_updates(jsonb_build_array(jsonb_build_object(
      'update_id', NULL, 'failure', '', 'notices', p_notices))) c;
  END IF;
END $$;
