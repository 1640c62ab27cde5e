-- What moved in live wallets without us: deposits, and money that left by another hand. Each
-- transaction of the chain is booked once, by its signature; our own swaps are booked elsewhere.
-- And the closing of empty token accounts, whose effect is booked as any other movement is.

ALTER TABLE accounts DROP CONSTRAINT ck_accounts_kind_known,
  ADD CONSTRAINT ck_accounts_kind_known CHECK (kind IN ('cash', 'margin', 'holding', 'rent', 'fees',
    'market', 'faucet', 'debt', 'insurance', 'external', 'unlisted'));

-- Token accounts that are, or were, a wallet's own: found on the chain, or made by our swaps. Up to
-- `slot` everything that names one is booked.
CREATE TABLE live_places (
  user_id BIGINT NOT NULL,
  wallet_number INTEGER NOT NULL,
  address TEXT NOT NULL,
  mint TEXT NOT NULL,
  program TEXT NOT NULL,
  slot BIGINT NOT NULL DEFAULT 0,
  seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_live_places PRIMARY KEY (user_id, wallet_number, address),
  CONSTRAINT fk_live_places_user_id FOREIGN KEY (user_id) REFERENCES users (user_id)
);

-- How far the wallet's own address has been followed; `expected_until` is set by who waits.
CREATE TABLE live_watches (
  user_id BIGINT NOT NULL,
  wallet_number INTEGER NOT NULL,
  slot BIGINT NOT NULL DEFAULT 0,
  swept_at TIMESTAMP WITH TIME ZONE, -- when its token accounts were last asked for
  expected_until TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_live_watches PRIMARY KEY (user_id, wallet_number),
  CONSTRAINT fk_live_watches_user_id FOREIGN KEY (user_id) REFERENCES users (user_id)
);

CREATE TABLE live_movements (
  user_id BIGINT NOT NULL,
  signature TEXT NOT NULL,
  wallet_number INTEGER NOT NULL,
  cause TEXT NOT NULL,
  slot BIGINT NOT NULL,
  lamports NUMERIC(38, 0) NOT NULL, -- below zero: left
  rent_lamports NUMERIC(38, 0) NOT NULL,
  tokens JSONB NOT NULL, -- units by mint, as text
  counterpart TEXT,
  is_dust BOOLEAN NOT NULL,
  sent_at TIMESTAMP WITH TIME ZONE, -- the block's time
  seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
  booked_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_live_movements PRIMARY KEY (user_id, signature),
  CONSTRAINT fk_live_movements_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT ck_live_movements_cause_known CHECK (cause IN ('external', 'cleanup')),
  CONSTRAINT ck_live_movements_lamports_sound CHECK (
    lamports > '-Infinity' AND lamports < 'Infinity' AND lamports <> 'NaN'),
  CONSTRAINT ck_live_movements_rent_lamports_sound CHECK (
    rent_lamports > '-Infinity' AND rent_lamports < 'Infinity' AND rent_lamports <> 'NaN')
);
CREATE INDEX ix_live_movements_slot ON live_movements (user_id, wallet_number, slot);
CREATE TRIGGER live_movements_never_change BEFORE UPDATE OR DELETE ON live_movements
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER live_movements_never_emptied BEFORE TRUNCATE ON live_movements
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE live_cleanups (
  user_id BIGINT NOT NULL,
  number INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  wallet_number INTEGER NOT NULL,
  wallet_address TEXT NOT NULL,
  places JSONB NOT NULL, -- the accounts to close
  most_fee_lamports NUMERIC(38, 0) NOT NULL,
  state TEXT NOT NULL DEFAULT 'planned',
  end_reason TEXT NOT NULL DEFAULT '',
  signature TEXT,
  raw BYTEA,
  last_valid_block_height BIGINT,
  decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
  signed_at TIMESTAMP WITH TIME ZONE,
  ended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_live_cleanups PRIMARY KEY (user_id, number),
  CONSTRAINT uq_live_cleanups_user_id_request_id UNIQUE (user_id, request_id),
  CONSTRAINT fk_live_cleanups_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT ck_live_cleanups_state_known CHECK (
    state IN ('planned', 'signed', 'done', 'failed', 'expired', 'refused')),
  CONSTRAINT ck_live_cleanups_signed_is_kept CHECK (
    (state IN ('planned', 'refused')) = (signature IS NULL)
    AND (signature IS NULL) = (raw IS NULL)
    AND (signature IS NULL) = (last_valid_block_height IS NULL)),
  CONSTRAINT ck_live_cleanups_ended_when_ended CHECK (
    (state IN ('planned', 'signed')) = (ended_at IS NULL)),
  CONSTRAINT ck_live_cleanups_most_fee_lamports_sound CHECK (
    most_fee_lamports >= 0 AND most_fee_lamports <> 'NaN')
);
CREATE UNIQUE INDEX uq_live_cleanups_signature ON live_cleanups (signature);
CREATE UNIQUE INDEX uq_live_cleanups_open ON live_cleanups (user_id)
  WHERE state IN ('planned', 'signed');

