-- What a mint's extensions mean to a holder; unknown for tokens that were tracked before.
ALTER TABLE solana_tokens ADD COLUMN rules JSONB;

ALTER TABLE users ADD COLUMN blocks_danger BOOLEAN NOT NULL DEFAULT true;

-- The wish, its place in the audit log and the end of its update, together or not at all.
CREATE FUNCTION set_blocks_danger(
  p_user_id bigint, p_blocks_danger boolean, p_update_id bigint, p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  ending jsonb := jsonb_build_array(jsonb_build_object(
    'update_id', p_update_id, 'failure', '', 'notices', p_notices));
BEGIN
  PERFORM FROM users WHERE user_id = p_user_id FOR UPDATE;
  IF NOT (SELECT c.is_closed[1] FROM close_updates(ending) c) THEN
    RETURN 'repeated';
  END IF;
  UPDATE users SET blocks_danger = p_blocks_danger WHERE user_id = p_user_id;
  INSERT INTO audit_log (user_id, actor_id, action, details)
  VALUES (p_user_id, p_user_id, 'blocks_danger_set',
    jsonb_build_object('blocks_danger', p_blocks_danger));
  RETURN 'booked';
END $$;
