-- Withdrawals: money leaves to addresses that its owner listed and that have waited, proved by a
-- code of their authenticator for exactly these terms, behind a delay in which it can be stopped.
-- What a payment needs is asked here as well, whatever the bot believes: the row of an attempt
-- cannot be put while anything is missing, and only what is put may ever be sent.

CREATE TABLE withdrawal_addresses (
  user_id BIGINT NOT NULL,
  number INTEGER NOT NULL,
  address TEXT NOT NULL,
  label TEXT NOT NULL,
  added_at TIMESTAMP WITH TIME ZONE NOT NULL,
  usable_at TIMESTAMP WITH TIME ZONE NOT NULL,
  removed_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_withdrawal_addresses PRIMARY KEY (user_id, number),
  CONSTRAINT fk_withdrawal_addresses_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT ck_withdrawal_addresses_waits CHECK (usable_at >= added_at)
);
CREATE UNIQUE INDEX uq_withdrawal_addresses_listed ON withdrawal_addresses (user_id, address)
  WHERE removed_at IS NULL;

CREATE TABLE withdrawals (
  user_id BIGINT NOT NULL,
  number INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  wallet_number INTEGER NOT NULL,
  wallet_address TEXT NOT NULL,
  address_number INTEGER NOT NULL,
  destination TEXT NOT NULL,
  mint TEXT NOT NULL,
  token_id INTEGER, -- none: SOL
  token_program TEXT NOT NULL,
  amount NUMERIC(38, 0) NOT NULL,
  worth_lamports NUMERIC(38, 0) NOT NULL,
  most_fee_lamports NUMERIC(38, 0) NOT NULL, -- of one attempt
  most_rent_lamports NUMERIC(38, 0) NOT NULL,
  most_attempts SMALLINT NOT NULL,
  nonce TEXT NOT NULL,
  delay_seconds INTEGER NOT NULL, -- between the code and the payment
  factor_wait_seconds INTEGER NOT NULL, -- how old an authenticator has to be
  state TEXT NOT NULL DEFAULT 'asked',
  end_reason TEXT NOT NULL DEFAULT '',
  lamports_hold BIGINT, -- the transfers that hold
  units_hold BIGINT,
  received_at TIMESTAMP WITH TIME ZONE NOT NULL,
  asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL, -- no code is taken later
  proved_at TIMESTAMP WITH TIME ZONE,
  due_at TIMESTAMP WITH TIME ZONE,
  stopped_at TIMESTAMP WITH TIME ZONE,
  stop_reason TEXT NOT NULL DEFAULT '',
  ended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_withdrawals PRIMARY KEY (user_id, number),
  CONSTRAINT uq_withdrawals_user_id_request_id UNIQUE (user_id, request_id),
  CONSTRAINT fk_withdrawals_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT fk_withdrawals_user_id_address_number FOREIGN KEY (user_id, address_number)
    REFERENCES withdrawal_addresses (user_id, number),
  CONSTRAINT fk_withdrawals_token_id FOREIGN KEY (token_id) REFERENCES solana_tokens (token_id),
  CONSTRAINT ck_withdrawals_state_known CHECK (state IN ('asked', 'waiting', 'sending', 'sent',
    'failed', 'cancelled', 'lapsed')),
  CONSTRAINT ck_withdrawals_ended_when_ended CHECK (
    (state IN ('asked', 'waiting', 'sending')) = (ended_at IS NULL)),
  CONSTRAINT ck_withdrawals_proved_when_proved CHECK (
    state NOT IN ('waiting', 'sending', 'sent', 'failed') OR proved_at IS NOT NULL),
  CONSTRAINT ck_withdrawals_delay_kept CHECK (
    proved_at IS NULL OR due_at >= proved_at + make_interval(secs => delay_seconds)),
  CONSTRAINT ck_withdrawals_due_when_proved CHECK ((proved_at IS NULL) = (due_at IS NULL)),
  CONSTRAINT ck_withdrawals_held_holds CHECK (
    (state IN ('waiting', 'sending')) <= (lamports_hold IS NOT NULL)),
  CONSTRAINT ck_withdrawals_amount_sound CHECK (amount > 0 AND amount <> 'NaN'),
  CONSTRAINT ck_withdrawals_worth_lamports_sound CHECK (
    worth_lamports >= 0 AND worth_lamports <> 'NaN'),
  CONSTRAINT ck_withdrawals_most_fee_lamports_sound CHECK (
    most_fee_lamports > 0 AND most_fee_lamports <> 'NaN'),
  CONSTRAINT ck_withdrawals_most_rent_lamports_sound CHECK (
    most_rent_lamports >= 0 AND most_rent_lamports <> 'NaN'),
  CONSTRAINT ck_withdrawals_attempts_sound CHECK (most_attempts BETWEEN 1 AND 100),
  CONSTRAINT ck_withdrawals_waits_sound CHECK (delay_seconds >= 0 AND factor_wait_seconds >= 0)
);
CREATE INDEX ix_withdrawals_open ON withdrawals (user_id, number)
  WHERE state IN ('asked', 'waiting', 'sending');
