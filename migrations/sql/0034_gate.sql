-- The gate from paper to live: how far each person has come, and what they may buy there. Nobody
-- rises by more than one stage at a time, nobody's cooling-off is ever shortened, and a purchase is
-- held against the caps of the stage behind the wallet's lock.

CREATE TABLE live_gates (
  user_id BIGINT NOT NULL,
  stage TEXT NOT NULL DEFAULT 'paper',
  since TIMESTAMP WITH TIME ZONE, -- NULL from the beginning
  cooling_until TIMESTAMP WITH TIME ZONE,
  open_result_lamports NUMERIC(38, 0) NOT NULL DEFAULT 0, -- what was open stood so at `since`
  CONSTRAINT pk_live_gates PRIMARY KEY (user_id),
  CONSTRAINT fk_live_gates_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT ck_live_gates_stage_known CHECK (stage IN ('paper', 'small', 'proven', 'full')),
  CONSTRAINT ck_live_gates_open_result_lamports_sound CHECK (open_result_lamports <> 'NaN')
);

ALTER TABLE approvals DROP CONSTRAINT ck_approvals_kind_known,
  ADD CONSTRAINT ck_approvals_kind_known CHECK (kind IN ('promote', 'demote', 'correct', 'limit',
    'invite', 'gate'));

-- What counts against the cap of a day is found by it.
CREATE INDEX ix_live_intents_bought ON live_intents (user_id, decided_at)
  WHERE side = 'buy' AND state IN ('held', 'filled');

CREATE FUNCTION stage_rank(p_stage text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT array_position(ARRAY['paper', 'small', 'proven', 'full'], p_stage)
$$;

CREATE FUNCTION gate_stage(p_user_id bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT stage FROM live_gates WHERE user_id = p_user_id), 'paper')
$$;

CREATE FUNCTION live_gates_move_by_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.stage = 'paper' THEN
    RETURN NEW;
  ELSIF TG_OP = 'UPDATE' AND NEW.user_id = OLD.user_id
    AND stage_rank(NEW.stage) <= stage_rank(OLD.stage) + 1
    AND (OLD.cooling_until IS NULL OR NEW.cooling_until >= OLD.cooling_until)
    AND (OLD.since IS NULL OR NEW.since >= OLD.since) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'gate of user %: no % of that', coalesce(NEW.user_id, OLD.user_id), TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER live_gates_move_by_one BEFORE INSERT OR UPDATE OR DELETE ON live_gates
  FOR EACH ROW EXECUTE FUNCTION live_gates_move_by_one();