CREATE FUNCTION live_cleanups_go_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.state, NEW.state) IN (
      ('planned', 'signed'), ('planned', 'refused'),
      ('signed', 'done'), ('signed', 'failed'), ('signed', 'expired'))
    AND (NEW.user_id, NEW.number, NEW.request_id, NEW.wallet_number, NEW.wallet_address, NEW.places,
      NEW.most_fee_lamports)
    = (OLD.user_id, OLD.number, OLD.request_id, OLD.wallet_number, OLD.wallet_address, OLD.places,
      OLD.most_fee_lamports)
    AND (OLD.state = 'planned' OR (NEW.signature, NEW.raw, NEW.last_valid_block_height)
      = (OLD.signature, OLD.raw, OLD.last_valid_block_height))
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'cleanup % of user %: no % from %', OLD.number, OLD.user_id,
    CASE TG_OP WHEN 'UPDATE' THEN NEW.state ELSE TG_OP END, OLD.state
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER live_cleanups_go_forward BEFORE UPDATE OR DELETE ON live_cleanups
  FOR EACH ROW EXECUTE FUNCTION live_cleanups_go_forward();
CREATE TRIGGER live_cleanups_never_emptied BEFORE TRUNCATE ON live_cleanups
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Tells whether a transaction is one that we book by another door. What has a door of its own is
-- added here: every such signature is committed before its bytes leave.
CREATE FUNCTION is_booked_elsewhere(p_user_id bigint, p_signature text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM live_attempts a
    WHERE a.user_id = p_user_id AND a.signature = p_signature)
$$;

-- Of signatures, those that were neither booked nor are to be booked elsewhere.
CREATE FUNCTION unbooked_signatures(p_user_id bigint, p_signatures text[]) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
  SELECT s FROM unnest(p_signatures) WITH ORDINALITY AS t(s, place)
  WHERE NOT is_booked_elsewhere(p_user_id, s)
    AND NOT EXISTS (SELECT FROM live_movements m WHERE m.user_id = p_user_id AND m.signature = s)
    AND NOT EXISTS (SELECT FROM transfers r
      WHERE r.user_id = p_user_id AND r.request_id = 'outside:' || s)
  ORDER BY place
$$;

CREATE FUNCTION note_live_places(
  p_user_id bigint, p_wallet integer, p_places jsonb, p_at timestamptz
) RETURNS void LANGUAGE sql AS $$
  INSERT INTO live_places (user_id, wallet_number, address, mint, program, seen_at)
  SELECT p_user_id, p_wallet, p.address, p.mint, p.program, p_at
  FROM jsonb_to_recordset(p_places) p(address text, mint text, program text)
  ON CONFLICT DO NOTHING
$$;

-- All that a decision about a movement needs to know of a wallet, of one moment: positions that
-- stand, and closed ones whose rent is still out.
CREATE FUNCTION movement_desk(p_user_id bigint, p_wallet integer) RETURNS jsonb
LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'version', w.version, 'last_position', w.last_position,
    'positions', coalesce((
      SELECT jsonb_agg(to_jsonb(p) || jsonb_build_object('mint', k.mint,
        'token_units', p.token_units::text, 'cost_lamports', p.cost_lamports::text,
        'rent_lamports', p.rent_lamports::text, 'entry_price', p.entry_price::text)
        ORDER BY p.number)
      FROM positions p JOIN solana_tokens k USING (token_id)
      WHERE p.user_id = w.user_id AND p.mode = w.mode AND p.season = w.season
        AND (p.state = 'open' OR p.rent_lamports > 0)), '[]'),
    'loose_rent', coalesce((
      SELECT a.balance::text FROM accounts a
      WHERE a.user_id = w.user_id AND a.mode = w.mode AND a.season = w.season
        AND a.kind = 'rent' AND a.position_number = 0), '0'),
    'unlisted', coalesce((
      SELECT jsonb_object_agg(a.asset, a.balance::text) FROM accounts a
      WHERE a.user_id = w.user_id AND a.mode = w.mode AND a.season = w.season
        AND a.kind = 'unlisted' AND a.balance > 0), '{}'))
  FROM virtual_wallets w
  WHERE w.user_id = p_user_id AND w.mode = 'live' AND w.season = p_wallet AND w.is_current
