-- Sales that nobody asks for by hand: exits that wait, and what an emergency stop closes. Whoever is
-- frozen has to get out as well: the SOL stays in the same wallet.
ALTER TABLE live_intents ADD COLUMN is_forced BOOLEAN NOT NULL DEFAULT false;

-- As before, but for these.
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
    WHEN NOT (coalesce(asked.is_forced, false) AND asked.side = 'sell')
      AND (SELECT status FROM users u WHERE u.user_id = asked.user_id) <> 'active' THEN 'frozen'
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
  asked.is_forced := coalesce(asked.is_forced, false);
  asked.end_reason := '';
  asked.lamports_hold := hold_live(
    asked.user_id, asked.wallet_number, intent_number, 'cash',
    'So11111111111111111111111111111111111111112', lamports);
  asked.units_hold := hold_live(
    asked.user_id, asked.wallet_number, intent_number, 'holding', asked.mint_in, units);
  INSERT INTO live_intents SELECT (asked).*;
  outcome := 'booked';
END $$;

CREATE OR REPLACE FUNCTION commit_live_attempt(p_attempt jsonb, p_at timestamptz) RETURNS text
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
  ELSIF NOT (intent.is_forced AND intent.side = 'sell')
    AND (SELECT status FROM users u WHERE u.user_id = signed.user_id) <> 'active' THEN
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
