-- People, looked at again: who waited is let in where the door stands open by now, a password's
-- guesser delays nobody else, and a deletion clears what later versions have added.

-- As before, and whoever waits comes in with their next message once the operator has opened the door
-- (p_status 'active'). Whom an admin turned away stays outside: that was said of them, not of all.
CREATE OR REPLACE FUNCTION meet_user(
  p_user_id bigint, p_first_name text, p_username text, p_language text, p_role text,
  p_status text
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  known users%ROWTYPE;
BEGIN
  INSERT INTO users AS u (user_id, role, role_from, role_by_settings, status, first_name,
    username, language)
  VALUES (p_user_id, coalesce(p_role, 'basic'),
          CASE WHEN p_role IS NULL THEN 'default' ELSE 'settings' END, p_role,
          CASE WHEN p_role IS NULL THEN p_status ELSE 'active' END,
          p_first_name, p_username, p_language)
  ON CONFLICT (user_id) DO UPDATE
    SET first_name = excluded.first_name, username = excluded.username,
        language = coalesce(excluded.language, u.language),
        role_by_settings = p_role
  RETURNING * INTO known;
  -- Not above: whatever sets a status, be it to the same, ends a freeze of one's own.
  IF p_role IS NOT NULL AND known.status = 'pending' THEN
    UPDATE users SET status = 'active' WHERE user_id = p_user_id RETURNING * INTO known;
  END IF;
  IF p_role IS NOT NULL OR known.role_from = 'settings' THEN
    PERFORM settle_role(p_user_id, now());
    SELECT * INTO known FROM users WHERE user_id = p_user_id;
  END IF;
  IF known.status = 'pending' AND p_status = 'active' AND NOT EXISTS (
      SELECT FROM admissions WHERE user_id = p_user_id AND state IN ('rejected', 'blocked')) THEN
    PERFORM let_in(p_user_id, 0, 'open door', now());
    SELECT * INTO known FROM users WHERE user_id = p_user_id;
  END IF;
  IF known.status <> 'pending' THEN
    PERFORM ensure_wallet(p_user_id);
  END IF;
  RETURN to_jsonb(known);
END $$;

-- Count an attempt before the password is looked at, so that many at once gain nothing. `locked_until`
-- says that it is not to be looked at.
--
-- Alone: the third failure locks for a minute, then twice as long each time, up to a day.
-- While twenty or more within an hour were wrong, whoever it was, the first failure locks for ten
-- minutes already, and so on: who knows the password still comes in at once. From two hundred on,
-- who was first met less than a day ago waits until the hour is over; whom we knew before does not.
-- The row of 0 counts for all together, from its first failure for an hour.
DROP FUNCTION begin_password_attempt(bigint, timestamptz);
CREATE FUNCTION begin_password_attempt(
  p_user_id bigint, p_at timestamptz, OUT locked_until timestamptz, OUT failures integer,
  OUT everybody integer
) LANGUAGE plpgsql AS $$
DECLARE
  ours password_attempts%ROWTYPE;
  all_together password_attempts%ROWTYPE;
BEGIN
  PERFORM lock_people();
  SELECT * INTO ours FROM password_attempts a WHERE a.user_id = p_user_id;
  SELECT * INTO all_together FROM password_attempts a
  WHERE a.user_id = 0 AND a.last_at > p_at - interval '1 hour';
  failures := 0;
  everybody := coalesce(all_together.failures, 0);
  IF ours.locked_until > p_at THEN
    locked_until := ours.locked_until;
  ELSIF everybody >= 200 AND EXISTS (SELECT FROM users u WHERE u.user_id = p_user_id
      AND u.created_at > p_at - interval '1 day') THEN
    locked_until := all_together.last_at + interval '1 hour';
  END IF;
  IF locked_until IS NOT NULL THEN
    RETURN;
  END IF;
  failures := CASE WHEN ours.last_at > p_at - interval '7 days'
    THEN least(ours.failures + 1, 1000) ELSE 1 END;
  INSERT INTO password_attempts AS a (user_id, failures, last_at, locked_until)
  VALUES (p_user_id, begin_password_attempt.failures, p_at, CASE
    WHEN begin_password_attempt.everybody >= 20 THEN p_at
      + interval '1 minute' * least(5 * 2 ^ least(begin_password_attempt.failures, 20), 1440)
    WHEN begin_password_attempt.failures >= 3 THEN p_at
      + interval '1 minute' * least(2 ^ least(begin_password_attempt.failures - 3, 20), 1440) END)
  ON CONFLICT (user_id) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at,
    locked_until = excluded.locked_until;
  everybody := least(everybody + 1, 1000000);
  INSERT INTO password_attempts AS a (user_id, failures, last_at)
  VALUES (0, begin_password_attempt.everybody, p_at)
  ON CONFLICT (user_id) DO UPDATE SET failures = excluded.failures, locked_until = NULL,
    last_at = CASE WHEN begin_password_attempt.everybody = 1 THEN p_at ELSE a.last_at END;
END $$;

-- As before, with all that later versions have added. What stays, and why, is told by
-- `bot.adapters.database.personal_data`; a test holds both against the schema.
CREATE OR REPLACE FUNCTION carry_out_deletion(p_user_id bigint, p_at timestamptz, p_notices jsonb)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM users WHERE user_id = p_user_id FOR UPDATE;
  UPDATE deletion_requests SET done_at = p_at
  WHERE user_id = p_user_id AND due_at <= p_at AND cancelled_at IS NULL AND done_at IS NULL;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE users SET first_name = 'Deleted', username = NULL, language = NULL,
    chosen_language = NULL, settings = '{}', blocks_danger = true
  WHERE user_id = p_user_id;
  DELETE FROM feedback WHERE user_id = p_user_id;
  DELETE FROM dialogs WHERE user_id = p_user_id;
  DELETE FROM watchlist WHERE user_id = p_user_id;
  DELETE FROM alert_firings WHERE user_id = p_user_id;
  DELETE FROM alerts WHERE user_id = p_user_id;
  DELETE FROM daily_reports WHERE user_id = p_user_id;
  DELETE FROM leaderboard_members WHERE user_id = p_user_id;
  DELETE FROM group_people WHERE user_id = p_user_id;
  DELETE FROM group_calls WHERE user_id = p_user_id;
  DELETE FROM invitations WHERE user_id = p_user_id AND used_at IS NULL;
  DELETE FROM password_attempts WHERE user_id = p_user_id
    AND (locked_until IS NULL OR locked_until <= p_at);
  DELETE FROM login_links WHERE user_id = p_user_id;
  DELETE FROM web_sessions WHERE user_id = p_user_id;
  -- Whoever froze themselves has nothing but their factors to thaw with.
  DELETE FROM own_freezes WHERE user_id = p_user_id AND ended_at IS NOT NULL;
  IF NOT EXISTS (SELECT FROM own_freezes WHERE user_id = p_user_id) THEN
    DELETE FROM user_factors WHERE user_id = p_user_id;
    DELETE FROM recovery_codes WHERE user_id = p_user_id;
    DELETE FROM factor_tries WHERE user_id = p_user_id;
  END IF;
  PERFORM close_updates(jsonb_build_array(jsonb_build_object(
    'update_id', NULL, 'failure', '', 'notices', p_notices)));
  INSERT INTO audit_log (user_id, actor_id, action) VALUES (p_user_id, 0, 'data.deleted');
  RETURN true;
END $$;