CREATE TRIGGER live_gates_never_emptied BEFORE TRUNCATE ON live_gates
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Put a person at a stage, with the row of the audit log. Going down begins a cooling-off.
CREATE FUNCTION set_gate(
  p_user_id bigint, p_stage text, p_at timestamptz, p_cooling_until timestamptz,
  p_open_result numeric, p_actor_id bigint, p_details jsonb
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  before live_gates%ROWTYPE;
  is_up boolean;
BEGIN
  INSERT INTO live_gates (user_id) VALUES (p_user_id) ON CONFLICT DO NOTHING;
  SELECT * INTO before FROM live_gates WHERE user_id = p_user_id FOR UPDATE;
  is_up := stage_rank(p_stage) > stage_rank(before.stage);
  UPDATE live_gates SET stage = p_stage, since = greatest(p_at, before.since),
    open_result_lamports = p_open_result,
    cooling_until = CASE WHEN is_up THEN before.cooling_until
      ELSE greatest(before.cooling_until, p_cooling_until) END
  WHERE user_id = p_user_id;
  INSERT INTO audit_log (user_id, actor_id, action, details) VALUES (p_user_id, p_actor_id,
    CASE WHEN is_up THEN 'gate.promoted' ELSE 'gate.demoted' END,
    p_details || jsonb_build_object('from', before.stage, 'to', p_stage));
END $$;

-- Move a person by what their record says, if they still stand where it was read.
CREATE FUNCTION move_gate(
  p_move jsonb, p_update_id bigint, p_notices jsonb, OUT outcome text, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  mover bigint := (p_move ->> 'user_id')::bigint;
  moment timestamptz := (p_move ->> 'at')::timestamptz;
  known live_gates%ROWTYPE;
  is_closed boolean[];
BEGIN
  notice_ids := '{}';
  INSERT INTO live_gates (user_id) VALUES (mover) ON CONFLICT DO NOTHING;
  SELECT * INTO known FROM live_gates WHERE user_id = mover FOR UPDATE;
  outcome := CASE
    WHEN (known.stage, known.since) IS DISTINCT FROM
      (p_move ->> 'from', (p_move ->> 'from_since')::timestamptz) THEN 'moved'
    WHEN stage_rank(p_move ->> 'to') > stage_rank(known.stage) THEN CASE
      WHEN known.cooling_until > moment OR EXISTS (SELECT FROM virtual_wallets w
        WHERE w.user_id = mover AND w.mode = 'paper' AND w.is_current AND w.season > 1
          AND w.started_at + (p_move ->> 'cooling_seconds')::double precision
            * interval '1 second' > moment) THEN 'cooling'
      WHEN (SELECT status FROM users u WHERE u.user_id = mover) <> 'active' THEN 'frozen' END
  END;
  IF outcome IS NOT NULL THEN
    RETURN;
  END IF;
  SELECT c.is_closed, c.notice_ids INTO is_closed, notice_ids
  FROM close_updates(jsonb_build_array(jsonb_build_object(
    'update_id', p_update_id, 'failure', '', 'notices', p_notices))) c;
  IF NOT is_closed[1] THEN
    outcome := 'repeated';
    RETURN;
  END IF;
  PERFORM set_gate(mover, p_move ->> 'to', moment, (p_move ->> 'cooling_until')::timestamptz,
    (p_move ->> 'open_result')::numeric, (p_move ->> 'actor_id')::bigint, p_move -> 'details');
  outcome := 'done';
END $$;

-- What a person has bought since a moment: what is spent, and what is held for a purchase that may
-- still land. What came to nothing counts no more.
CREATE FUNCTION live_bought(p_user_id bigint, p_since timestamptz) RETURNS numeric
LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(amount_in), 0) FROM live_intents
  WHERE user_id = p_user_id AND side = 'buy' AND state IN ('held', 'filled')
    AND decided_at > p_since
$$;

-- Why the gate is against a purchase, or NULL. `p_caps` are by stage, a stage without any may buy
-- nothing; without caps at all no gate is asked for.
CREATE FUNCTION gate_against(
  p_user_id bigint, p_lamports numeric, p_caps jsonb, p_at timestamptz
) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
  cap jsonb := p_caps -> gate_stage(p_user_id);
BEGIN
  RETURN CASE
    WHEN p_caps IS NULL THEN NULL
    WHEN cap IS NULL THEN 'gate_stage'
    WHEN p_lamports > (cap ->> 'order')::numeric THEN 'gate_order'
    WHEN p_lamports + live_bought(p_user_id, p_at - interval '1 day') > (cap ->> 'day')::numeric
      THEN 'gate_day' END;
END $$;

-- As before, with the gate.
CREATE OR REPLACE FUNCTION place_live(
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
  against text;
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
  -- Behind the lock: what another purchase has just taken of the day is seen here.
  IF asked.side = 'buy' THEN
    against := gate_against(asked.user_id, asked.amount_in, nullif(p_asked -> 'caps', 'null'),
      asked.decided_at);
  END IF;
  outcome := CASE
    WHEN EXISTS (SELECT FROM orders o
      WHERE o.user_id = asked.user_id AND o.request_id = asked.request_id) THEN 'mismatch'
    WHEN wallet.season IS DISTINCT FROM asked.wallet_number THEN 'other_wallet'
    WHEN (SELECT status FROM users u WHERE u.user_id = asked.user_id) <> 'active' THEN 'frozen'
    WHEN EXISTS (SELECT FROM live_pauses s WHERE s.user_id = asked.user_id
      AND s.wallet_number = asked.wallet_number) THEN 'paused'
    WHEN against IS NOT NULL THEN against
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

-- As before, with the gate as one more thing that takes two.
CREATE OR REPLACE FUNCTION reason_against_approval(p approvals, p_owners bigint[]) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN p.user_id = p.asked_by AND p.kind <> 'invite' THEN 'yourself'
    WHEN p.kind IN ('promote', 'demote', 'correct') THEN CASE
      WHEN u.user_id IS NULL THEN 'unknown'
      WHEN p.user_id = ANY (p_owners) THEN 'owner'
      WHEN p.kind = 'promote' AND u.role = 'admin' THEN 'is_admin'
      WHEN p.kind <> 'demote' AND u.status <> 'active' THEN 'not_active'
      WHEN p.kind = 'demote' AND u.role <> 'admin' THEN 'is_basic'
      WHEN p.kind = 'correct' AND NOT can_be_corrected(p.user_id,
        (p.details ->> 'lamports')::numeric) THEN 'not_enough' END
    WHEN p.kind = 'gate' THEN CASE
      WHEN u.user_id IS NULL THEN 'unknown'
      WHEN u.status <> 'active' THEN 'not_active'
      WHEN stage_rank(p.details ->> 'stage') = stage_rank(gate_stage(p.user_id)) THEN 'same_stage'
      WHEN stage_rank(p.details ->> 'stage') > stage_rank(gate_stage(p.user_id)) + 1
        THEN 'skips_stage' END
    END
  FROM (SELECT) one LEFT JOIN users u ON u.user_id = p.user_id
$$;

CREATE OR REPLACE FUNCTION carry_out(p approvals, p_by bigint, p_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  before text;
  cause jsonb := jsonb_build_object('approval_id', p.approval_id, 'asked_by', p.asked_by);
BEGIN
  SELECT role INTO before FROM users WHERE user_id = p.user_id;
  CASE p.kind
    WHEN 'promote' THEN
      INSERT INTO role_grants (user_id, role, source, granted_by, granted_at)
      VALUES (p.user_id, 'admin', 'command', p.asked_by, p_at)
      ON CONFLICT (user_id, role, source) DO UPDATE SET until = NULL,
        granted_by = excluded.granted_by, granted_at = excluded.granted_at;
      PERFORM note_role(p.user_id, p_by, before, settle_role(p.user_id, p_at), cause);
    WHEN 'demote' THEN
      DELETE FROM role_grants WHERE user_id = p.user_id AND role = 'admin';
      PERFORM note_role(p.user_id, p_by, before, settle_role(p.user_id, p_at), cause);
      PERFORM void_approvals_of(p.user_id, p_at);
    WHEN 'correct' THEN
      PERFORM book_correction(p.user_id, 'approval:' || p.approval_id,
                             (p.details ->> 'lamports')::numeric);
    WHEN 'limit' THEN
      PERFORM change_limit(p.details ->> 'role', p.details ->> 'name',
                           (p.details ->> 'value')::numeric, p_by, cause);
    WHEN 'invite' THEN
      PERFORM make_invitation(p.asked_by, p.details ->> 'role', p.details ->> 'token_hash', p_at,
        p_at + (p.details ->> 'days')::integer * interval '1 day', cause);
    WHEN 'gate' THEN
      PERFORM set_gate(p.user_id, p.details ->> 'stage', p_at,
        p_at + (p.details ->> 'cooling_seconds')::double precision * interval '1 second',
        0, p_by, cause);
  END CASE;
END $$;

CREATE OR REPLACE FUNCTION decide_approval(
  p_approval_id bigint, p_by bigint, p_is_yes boolean, p_owners bigint[], p_at timestamptz,
  p_update_id bigint, p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  asked approvals%ROWTYPE;
  against text;
  is_alone boolean := false;
BEGIN
  PERFORM lock_people();
  SELECT * INTO asked FROM approvals WHERE approval_id = p_approval_id FOR UPDATE;
  IF asked.approval_id IS NULL THEN
    RETURN 'no_approval';
  ELSIF NOT is_acting_admin(p_by) THEN
    RETURN 'not_admin';
  ELSIF asked.state <> 'open' THEN
    RETURN asked.state;
  ELSIF asked.expires_at <= p_at THEN
    RETURN 'void';
  ELSIF p_by = asked.user_id AND asked.kind <> 'invite' THEN
    RETURN 'concerned';
  ELSIF NOT is_acting_admin(asked.asked_by) THEN
    PERFORM void_approvals_of(asked.asked_by, p_at);
    RETURN 'void';
  END IF;
  IF p_is_yes THEN
    is_alone := p_by = asked.asked_by;
    -- Real money takes two even where there is but one owner.
    IF is_alone AND (asked.kind = 'gate' OR NOT is_sole_owner(p_by, p_owners)) THEN
      RETURN 'own';
    END IF;
    -- A booking in hand may still use what a correction would take.
    PERFORM FROM virtual_wallets WHERE user_id = asked.user_id AND mode = 'paper' AND is_current
      AND asked.kind = 'correct' FOR UPDATE;
    against := reason_against_approval(asked, p_owners);
    IF against IS NOT NULL THEN
      RETURN against;
    END IF;
  END IF;
  IF NOT end_update(p_update_id, p_notices) THEN
    RETURN 'repeated';
  END IF;
  IF p_is_yes THEN
    PERFORM carry_out(asked, p_by, p_at);
  END IF;
  UPDATE approvals SET state = CASE WHEN p_is_yes THEN 'approved' ELSE 'refused' END,
    decided_by = p_by, decided_at = p_at, is_sole = is_alone
  WHERE approval_id = p_approval_id;
  INSERT INTO audit_log (user_id, actor_id, action, details) VALUES (asked.user_id, p_by,
    CASE WHEN p_is_yes THEN 'approval.given' ELSE 'approval.refused' END,
    jsonb_build_object('approval_id', p_approval_id, 'kind', asked.kind,
                       'asked_by', asked.asked_by, 'is_sole', is_alone));
  RETURN 'done';
END $$;