CREATE INDEX ix_withdrawals_proved_at ON withdrawals (proved_at)
  WHERE state IN ('waiting', 'sending', 'sent');

-- A code of an authenticator, given for one withdrawal and used up by it.
CREATE TABLE withdrawal_proofs (
  user_id BIGINT NOT NULL,
  withdrawal_number INTEGER NOT NULL,
  terms_hash TEXT NOT NULL,
  factor_version INTEGER NOT NULL,
  factor_step BIGINT NOT NULL,
  factor_set_at TIMESTAMP WITH TIME ZONE NOT NULL,
  session_id BIGINT NOT NULL,
  proved_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_withdrawal_proofs PRIMARY KEY (user_id, withdrawal_number),
  CONSTRAINT uq_withdrawal_proofs_step UNIQUE (user_id, factor_version, factor_step),
  CONSTRAINT fk_withdrawal_proofs_user_id_withdrawal_number
    FOREIGN KEY (user_id, withdrawal_number) REFERENCES withdrawals (user_id, number)
);

CREATE TABLE withdrawal_attempts (
  user_id BIGINT NOT NULL,
  withdrawal_number INTEGER NOT NULL,
  number SMALLINT NOT NULL,
  state TEXT NOT NULL DEFAULT 'signed',
  signature TEXT NOT NULL,
  raw BYTEA NOT NULL,
  last_valid_block_height BIGINT NOT NULL,
  slot BIGINT,
  outcome JSONB, -- what it did to the wallet, as the chain tells
  signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  sent_at TIMESTAMP WITH TIME ZONE,
  landed_at TIMESTAMP WITH TIME ZONE,
  confirmed_at TIMESTAMP WITH TIME ZONE,
  finalized_at TIMESTAMP WITH TIME ZONE,
  ended_at TIMESTAMP WITH TIME ZONE, -- when it was proven to have failed or expired
  CONSTRAINT pk_withdrawal_attempts PRIMARY KEY (user_id, withdrawal_number, number),
  CONSTRAINT fk_withdrawal_attempts_user_id_withdrawal_number
    FOREIGN KEY (user_id, withdrawal_number) REFERENCES withdrawals (user_id, number),
  CONSTRAINT ck_withdrawal_attempts_state_known CHECK (state IN ('signed', 'sent', 'landed',
    'unknown', 'confirmed', 'finalized', 'failed', 'expired')),
  CONSTRAINT ck_withdrawal_attempts_number_sound CHECK (number > 0),
  CONSTRAINT ck_withdrawal_attempts_told_when_proven CHECK (
    (state IN ('confirmed', 'finalized', 'failed')) = (outcome IS NOT NULL))
);
CREATE UNIQUE INDEX uq_withdrawal_attempts_signature ON withdrawal_attempts (signature);
CREATE UNIQUE INDEX uq_withdrawal_attempts_alive
  ON withdrawal_attempts (user_id, withdrawal_number) WHERE state NOT IN ('failed', 'expired');
CREATE INDEX ix_withdrawal_attempts_confirmed
  ON withdrawal_attempts (user_id, withdrawal_number) WHERE state = 'confirmed';

-- The time by which waits are over: the database's own, whatever the bot says the time is.
CREATE FUNCTION withdrawal_clock() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT now() $$;

-- What a code is given for; `bot.domain.withdrawals.Terms` spells it the same.
CREATE FUNCTION withdrawal_terms(w withdrawals) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT encode(sha256(convert_to(concat_ws('|', 'withdrawal', w.user_id, w.number,
    w.wallet_address, w.mint, w.amount, w.destination, w.nonce), 'UTF8')), 'hex')
$$;

-- Whether what it may cost is out of everybody else's reach.
CREATE FUNCTION withdrawal_is_held(w withdrawals) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT bool_and(coalesce(h.amount, 0) >= needed.units)
  FROM (VALUES
    (w.lamports_hold, w.most_fee_lamports + CASE WHEN w.token_id IS NULL THEN w.amount ELSE 0 END),
    (w.units_hold, CASE WHEN w.token_id IS NOT NULL THEN w.amount END)
  ) needed (hold_id, units)
  LEFT JOIN transfers h ON h.user_id = w.user_id AND h.transfer_id = needed.hold_id
    AND h.kind = 'hold' AND NOT EXISTS (SELECT FROM transfers d
      WHERE d.user_id = h.user_id AND d.hold_id = h.transfer_id)
  WHERE needed.units IS NOT NULL
$$;

