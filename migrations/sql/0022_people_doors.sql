-- The doors of admins to people: one change each, refused by a word where it may not be.

-- Why an admin may not act on a person, or NULL. Nobody acts on an owner or on themselves; on an
-- admin only an owner does, and only to stop them.
CREATE FUNCTION reason_against(
  p_actor_id bigint, p_user_id bigint, p_is_stop boolean, p_owners bigint[]
) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN NOT is_acting_admin(p_actor_id) THEN 'not_admin'
    WHEN NOT EXISTS (SELECT FROM users WHERE user_id = p_user_id) THEN 'unknown'
    WHEN p_actor_id = p_user_id THEN 'yourself'
    WHEN p_user_id = ANY (p_owners) THEN 'owner'
    WHEN EXISTS (SELECT FROM users WHERE user_id = p_user_id AND role = 'admin')
      AND NOT (p_is_stop AND p_actor_id = ANY (p_owners)) THEN 'admin' END
$$;

CREATE FUNCTION reason_against_change(p_user_id bigint, p_change text) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT CASE p_change
    WHEN 'demote' THEN CASE
      WHEN u.role = 'basic' THEN 'is_basic'
      WHEN u.role_by_settings IS NOT NULL THEN 'by_settings'
      WHEN EXISTS (SELECT FROM role_grants g WHERE g.user_id = u.user_id AND g.source = 'stars')
        THEN 'paid' END
    WHEN 'revoke' THEN CASE
      WHEN u.role_by_settings IS NOT NULL THEN 'by_settings'
      WHEN u.status = 'banned' THEN 'is_banned' END
    WHEN 'ban' THEN CASE WHEN u.status = 'banned' THEN 'is_banned' END
    WHEN 'unban' THEN CASE WHEN u.status NOT IN ('banned', 'pending') THEN 'not_banned' END
    WHEN 'freeze' THEN CASE WHEN EXISTS (SELECT FROM account_holds h
      WHERE h.user_id = u.user_id AND h.kind = 'admin') THEN 'is_frozen' END
    WHEN 'unfreeze' THEN CASE WHEN u.status <> 'frozen' THEN 'not_frozen' END
    END
  FROM users u WHERE u.user_id = p_user_id
$$;