$$;

-- Positions as they are after something other than an order, and its transfers.
CREATE FUNCTION post_live_changes(
  p_user_id bigint, p_wallet integer, p_request_id text, p_positions jsonb, p_transfers jsonb
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO positions (user_id, mode, season, number, token_id, side, state, token_units,
    cost_lamports, margin_lamports, proceeds_lamports, rent_lamports, leverage,
    realised_pnl_lamports, fees_lamports, entry_price, opened_at, closed_at)
  SELECT p_user_id, 'live', p_wallet, p.number, p.token_id, p.side, p.state, p.token_units,
    p.cost_lamports, p.margin_lamports, p.proceeds_lamports, p.rent_lamports, p.leverage,
    p.realised_pnl_lamports, p.fees_lamports, p.entry_price, p.opened_at, p.closed_at
  FROM jsonb_populate_recordset(NULL::positions, p_positions) p
  ON CONFLICT (user_id, mode, season, number) DO UPDATE SET
    state = excluded.state, token_units = excluded.token_units,
    cost_lamports = excluded.cost_lamports, rent_lamports = excluded.rent_lamports,
    entry_price = excluded.entry_price, closed_at = excluded.closed_at;
  PERFORM post_transfers(jsonb_build_array(jsonb_build_object(
    'user_id', p_user_id, 'mode', 'live', 'season', p_wallet, 'request_id', p_request_id,
    'transfers', p_transfers)));
  UPDATE virtual_wallets w SET version = w.version + 1,
    last_position = greatest(w.last_position, (
      SELECT max((p ->> 'number')::integer) FROM jsonb_array_elements(p_positions) p))
  WHERE w.user_id = p_user_id AND w.mode = 'live' AND w.season = p_wallet;
END $$;

-- Book what a transaction moved, once: `short` where funds are held that it took away.
CREATE FUNCTION book_live_movement(
  p_movement jsonb, p_positions jsonb, p_transfers jsonb, p_version bigint, p_notices jsonb,
  OUT outcome text, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  moved live_movements := jsonb_populate_record(NULL::live_movements, p_movement);
  wallet virtual_wallets := lock_live(moved.user_id);
BEGIN
  notice_ids := '{}';
  outcome := CASE
    WHEN wallet.season IS DISTINCT FROM moved.wallet_number THEN 'other_wallet'
    WHEN NOT EXISTS (SELECT FROM unbooked_signatures(moved.user_id, ARRAY[moved.signature]))
      THEN 'repeated'
    WHEN wallet.version <> p_version THEN 'conflict'
  END;
  IF outcome IS NOT NULL THEN
    RETURN;
  END IF;
  BEGIN
    INSERT INTO live_movements SELECT (moved).*;
    PERFORM note_live_places(moved.user_id, moved.wallet_number, p_movement -> 'places',
      moved.booked_at);
    PERFORM post_live_changes(moved.user_id, moved.wallet_number, 'outside:' || moved.signature,
      p_positions, p_transfers);
  EXCEPTION WHEN check_violation THEN
    outcome := 'short';
    RETURN;
  END;
  IF moved.cause = 'cleanup' THEN
    UPDATE live_cleanups c SET state = CASE WHEN moved.rent_lamports < 0 THEN 'done'
      ELSE 'failed' END, ended_at = moved.booked_at
    WHERE c.user_id = moved.user_id AND c.signature = moved.signature AND c.state = 'signed';
  END IF;
  SELECT c.notice_ids INTO notice_ids FROM close_updates(jsonb_build_array(jsonb_build_object(
    'update_id', NULL, 'failure', '', 'notices', p_notices))) c;
  outcome := 'booked';
END $$;

-- Make a position of tokens that were on the chain without one: they are tracked and priced now.
CREATE FUNCTION adopt_live_tokens(
  p_user_id bigint, p_wallet integer, p_positions jsonb, p_transfers jsonb, p_version bigint,
  p_notices jsonb, OUT outcome text, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  wallet virtual_wallets := lock_live(p_user_id);
BEGIN
  notice_ids := '{}';
  IF (wallet.season, wallet.version) IS DISTINCT FROM (p_wallet, p_version) THEN
    outcome := 'conflict';
    RETURN;
  END IF;
  PERFORM post_live_changes(p_user_id, p_wallet, 'outside:adopted:' || p_version, p_positions,
    p_transfers);
  SELECT c.notice_ids INTO notice_ids FROM close_updates(jsonb_build_array(jsonb_build_object(
    'update_id', NULL, 'failure', '', 'notices', p_notices))) c;
  outcome := 'booked';
END $$;

-- How far addresses of a wallet, its own or its accounts', were followed: only ever forward.
CREATE FUNCTION follow_live_wallet(
  p_user_id bigint, p_wallet integer, p_slot bigint, p_addresses text[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO live_watches AS w (user_id, wallet_number, slot)
  SELECT k.user_id, k.number, p_slot FROM live_wallets k
  WHERE k.user_id = p_user_id AND k.number = p_wallet AND k.address = ANY (p_addresses)
  ON CONFLICT (user_id, wallet_number) DO UPDATE SET slot = greatest(w.slot, excluded.slot);
  UPDATE live_places p SET slot = greatest(p.slot, p_slot)
  WHERE p.user_id = p_user_id AND p.wallet_number = p_wallet AND p.address = ANY (p_addresses)
    AND p.slot < p_slot;
END $$;

-- Plan the closing of empty accounts, one at a time for each person, once for each request.
CREATE FUNCTION plan_cleanup(
  p_asked jsonb, p_update_id bigint, p_notices jsonb,
  OUT outcome text, OUT cleanup_number integer, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  asked live_cleanups := jsonb_populate_record(NULL::live_cleanups, p_asked);
  wallet virtual_wallets := lock_live(asked.user_id);
  is_closed boolean[];
BEGIN
  notice_ids := '{}';
  SELECT c.number INTO cleanup_number FROM live_cleanups c
  WHERE c.user_id = asked.user_id AND c.request_id = asked.request_id;
  outcome := CASE
    WHEN cleanup_number IS NOT NULL THEN 'repeated'
    WHEN wallet.season IS DISTINCT FROM asked.wallet_number THEN 'other_wallet'
    WHEN (SELECT status FROM users u WHERE u.user_id = asked.user_id) <> 'active' THEN 'frozen'
    WHEN EXISTS (SELECT FROM live_pauses s WHERE s.user_id = asked.user_id
      AND s.wallet_number = asked.wallet_number) THEN 'paused'
    WHEN EXISTS (SELECT FROM live_cleanups c WHERE c.user_id = asked.user_id
      AND c.state IN ('planned', 'signed')) THEN 'busy'
    WHEN EXISTS (SELECT FROM live_intents i WHERE i.user_id = asked.user_id
      AND i.state = 'held') THEN 'trading'
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
  SELECT coalesce(max(c.number), 0) + 1 INTO cleanup_number FROM live_cleanups c
  WHERE c.user_id = asked.user_id;
  asked.number := cleanup_number;
  asked.state := 'planned';
  asked.end_reason := '';
  INSERT INTO live_cleanups SELECT (asked).*;
  outcome := 'booked';
END $$;

-- Keep the signed bytes, before they leave; false where it has ended, or the person was stopped.
CREATE FUNCTION commit_cleanup(
  p_user_id bigint, p_number integer, p_signature text, p_raw bytea, p_height bigint,
  p_at timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE live_cleanups c SET state = 'signed', signature = p_signature, raw = p_raw,
    last_valid_block_height = p_height, signed_at = p_at
  WHERE c.user_id = p_user_id AND c.number = p_number AND c.state = 'planned'
    AND (SELECT status FROM users u WHERE u.user_id = p_user_id) = 'active';
  RETURN FOUND;
END $$;

-- End one that was refused before it was signed, or is proven to be in no block.
CREATE FUNCTION end_cleanup(
  p_user_id bigint, p_number integer, p_state text, p_reason text, p_at timestamptz,
  p_notices jsonb, OUT is_ended boolean, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
BEGIN
  notice_ids := '{}';
  UPDATE live_cleanups c SET state = p_state, end_reason = p_reason, ended_at = p_at
  WHERE c.user_id = p_user_id AND c.number = p_number AND (c.state, p_state) IN (
    ('planned', 'refused'), ('signed', 'expired'));
  is_ended := FOUND;
  IF is_ended THEN
    SELECT c.notice_ids INTO notice_ids FROM close_updates(jsonb_build_array(jsonb_build_object(
      'update_id', NULL, 'failure', '', 'notices', p_notices))) c;
  END IF;
END $$;