-- Everything that a payment of this withdrawal lacks; `bot.domain.withdrawals.missing` says the
-- same in the same words.
CREATE FUNCTION withdrawal_missing(w withdrawals) RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT array_remove(ARRAY[
    CASE WHEN w.state NOT IN ('waiting', 'sending') THEN 'state' END,
    CASE WHEN a.address IS DISTINCT FROM w.destination OR a.removed_at IS NOT NULL
      THEN 'address' END,
    CASE WHEN a.usable_at IS NULL OR a.usable_at > w.asked_at THEN 'address_wait' END,
    CASE WHEN p.terms_hash IS DISTINCT FROM withdrawal_terms(w) THEN 'proof' END,
    CASE WHEN p.proved_at IS NULL OR p.proved_at > w.expires_at OR p.proved_at < w.asked_at
      OR p.proved_at <> w.proved_at THEN 'proof_in_time' END,
    CASE WHEN f.version IS DISTINCT FROM p.factor_version OR f.last_step < p.factor_step
      OR f.confirmed_at IS DISTINCT FROM p.factor_set_at THEN 'factor' END,
    CASE WHEN p.factor_set_at IS NULL
      OR p.factor_set_at + make_interval(secs => w.factor_wait_seconds) > p.proved_at
      THEN 'factor_wait' END,
    CASE WHEN w.due_at IS NULL OR w.due_at > withdrawal_clock() THEN 'delay' END,
    CASE WHEN w.stopped_at IS NOT NULL THEN 'stopped' END,
    CASE WHEN NOT withdrawal_is_held(w) THEN 'hold' END,
    CASE WHEN u.status <> 'active' THEN 'active' END,
    CASE WHEN EXISTS (SELECT FROM live_pauses s WHERE s.user_id = w.user_id
      AND s.wallet_number = w.wallet_number) THEN 'unpaused' END
  ], NULL)
  FROM users u
  LEFT JOIN withdrawal_addresses a ON a.user_id = w.user_id AND a.number = w.address_number
  LEFT JOIN withdrawal_proofs p ON p.user_id = w.user_id AND p.withdrawal_number = w.number
  LEFT JOIN user_factors f ON f.user_id = w.user_id AND f.kind = 'totp'
  WHERE u.user_id = w.user_id
$$;

-- Terms never change, waits never shorten, and states only go forward.
CREATE FUNCTION withdrawals_go_forward() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told text[] := '{state,end_reason,lamports_hold,units_hold,proved_at,due_at,stopped_at,stop_reason,ended_at}';
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - told = to_jsonb(OLD) - told
    AND (OLD.proved_at IS NULL OR (NEW.proved_at, NEW.due_at) = (OLD.proved_at, OLD.due_at))
    AND (OLD.stopped_at IS NULL OR NEW.stopped_at = OLD.stopped_at)
    AND (OLD.state, NEW.state) IN (
      ('asked', 'asked'), ('asked', 'waiting'), ('asked', 'cancelled'), ('asked', 'lapsed'),
      ('waiting', 'waiting'), ('waiting', 'sending'), ('waiting', 'cancelled'),
      ('waiting', 'failed'), ('sending', 'sending'), ('sending', 'sent'), ('sending', 'failed'))
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'withdrawal % of user %: no % from %', OLD.number, OLD.user_id,
    CASE TG_OP WHEN 'UPDATE' THEN NEW.state ELSE TG_OP END, OLD.state
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER withdrawals_go_forward BEFORE UPDATE OR DELETE ON withdrawals
  FOR EACH ROW EXECUTE FUNCTION withdrawals_go_forward();

CREATE FUNCTION withdrawals_begin_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'asked' AND NEW.proved_at IS NULL AND NEW.lamports_hold IS NULL THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'withdrawal % of user % begins as %', NEW.number, NEW.user_id, NEW.state
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER withdrawals_begin_asked BEFORE INSERT ON withdrawals
  FOR EACH ROW EXECUTE FUNCTION withdrawals_begin_asked();

-- An address is listed anew or taken off; nothing else about it ever changes, its wait least of all.
CREATE FUNCTION withdrawal_addresses_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.removed_at IS NULL
    AND to_jsonb(NEW) - 'removed_at' = to_jsonb(OLD) - 'removed_at' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'address % of user % stands as it was listed', OLD.number, OLD.user_id
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER withdrawal_addresses_stand BEFORE UPDATE OR DELETE ON withdrawal_addresses
  FOR EACH ROW EXECUTE FUNCTION withdrawal_addresses_stand();

CREATE TRIGGER withdrawal_proofs_stand BEFORE UPDATE OR DELETE ON withdrawal_proofs
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION withdrawal_attempts_need_all() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  w withdrawals%ROWTYPE;
  missing text[];
BEGIN
  SELECT * INTO w FROM withdrawals x
  WHERE x.user_id = NEW.user_id AND x.number = NEW.withdrawal_number FOR UPDATE;
  missing := withdrawal_missing(w);
  IF missing = '{}' AND NEW.state = 'signed' AND NEW.number <= w.most_attempts
    AND NEW.number = 1 + (SELECT count(*) FILTER (WHERE a.state = 'expired')
      FROM withdrawal_attempts a
      WHERE a.user_id = NEW.user_id AND a.withdrawal_number = NEW.withdrawal_number) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'withdrawal % of user %: attempt % lacks %', NEW.withdrawal_number, NEW.user_id,
    NEW.number, missing USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER withdrawal_attempts_need_all BEFORE INSERT ON withdrawal_attempts
  FOR EACH ROW EXECUTE FUNCTION withdrawal_attempts_need_all();

