-- A code is used up for one thing, and what for stands beside it: one that was typed for other terms,
-- or to log in, proves no withdrawal, though the one that it was typed for came to nothing.
ALTER TABLE user_factors ADD COLUMN last_purpose TEXT DEFAULT '' NOT NULL;

CREATE OR REPLACE FUNCTION prove_withdrawal(
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
      AND f.version = proof.factor_version AND f.last_step = proof.factor_step
      AND f.last_purpose = proof.terms_hash
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