-- One change by one admin: premium, demote (from premium), ban, unban, freeze, unfreeze or revoke
-- (of what an invitation or the password gave). `done`, or why not, and then nothing has changed.
CREATE FUNCTION change_person(
  p_change text, p_user_id bigint, p_actor_id bigint, p_until timestamptz, p_reason text,
  p_owners bigint[], p_at timestamptz, p_update_id bigint, p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  against text;
  before text;
BEGIN
  PERFORM lock_people();
  against := coalesce(
    reason_against(p_actor_id, p_user_id, p_change IN ('ban', 'freeze', 'unban', 'unfreeze'),
                   p_owners),
    reason_against_change(p_user_id, p_change));
  IF against IS NOT NULL THEN
    RETURN against;
  END IF;
  IF NOT end_update(p_update_id, p_notices) THEN
    RETURN 'repeated';
  END IF;
  SELECT role INTO before FROM users WHERE user_id = p_user_id FOR UPDATE;
  CASE p_change
    WHEN 'premium' THEN
      PERFORM grant_premium(p_user_id, p_until, 'command', p_actor_id, p_at);
    WHEN 'demote' THEN
      DELETE FROM role_grants WHERE user_id = p_user_id;
      PERFORM note_role(p_user_id, p_actor_id, before, settle_role(p_user_id, p_at),
                        '{"source": "command"}');
    WHEN 'ban' THEN
      PERFORM set_hold(p_user_id, 'ban', true, p_actor_id, p_reason, p_at);
      UPDATE users SET is_ban_answered = false WHERE user_id = p_user_id;
      PERFORM void_approvals_of(p_user_id, p_at);
    WHEN 'unban' THEN
      IF EXISTS (SELECT FROM users WHERE user_id = p_user_id AND status = 'banned') THEN
        UPDATE users SET status = 'active' WHERE user_id = p_user_id;
        PERFORM set_hold(p_user_id, 'ban', false, p_actor_id, p_reason, p_at);
      END IF;
      PERFORM let_in(p_user_id, p_actor_id, 'command', p_at);
    WHEN 'freeze' THEN
      PERFORM set_hold(p_user_id, 'admin', true, p_actor_id, p_reason, p_at);
      PERFORM void_approvals_of(p_user_id, p_at);
    WHEN 'unfreeze' THEN
      PERFORM set_hold(p_user_id, 'admin', false, p_actor_id, p_reason, p_at);
    WHEN 'revoke' THEN
      DELETE FROM role_grants WHERE user_id = p_user_id AND source IN ('invitation', 'password');
      PERFORM note_role(p_user_id, p_actor_id, before, settle_role(p_user_id, p_at),
                        '{"source": "revoked"}');
      UPDATE users SET status = 'pending' WHERE user_id = p_user_id AND status <> 'banned';
      INSERT INTO admissions (user_id, state, asked_at, decided_by, decided_at)
      VALUES (p_user_id, 'rejected', p_at, p_actor_id, p_at)
      ON CONFLICT (user_id) DO UPDATE SET state = 'rejected', decided_by = p_actor_id,
        decided_at = p_at;
      INSERT INTO audit_log (user_id, actor_id, action, details) VALUES (p_user_id, p_actor_id,
        'access.revoked', jsonb_build_object('reason', p_reason));
  END CASE;
  RETURN 'done';
END $$;

-- A banned person is answered once, then met with silence.
CREATE FUNCTION answer_banned(p_user_id bigint, p_update_id bigint, p_notices jsonb)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE users SET is_ban_answered = true WHERE user_id = p_user_id AND NOT is_ban_answered;
  IF FOUND THEN
    PERFORM end_update(p_update_id, p_notices);
    RETURN true;
  END IF;
  PERFORM end_update(p_update_id, '[]');
  RETURN false;
END $$;

-- Ask to be let in: the cards go to the admins once per person.
CREATE FUNCTION apply_for_admission(
  p_user_id bigint, p_at timestamptz, p_update_id bigint, p_notices jsonb, p_cards jsonb
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  is_new boolean;
BEGIN
  INSERT INTO admissions (user_id, asked_at) VALUES (p_user_id, p_at)
  ON CONFLICT (user_id) DO NOTHING;
  is_new := FOUND;
  PERFORM end_update(p_update_id, p_notices || CASE WHEN is_new THEN p_cards ELSE '[]' END);
  RETURN is_new;
END $$;

CREATE FUNCTION decide_admission(
  p_user_id bigint, p_actor_id bigint, p_state text, p_at timestamptz, p_update_id bigint,
  p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  against text;
BEGIN
  PERFORM lock_people();
  SELECT CASE
    WHEN NOT is_acting_admin(p_actor_id) THEN 'not_admin'
    WHEN a.state IS NULL THEN 'unknown'
    WHEN a.state <> 'open' OR u.status <> 'pending' THEN 'decided' END
  INTO against
  FROM (SELECT) one LEFT JOIN admissions a ON a.user_id = p_user_id
  LEFT JOIN users u ON u.user_id = p_user_id;
  IF against IS NOT NULL THEN
    RETURN against;
  END IF;
  IF NOT end_update(p_update_id, p_notices) THEN
    RETURN 'repeated';
  END IF;
  UPDATE admissions SET state = p_state, decided_by = p_actor_id, decided_at = p_at
  WHERE user_id = p_user_id;
  IF p_state = 'approved' THEN
    PERFORM let_in(p_user_id, p_actor_id, 'approval', p_at);
  ELSIF p_state = 'blocked' THEN
    PERFORM set_hold(p_user_id, 'ban', true, p_actor_id, '', p_at);
  ELSE
    INSERT INTO audit_log (user_id, actor_id, action, details)
    VALUES (p_user_id, p_actor_id, 'person.rejected', '{}');
  END IF;
  RETURN 'done';
END $$;

CREATE FUNCTION make_invitation(
  p_actor_id bigint, p_role text, p_token_hash text, p_at timestamptz, p_expires_at timestamptz,
  p_details jsonb
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  made bigint;
BEGIN
  INSERT INTO invitations (user_id, token_hash, role, made_at, expires_at)
  VALUES (p_actor_id, p_token_hash, p_role, p_at, p_expires_at) RETURNING invitation_id INTO made;
  INSERT INTO audit_log (user_id, actor_id, action, details) VALUES (p_actor_id, p_actor_id,
    'person.invited', p_details || jsonb_build_object('invitation_id', made, 'role', p_role,
                                                      'expires_at', p_expires_at));
  RETURN made;
END $$;

-- An admin's own invitation, to a role that one admin may give.
CREATE FUNCTION invite_person(
  p_actor_id bigint, p_role text, p_token_hash text, p_at timestamptz, p_expires_at timestamptz,
  p_update_id bigint, p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_people();
  IF NOT is_acting_admin(p_actor_id) OR p_role NOT IN ('basic', 'premium') THEN
    RETURN 'not_admin';
  END IF;
  IF NOT end_update(p_update_id, p_notices) THEN
    RETURN 'repeated';
  END IF;
  PERFORM make_invitation(p_actor_id, p_role, p_token_hash, p_at, p_expires_at, '{}');
  RETURN 'done';
END $$;

-- Use an invitation up. Whoever made it must still be an admin.
CREATE FUNCTION redeem_invitation(
  p_user_id bigint, p_token_hash text, p_at timestamptz, p_update_id bigint, p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  found invitations%ROWTYPE;
  guest users%ROWTYPE;
BEGIN
  PERFORM lock_people();
  SELECT * INTO found FROM invitations WHERE token_hash = p_token_hash FOR UPDATE;
  SELECT * INTO guest FROM users WHERE user_id = p_user_id FOR UPDATE;
  IF found.user_id IS NULL OR found.used_at IS NOT NULL OR found.revoked_at IS NOT NULL
     OR found.expires_at <= p_at OR NOT is_acting_admin(found.user_id)
     OR guest.status NOT IN ('pending', 'active') THEN
    RETURN 'spent';
  END IF;
  IF guest.status = 'active' AND role_rank(guest.role) >= role_rank(found.role) THEN
    RETURN 'has_it';
  END IF;
  IF NOT end_update(p_update_id, p_notices) THEN
    RETURN 'repeated';
  END IF;
  UPDATE invitations SET used_by = p_user_id, used_at = p_at WHERE token_hash = p_token_hash;
  IF found.role <> 'basic' THEN
    INSERT INTO role_grants (user_id, role, source, granted_by, granted_at)
    VALUES (p_user_id, found.role, 'invitation', found.user_id, p_at)
    ON CONFLICT (user_id, role, source) DO UPDATE SET until = NULL,
      granted_by = excluded.granted_by, granted_at = excluded.granted_at;
    PERFORM note_role(p_user_id, found.user_id, guest.role, settle_role(p_user_id, p_at),
      jsonb_build_object('source', 'invitation', 'invitation_id', found.invitation_id));
  END IF;
  PERFORM let_in(p_user_id, found.user_id, 'invitation', p_at);
  RETURN 'done';
END $$;

CREATE FUNCTION revoke_invitation(
  p_invitation_id bigint, p_actor_id bigint, p_at timestamptz, p_update_id bigint, p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  maker bigint;
BEGIN
  PERFORM lock_people();
  IF NOT is_acting_admin(p_actor_id) THEN
    RETURN 'not_admin';
  END IF;
  SELECT user_id INTO maker FROM invitations WHERE invitation_id = p_invitation_id
    AND used_at IS NULL AND revoked_at IS NULL FOR UPDATE;
  IF maker IS NULL THEN
    RETURN 'spent';
  END IF;
  IF NOT end_update(p_update_id, p_notices) THEN
    RETURN 'repeated';
  END IF;
  UPDATE invitations SET revoked_by = p_actor_id, revoked_at = p_at
  WHERE invitation_id = p_invitation_id;
  INSERT INTO audit_log (user_id, actor_id, action, details) VALUES (maker, p_actor_id,
    'invitation.revoked', jsonb_build_object('invitation_id', p_invitation_id));
  RETURN 'done';
END $$;

-- Count an attempt before the password is looked at, so that many at once gain nothing. `locked_until`
-- says that it is not to be looked at. Alone: three failures lock for a minute, then twice as long
-- each time, up to a day. All together: twenty within an hour, likewise up to an hour.
CREATE FUNCTION begin_password_attempt(
  p_user_id bigint, p_at timestamptz, OUT locked_until timestamptz, OUT failures integer
) LANGUAGE plpgsql AS $$
DECLARE
  everybody integer;
BEGIN
  PERFORM lock_people();
  SELECT max(a.locked_until) INTO locked_until FROM password_attempts a
  WHERE a.user_id IN (0, p_user_id) AND a.locked_until > p_at;
  IF locked_until IS NOT NULL THEN
    failures := 0;
    RETURN;
  END IF;
  INSERT INTO password_attempts AS a (user_id, failures, last_at) VALUES (p_user_id, 1, p_at)
  ON CONFLICT (user_id) DO UPDATE SET last_at = p_at, failures = CASE
    WHEN a.last_at < p_at - interval '7 days' THEN 1 ELSE least(a.failures + 1, 1000) END
  RETURNING a.failures INTO begin_password_attempt.failures;
  INSERT INTO password_attempts AS a (user_id, failures, last_at) VALUES (0, 1, p_at)
  ON CONFLICT (user_id) DO UPDATE SET last_at = p_at, failures = CASE
    WHEN a.last_at < p_at - interval '1 hour' THEN 1 ELSE least(a.failures + 1, 1000) END
  RETURNING a.failures INTO everybody;
  UPDATE password_attempts a SET locked_until = p_at + interval '1 minute' * CASE a.user_id
    WHEN 0 THEN least(2 ^ least(everybody - 20, 20), 60)
    ELSE least(2 ^ least(begin_password_attempt.failures - 3, 20), 1440) END
  WHERE (a.user_id = 0 AND everybody >= 20)
     OR (a.user_id = p_user_id AND begin_password_attempt.failures >= 3);
END $$;

CREATE FUNCTION end_password_attempt(
  p_user_id bigint, p_is_right boolean, p_role text, p_at timestamptz, p_update_id bigint,
  p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  guest users%ROWTYPE;
BEGIN
  PERFORM lock_people();
  SELECT * INTO guest FROM users WHERE user_id = p_user_id FOR UPDATE;
  IF NOT end_update(p_update_id, p_notices) THEN
    RETURN 'repeated';
  END IF;
  INSERT INTO audit_log (user_id, actor_id, action, details) VALUES (p_user_id, p_user_id,
    CASE WHEN p_is_right THEN 'login.accepted' ELSE 'login.refused' END, '{"door": "password"}');
  IF NOT p_is_right OR guest.status NOT IN ('pending', 'active') THEN
    RETURN 'done';
  END IF;
  DELETE FROM password_attempts WHERE user_id = p_user_id;
  UPDATE password_attempts SET failures = greatest(failures - 1, 0), locked_until = NULL
  WHERE user_id = 0;
  IF p_role = 'premium' THEN
    PERFORM grant_premium(p_user_id, NULL, 'password', 0, p_at);
  END IF;
  PERFORM let_in(p_user_id, p_user_id, 'password', p_at);
  RETURN 'done';
END $$;

CREATE FUNCTION send_feedback(
  p_user_id bigint, p_feedback_id bigint, p_words text, p_at timestamptz, p_an_hour integer,
  p_update_id bigint, p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM users WHERE user_id = p_user_id FOR UPDATE;
  IF (SELECT count(*) FROM feedback WHERE user_id = p_user_id
      AND sent_at > p_at - interval '1 hour') >= p_an_hour THEN
    RETURN 'too_many';
  END IF;
  IF NOT end_update(p_update_id, p_notices) THEN
    RETURN 'repeated';
  END IF;
  INSERT INTO feedback (user_id, feedback_id, words, sent_at)
  VALUES (p_user_id, p_feedback_id, p_words, p_at);
  RETURN 'done';
END $$;

CREATE FUNCTION answer_feedback(
  p_feedback_id bigint, p_actor_id bigint, p_answer text, p_at timestamptz, p_update_id bigint,
  p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  asker bigint;
BEGIN
  SELECT user_id INTO asker FROM feedback WHERE feedback_id = p_feedback_id
    AND answer IS NULL FOR UPDATE;
  IF asker IS NULL THEN
    RETURN 'answered';
  END IF;
  IF NOT end_update(p_update_id, p_notices) THEN
    RETURN 'repeated';
  END IF;
  UPDATE feedback SET answer = p_answer, answered_by = p_actor_id, answered_at = p_at
  WHERE feedback_id = p_feedback_id;
  INSERT INTO audit_log (user_id, actor_id, action, details) VALUES (asker, p_actor_id,
    'feedback.answered', jsonb_build_object('feedback_id', p_feedback_id));
  RETURN 'done';
END $$;

-- Note that staff looked at a person, with the answer that showed it.
CREATE FUNCTION note_look(
  p_user_id bigint, p_actor_id bigint, p_what text, p_update_id bigint, p_notices jsonb
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF NOT end_update(p_update_id, p_notices) THEN
    RETURN false;
  END IF;
  INSERT INTO audit_log (user_id, actor_id, action, details)
  VALUES (p_user_id, p_actor_id, 'staff.looked', jsonb_build_object('what', p_what));
  RETURN true;
END $$;

-- As before, with what they wrote to the admins.
CREATE OR REPLACE FUNCTION carry_out_deletion(p_user_id bigint, p_at timestamptz, p_notices jsonb)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM users WHERE user_id = p_user_id FOR UPDATE;
  UPDATE deletion_requests SET done_at = p_at
  WHERE user_id = p_user_id AND due_at <= p_at AND cancelled_at IS NULL AND done_at IS NULL;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE users SET first_name = 'Deleted', username = NULL, language = NULL, settings = '{}'
  WHERE user_id = p_user_id;
  DELETE FROM feedback WHERE user_id = p_user_id;
  DELETE FROM dialogs WHERE user_id = p_user_id;
  DELETE FROM watchlist WHERE user_id = p_user_id;
  DELETE FROM alert_firings WHERE user_id = p_user_id;
  DELETE FROM alerts WHERE user_id = p_user_id;
  DELETE FROM daily_reports WHERE user_id = p_user_id;
  DELETE FROM leaderboard_members WHERE user_id = p_user_id;
  PERFORM close_updates(jsonb_build_array(jsonb_build_object(
    'update_id', NULL, 'failure', '', 'notices', p_notices)));
  INSERT INTO audit_log (user_id, actor_id, action) VALUES (p_user_id, 0, 'data.deleted');
  RETURN true;
END $$;