CREATE FUNCTION withdrawal_attempts_go_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.user_id, NEW.withdrawal_number, NEW.number, NEW.signature, NEW.raw,
      NEW.last_valid_block_height)
    = (OLD.user_id, OLD.withdrawal_number, OLD.number, OLD.signature, OLD.raw,
      OLD.last_valid_block_height)
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
  RAISE EXCEPTION 'attempt % at withdrawal % of user %: no % from %', OLD.number,
    OLD.withdrawal_number, OLD.user_id, CASE TG_OP WHEN 'UPDATE' THEN NEW.state ELSE TG_OP END,
    OLD.state USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER withdrawal_attempts_go_forward BEFORE UPDATE OR DELETE ON withdrawal_attempts
  FOR EACH ROW EXECUTE FUNCTION withdrawal_attempts_go_forward();

CREATE TRIGGER withdrawal_addresses_never_emptied BEFORE TRUNCATE ON withdrawal_addresses
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER withdrawals_never_emptied BEFORE TRUNCATE ON withdrawals
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER withdrawal_proofs_never_emptied BEFORE TRUNCATE ON withdrawal_proofs
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER withdrawal_attempts_never_emptied BEFORE TRUNCATE ON withdrawal_attempts
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A freeze or ban stops for good whatever has not been sent yet; a thaw brings none of it back.
-- The holds are let go by the round that ends stopped withdrawals.
CREATE FUNCTION stop_withdrawals_of_halted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE withdrawals w SET stopped_at = now(), stop_reason = 'frozen'
  WHERE w.user_id = NEW.user_id AND w.state IN ('asked', 'waiting') AND w.stopped_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER users_halted_stop_withdrawals AFTER UPDATE OF status ON users
  FOR EACH ROW WHEN (OLD.status = 'active' AND NEW.status <> 'active')
  EXECUTE FUNCTION stop_withdrawals_of_halted();

-- List an address; its number, or none with why not.
CREATE FUNCTION add_withdrawal_address(
  p_user_id bigint, p_address text, p_label text, p_at timestamptz, p_usable_at timestamptz,
  p_most integer, p_update_id bigint, p_notices jsonb,
  OUT outcome text, OUT address_number integer, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  is_closed boolean[];
BEGIN
  notice_ids := '{}';
  PERFORM FROM users WHERE user_id = p_user_id FOR NO KEY UPDATE;
  outcome := CASE
    WHEN EXISTS (SELECT FROM withdrawal_addresses a WHERE a.user_id = p_user_id
      AND a.address = p_address AND a.removed_at IS NULL) THEN 'listed'
    WHEN (SELECT count(*) FROM withdrawal_addresses a WHERE a.user_id = p_user_id
      AND a.removed_at IS NULL) >= p_most THEN 'full' END;
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
  SELECT coalesce(max(a.number), 0) + 1 INTO address_number FROM withdrawal_addresses a
  WHERE a.user_id = p_user_id;
  INSERT INTO withdrawal_addresses (user_id, number, address, label, added_at, usable_at)
  VALUES (p_user_id, address_number, p_address, p_label, p_at,
    -- Never sooner than it would be by our own clock.
    p_usable_at + greatest(withdrawal_clock() - p_at, interval '0'));
  INSERT INTO audit_log (user_id, actor_id, action, details) VALUES (p_user_id, p_user_id,
    'address.added', jsonb_build_object('number', address_number, 'address', p_address));
  outcome := 'booked';
END $$;

-- Take an address off the list at once; whatever was under way to it is stopped.
CREATE FUNCTION remove_withdrawal_address(
  p_user_id bigint, p_number integer, p_at timestamptz, p_update_id bigint, p_notices jsonb,
  OUT outcome text, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  is_closed boolean[];
BEGIN
  notice_ids := '{}';
  PERFORM FROM users WHERE user_id = p_user_id FOR NO KEY UPDATE;
  IF NOT EXISTS (SELECT FROM withdrawal_addresses a WHERE a.user_id = p_user_id
    AND a.number = p_number AND a.removed_at IS NULL) THEN
    outcome := 'unknown';
    RETURN;
  END IF;
  SELECT c.is_closed, c.notice_ids INTO is_closed, notice_ids
  FROM close_updates(jsonb_build_array(jsonb_build_object(
    'update_id', p_update_id, 'failure', '', 'notices', p_notices))) c;
  IF NOT is_closed[1] THEN
    outcome := 'answered';
    RETURN;
  END IF;
  UPDATE withdrawal_addresses SET removed_at = p_at
  WHERE user_id = p_user_id AND number = p_number;
  UPDATE withdrawals w SET stopped_at = p_at, stop_reason = 'address_removed'
  WHERE w.user_id = p_user_id AND w.address_number = p_number
    AND w.state IN ('asked', 'waiting') AND w.stopped_at IS NULL;
  INSERT INTO audit_log (user_id, actor_id, action, details) VALUES (p_user_id, p_user_id,
    'address.removed', jsonb_build_object('number', p_number));
  outcome := 'booked';
END $$;

CREATE FUNCTION withdrawal_request(p_number integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT 'withdrawal:' || p_number
$$;

CREATE FUNCTION hold_withdrawal(w withdrawals, p_kind text, p_asset text, p_units numeric)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  held_id bigint;
BEGIN
  IF p_units <= 0 THEN
    RETURN NULL;
  END IF;
  INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code,
    kind)
  VALUES (w.user_id, withdrawal_request(w.number),
    next_live_step(w.user_id, withdrawal_request(w.number)),
    live_account(w.user_id, w.wallet_number, p_kind, p_asset),
    live_account(w.user_id, w.wallet_number, 'market', p_asset), p_units, 'live_hold', 'hold')
  RETURNING transfer_id INTO held_id;
  RETURN held_id;
END $$;

CREATE FUNCTION release_withdrawal(w withdrawals) RETURNS void LANGUAGE sql AS $$
  INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code,
    kind, hold_id)
  SELECT h.user_id, h.request_id, next_live_step(w.user_id, withdrawal_request(w.number))
      + row_number() OVER (ORDER BY h.transfer_id) - 1,
    h.debit_account, h.credit_account, h.amount, 'live_release', 'void', h.transfer_id
  FROM transfers h
  WHERE h.user_id = w.user_id AND h.transfer_id IN (w.lamports_hold, w.units_hold)
    AND NOT EXISTS (SELECT FROM transfers d WHERE d.user_id = h.user_id
      AND d.hold_id = h.transfer_id)
$$;

-- Why this withdrawal cannot be afforded now: nothing, `short`, or the cap it would break. Who asks
-- holds the wallet's row, and for the cap of all wallets the lock of that name.
CREATE FUNCTION withdrawal_afforded(w withdrawals, p_caps jsonb, p_at timestamptz)
RETURNS text LANGUAGE sql STABLE AS $$
  WITH free AS (
    SELECT coalesce(sum(balance - held) FILTER (WHERE kind = 'cash'), 0) AS lamports,
      coalesce(sum(balance - held) FILTER (WHERE kind = 'holding' AND asset = w.mint), 0) AS units
    FROM accounts a WHERE a.user_id = w.user_id AND a.mode = 'live' AND a.season = w.wallet_number),
  day AS (
    SELECT coalesce(sum(o.worth_lamports) FILTER (WHERE o.user_id = w.user_id), 0) AS own,
      coalesce(sum(o.worth_lamports), 0) AS everybody
    FROM withdrawals o
    WHERE o.state IN ('waiting', 'sending', 'sent') AND o.proved_at > p_at - interval '24 hours'
      AND (o.user_id, o.number) <> (w.user_id, w.number))
  SELECT CASE
    WHEN w.worth_lamports > (p_caps ->> 'order_lamports')::numeric THEN 'over_order'
    WHEN day.own + w.worth_lamports > (p_caps ->> 'day_lamports')::numeric THEN 'over_day'
    WHEN day.everybody + w.worth_lamports > (p_caps ->> 'all_day_lamports')::numeric
      THEN 'over_all_day'
    -- An account of the chain is empty or keeps its least.
    WHEN free.lamports < w.most_fee_lamports * w.most_attempts + w.most_rent_lamports
      + (p_caps ->> 'left_lamports')::numeric + CASE WHEN w.token_id IS NULL THEN w.amount ELSE 0 END
      THEN 'short'
    WHEN w.token_id IS NOT NULL AND free.units < w.amount THEN 'short'
  END FROM free, day
$$;

-- Keep what somebody asks to withdraw, once for each request. Nothing is held before the code; an
-- older one that still waits for its code gives way.
CREATE FUNCTION ask_withdrawal(
  p_asked jsonb, p_caps jsonb, p_update_id bigint, p_notices jsonb,
  OUT outcome text, OUT withdrawal_number integer, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  asked withdrawals := jsonb_populate_record(NULL::withdrawals, p_asked);
  wallet virtual_wallets := lock_live(asked.user_id);
  known withdrawals%ROWTYPE;
  listed withdrawal_addresses%ROWTYPE;
  is_closed boolean[];
BEGIN
  notice_ids := '{}';
  SELECT * INTO known FROM withdrawals w
  WHERE w.user_id = asked.user_id AND w.request_id = asked.request_id;
  IF known.number IS NOT NULL THEN
    withdrawal_number := known.number;
    outcome := CASE known.request_hash WHEN asked.request_hash THEN 'repeated' ELSE 'mismatch' END;
    RETURN;
  END IF;
  SELECT * INTO listed FROM withdrawal_addresses a
  WHERE a.user_id = asked.user_id AND a.number = asked.address_number;
  outcome := CASE
    WHEN wallet.season IS DISTINCT FROM asked.wallet_number THEN 'other_wallet'
    WHEN (SELECT status FROM users u WHERE u.user_id = asked.user_id) <> 'active' THEN 'frozen'
    WHEN EXISTS (SELECT FROM live_pauses s WHERE s.user_id = asked.user_id
      AND s.wallet_number = asked.wallet_number) THEN 'paused'
    WHEN listed.address IS DISTINCT FROM asked.destination OR listed.removed_at IS NOT NULL
      THEN 'address'
    WHEN listed.usable_at > least(asked.asked_at, withdrawal_clock()) THEN 'address_wait'
    ELSE withdrawal_afforded(asked, p_caps, asked.asked_at) END;
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
  UPDATE withdrawals w SET state = 'lapsed', end_reason = 'replaced', ended_at = asked.asked_at
  WHERE w.user_id = asked.user_id AND w.state = 'asked';
  SELECT coalesce(max(w.number), 0) + 1 INTO withdrawal_number FROM withdrawals w
  WHERE w.user_id = asked.user_id;
  asked.number := withdrawal_number;
  asked.state := 'asked';
  asked.end_reason := '';
  asked.stop_reason := '';
  INSERT INTO withdrawals SELECT (asked).*;
  outcome := 'booked';
END $$;

-- Take a code that was found right for exactly these terms: funds are held, and the delay begins.
CREATE FUNCTION prove_withdrawal(
  p_proof jsonb, p_caps jsonb, p_notices jsonb, OUT outcome text, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  proof withdrawal_proofs := jsonb_populate_record(NULL::withdrawal_proofs, p_proof);
  wallet virtual_wallets%ROWTYPE;
  w withdrawals%ROWTYPE;
  listed withdrawal_addresses%ROWTYPE;
BEGIN
  notice_ids := '{}';
  PERFORM pg_advisory_xact_lock(hashtext('withdrawals of all wallets'));
  wallet := lock_live(proof.user_id);
  SELECT * INTO w FROM withdrawals x
  WHERE x.user_id = proof.user_id AND x.number = proof.withdrawal_number FOR UPDATE;
  SELECT * INTO listed FROM withdrawal_addresses a
  WHERE a.user_id = w.user_id AND a.number = w.address_number;
  outcome := CASE
    WHEN w.state IS DISTINCT FROM 'asked' OR w.stopped_at IS NOT NULL
      OR greatest(proof.proved_at, withdrawal_clock()) > w.expires_at
      OR proof.proved_at < w.asked_at THEN 'over'
    WHEN proof.terms_hash IS DISTINCT FROM withdrawal_terms(w) THEN 'terms'
    WHEN wallet.season IS DISTINCT FROM w.wallet_number THEN 'other_wallet'
    WHEN (SELECT status FROM users u WHERE u.user_id = w.user_id) <> 'active' THEN 'frozen'
    WHEN EXISTS (SELECT FROM live_pauses s WHERE s.user_id = w.user_id
      AND s.wallet_number = w.wallet_number) THEN 'paused'
    WHEN listed.address IS DISTINCT FROM w.destination OR listed.removed_at IS NOT NULL
      OR listed.usable_at > w.asked_at THEN 'address'
    WHEN NOT EXISTS (SELECT FROM user_factors f WHERE f.user_id = w.user_id AND f.kind = 'totp'
      AND f.version = proof.factor_version AND f.last_step >= proof.factor_step
      AND f.confirmed_at = proof.factor_set_at) THEN 'factor'
    WHEN proof.factor_set_at + make_interval(secs => w.factor_wait_seconds) > proof.proved_at
      THEN 'factor_wait'
    WHEN EXISTS (SELECT FROM withdrawal_proofs p WHERE p.user_id = w.user_id
      AND (p.factor_version, p.factor_step) = (proof.factor_version, proof.factor_step))
      THEN 'used'
    ELSE withdrawal_afforded(w, p_caps, proof.proved_at) END;
  IF outcome IS NOT NULL THEN
    RETURN;
  END IF;
  INSERT INTO withdrawal_proofs SELECT (proof).*;
  UPDATE withdrawals x SET state = 'waiting', proved_at = proof.proved_at,
    due_at = greatest(proof.proved_at, withdrawal_clock())
      + make_interval(secs => w.delay_seconds),
    lamports_hold = hold_withdrawal(w, 'cash', 'So11111111111111111111111111111111111111112',
      w.most_fee_lamports * w.most_attempts + w.most_rent_lamports
      + CASE WHEN w.token_id IS NULL THEN w.amount ELSE 0 END),
    units_hold = CASE WHEN w.token_id IS NOT NULL
      THEN hold_withdrawal(w, 'holding', w.mint, w.amount) END
  WHERE x.user_id = w.user_id AND x.number = w.number;
  SELECT c.notice_ids INTO notice_ids FROM close_updates(jsonb_build_array(jsonb_build_object(
    'update_id', NULL, 'failure', '', 'notices', p_notices))) c;
  INSERT INTO audit_log (user_id, actor_id, action, details) VALUES (w.user_id, w.user_id,
    'withdrawal.proved', jsonb_build_object('number', w.number, 'mint', w.mint,
      'amount', w.amount::text, 'destination', w.destination, 'session', proof.session_id));
  outcome := 'booked';
END $$;

-- End a withdrawal of which nothing is out, and give its funds back: cancelled by its owner, lapsed,
-- stopped, or given up because nothing more can come of it.
CREATE FUNCTION end_withdrawal(
  p_user_id bigint, p_number integer, p_state text, p_reason text, p_at timestamptz,
  p_update_id bigint, p_notices jsonb, OUT outcome text, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  wallet virtual_wallets := lock_live(p_user_id);
  w withdrawals%ROWTYPE;
  is_closed boolean[];
BEGIN
  notice_ids := '{}';
  SELECT * INTO w FROM withdrawals x
  WHERE x.user_id = p_user_id AND x.number = p_number FOR UPDATE;
  outcome := CASE
    WHEN w.number IS NULL THEN 'unknown'
    WHEN w.ended_at IS NOT NULL THEN 'repeated'
    WHEN w.state = 'sending' AND p_state <> 'failed' THEN 'sending'
    WHEN p_state = 'lapsed' AND (w.state <> 'asked' OR w.expires_at > p_at) THEN 'early'
    WHEN EXISTS (SELECT FROM withdrawal_attempts a WHERE a.user_id = p_user_id
      AND a.withdrawal_number = p_number AND a.state NOT IN ('failed', 'expired')) THEN 'alive'
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
  PERFORM release_withdrawal(w);
  UPDATE withdrawals x SET state = p_state, end_reason = p_reason, ended_at = p_at
  WHERE x.user_id = p_user_id AND x.number = p_number;
  outcome := 'booked';
END $$;

-- Keep a signed attempt. Only what came back `booked` may ever be sent; else what is missing.
CREATE FUNCTION commit_withdrawal_attempt(p_attempt jsonb) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  signed withdrawal_attempts := jsonb_populate_record(NULL::withdrawal_attempts, p_attempt);
  w withdrawals%ROWTYPE;
  missing text[];
BEGIN
  SELECT * INTO w FROM withdrawals x
  WHERE x.user_id = signed.user_id AND x.number = signed.withdrawal_number FOR UPDATE;
  IF w.state IS NULL OR w.state NOT IN ('waiting', 'sending') THEN
    RETURN 'ended';
  ELSIF signed.number IS DISTINCT FROM (SELECT count(*) + 1 FROM withdrawal_attempts a
    WHERE a.user_id = signed.user_id AND a.withdrawal_number = signed.withdrawal_number)
    OR EXISTS (SELECT FROM withdrawal_attempts a WHERE a.user_id = signed.user_id
      AND a.withdrawal_number = signed.withdrawal_number AND a.state <> 'expired')
    OR signed.number > w.most_attempts THEN
    RETURN 'overtaken';
  END IF;
  missing := withdrawal_missing(w);
  IF missing <> '{}' THEN
    RETURN missing[1];
  END IF;
  signed.state := 'signed';
  signed.sent_at := NULL;
  signed.landed_at := NULL;
  INSERT INTO withdrawal_attempts SELECT (signed).*;
  UPDATE withdrawals x SET state = 'sending' WHERE x.user_id = w.user_id AND x.number = w.number;
  RETURN 'booked';
END $$;

-- Note how far an attempt has come, if it still stands where it was seen; tells whether it did.
CREATE FUNCTION move_withdrawal_attempt(
  p_user_id bigint, p_withdrawal integer, p_number integer, p_from text, p_to text,
  p_at timestamptz, p_slot bigint, p_notices jsonb,
  OUT is_moved boolean, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
BEGIN
  notice_ids := '{}';
  UPDATE withdrawal_attempts a SET state = p_to, slot = coalesce(p_slot, a.slot),
    sent_at = CASE p_to WHEN 'sent' THEN coalesce(a.sent_at, p_at) ELSE a.sent_at END,
    landed_at = CASE p_to WHEN 'landed' THEN coalesce(a.landed_at, p_at) ELSE a.landed_at END,
    finalized_at = CASE p_to WHEN 'finalized' THEN p_at ELSE a.finalized_at END,
    ended_at = CASE p_to WHEN 'expired' THEN p_at ELSE a.ended_at END
  WHERE a.user_id = p_user_id AND a.withdrawal_number = p_withdrawal AND a.number = p_number
    AND a.state = p_from AND p_to IN ('sent', 'landed', 'unknown', 'expired', 'finalized');
  is_moved := FOUND;
  IF is_moved AND p_notices <> '[]' THEN
    SELECT c.notice_ids INTO notice_ids FROM close_updates(jsonb_build_array(jsonb_build_object(
      'update_id', NULL, 'failure', '', 'notices', p_notices))) c;
  END IF;
END $$;

-- The cost of tokens that leave goes with them; what stays keeps its share, rounded down.
CREATE FUNCTION send_position_away(w withdrawals, p_at timestamptz) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
  p positions%ROWTYPE;
  units_left numeric;
  cost_left numeric;
BEGIN
  SELECT * INTO STRICT p FROM positions x
  WHERE x.user_id = w.user_id AND x.mode = 'live' AND x.season = w.wallet_number
    AND x.token_id = w.token_id AND x.state = 'open' FOR UPDATE;
  units_left := p.token_units - w.amount;
  cost_left := CASE WHEN units_left = 0 THEN 0 ELSE div(p.cost_lamports * units_left, p.token_units) END;
  UPDATE positions x SET token_units = units_left, cost_lamports = cost_left,
    state = CASE WHEN units_left = 0 THEN 'closed' ELSE x.state END,
    closed_at = CASE WHEN units_left = 0 THEN p_at ELSE x.closed_at END
  WHERE x.user_id = p.user_id AND x.mode = 'live' AND x.season = p.season AND x.number = p.number;
  RETURN p.cost_lamports - cost_left;
END $$;

-- Book a payment that landed, once: what left, what it cost, and its hold let go.
CREATE FUNCTION settle_withdrawal(
  p_landed jsonb, p_notices jsonb, OUT outcome text, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  owner bigint := (p_landed ->> 'user_id')::bigint;
  at timestamptz := (p_landed ->> 'at')::timestamptz;
  fee numeric := (p_landed ->> 'fee_lamports')::numeric;
  gift numeric := (p_landed ->> 'rent_lamports')::numeric; -- the recipient's new token account
  sol text := 'So11111111111111111111111111111111111111112';
  wallet virtual_wallets := lock_live(owner);
  w withdrawals%ROWTYPE;
  cost numeric := 0;
BEGIN
  notice_ids := '{}';
  SELECT * INTO w FROM withdrawals x
  WHERE x.user_id = owner AND x.number = (p_landed ->> 'withdrawal')::integer FOR UPDATE;
  IF w.state <> 'sending' THEN
    outcome := 'repeated';
    RETURN;
  END IF;
  PERFORM release_withdrawal(w);
  IF w.token_id IS NOT NULL THEN
    cost := send_position_away(w, at);
  END IF;
  INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code)
  SELECT owner, 'outside:' || (p_landed ->> 'signature'), row_number() OVER (ORDER BY o.place),
    live_account(owner, w.wallet_number, o.from_kind, o.asset),
    live_account(owner, w.wallet_number, o.to_kind, o.asset), o.units, o.code
  FROM (VALUES
    (1, CASE WHEN w.token_id IS NULL THEN 'cash' ELSE 'holding' END, 'external', w.mint, w.amount,
      'withdrawal'),
    (2, 'cash', 'fees', sol, fee, 'withdrawal_fee'),
    (3, 'cash', 'external', sol, gift, 'withdrawal'),
    (4, 'market', 'external', sol, cost, 'withdrawal')
  ) o (place, from_kind, to_kind, asset, units, code) WHERE o.units > 0;
  UPDATE withdrawal_attempts a SET state = 'confirmed', confirmed_at = at,
    landed_at = coalesce(a.landed_at, at), slot = (p_landed ->> 'slot')::bigint,
    outcome = p_landed -> 'outcome'
  WHERE a.user_id = owner AND a.withdrawal_number = w.number
    AND a.number = (p_landed ->> 'attempt')::integer;
  UPDATE withdrawals x SET state = 'sent', ended_at = at
  WHERE x.user_id = owner AND x.number = w.number;
  UPDATE virtual_wallets v SET version = v.version + 1
  WHERE v.user_id = owner AND v.mode = 'live' AND v.season = w.wallet_number;
  SELECT c.notice_ids INTO notice_ids FROM close_updates(jsonb_build_array(jsonb_build_object(
    'update_id', NULL, 'failure', '', 'notices', p_notices))) c;
  outcome := 'booked';
END $$;

-- Book what a failed attempt cost, once; nothing more is tried after it.
CREATE FUNCTION fail_withdrawal_attempt(p_failure jsonb, OUT outcome text) LANGUAGE plpgsql AS $$
DECLARE
  owner bigint := (p_failure ->> 'user_id')::bigint;
  fee numeric := (p_failure ->> 'fee_lamports')::numeric;
  sol text := 'So11111111111111111111111111111111111111112';
  wallet virtual_wallets := lock_live(owner);
  w withdrawals%ROWTYPE;
  failed withdrawal_attempts%ROWTYPE;
  held numeric;
BEGIN
  SELECT * INTO w FROM withdrawals x
  WHERE x.user_id = owner AND x.number = (p_failure ->> 'withdrawal')::integer FOR UPDATE;
  UPDATE withdrawal_attempts a SET state = 'failed', ended_at = (p_failure ->> 'at')::timestamptz,
    slot = (p_failure ->> 'slot')::bigint, outcome = p_failure -> 'outcome'
  WHERE a.user_id = owner AND a.withdrawal_number = w.number
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
  SELECT amount INTO held FROM transfers WHERE user_id = owner AND transfer_id = w.lamports_hold;
  PERFORM release_withdrawal(w);
  INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code)
  VALUES (owner, 'outside:' || failed.signature, 1,
    live_account(owner, w.wallet_number, 'cash', sol),
    live_account(owner, w.wallet_number, 'fees', sol), fee, 'withdrawal_fee');
  UPDATE withdrawals x SET
    lamports_hold = hold_withdrawal(w, 'cash', sol, greatest(held - fee, 1)),
    units_hold = hold_withdrawal(w, 'holding', w.mint,
      CASE WHEN w.token_id IS NULL THEN 0 ELSE w.amount END)
  WHERE x.user_id = owner AND x.number = w.number;
  UPDATE virtual_wallets v SET version = v.version + 1
  WHERE v.user_id = owner AND v.mode = 'live' AND v.season = w.wallet_number;
END $$;

-- A payment of ours is booked here, by nobody who watches the chain.
CREATE OR REPLACE FUNCTION is_booked_elsewhere(p_user_id bigint, p_signature text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM live_attempts a
      WHERE a.user_id = p_user_id AND a.signature = p_signature)
    OR EXISTS (SELECT FROM withdrawal_attempts a
      WHERE a.user_id = p_user_id AND a.signature = p_signature)
$$;
