-- Every row of the audit log carries the hash of the one before it about the same person. A person's
-- head row holds where their chain ends and is locked by whoever adds to it: chains of different
-- people never wait for one another. `bot.domain.audit` computes the same hash outside.

CREATE TABLE audit_heads (
  user_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  sealed_number BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT pk_audit_heads PRIMARY KEY (user_id)
);
CREATE INDEX ix_audit_heads_unsealed ON audit_heads (user_id) WHERE number > sealed_number;

CREATE TABLE audit_seals (
  seal_number BIGINT NOT NULL,
  sealed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  made_with TEXT NOT NULL, -- the name of the key, empty where there is none
  heads TEXT NOT NULL, -- JSON of [user_id, number, hash] each, kept as it was sealed
  previous_mac BYTEA NOT NULL,
  mac BYTEA NOT NULL,
  CONSTRAINT pk_audit_seals PRIMARY KEY (seal_number)
);

ALTER TABLE audit_log ADD COLUMN number BIGINT, ADD COLUMN previous_hash BYTEA,
  ADD COLUMN hash BYTEA;

CREATE FUNCTION audit_hash(p audit_log) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(convert_to(concat_ws(E'\n', p.user_id, p.number, p.audit_id, p.actor_id,
    trunc(extract(epoch FROM p.at) * 1000000), encode(p.previous_hash, 'hex'),
    length(p.action), p.action, p.details), 'UTF8'))
$$;

CREATE FUNCTION chain_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  head audit_heads%ROWTYPE;
BEGIN
  SELECT * INTO head FROM audit_heads WHERE user_id = NEW.user_id FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO audit_heads (user_id, number, hash) VALUES (NEW.user_id, 0, '')
    ON CONFLICT (user_id) DO NOTHING;
    SELECT * INTO head FROM audit_heads WHERE user_id = NEW.user_id FOR UPDATE;
  END IF;
  NEW.number := head.number + 1;
  NEW.previous_hash := head.hash;
  NEW.hash := audit_hash(NEW);
  UPDATE audit_heads SET number = NEW.number, hash = NEW.hash WHERE user_id = NEW.user_id;
  RETURN NEW;
END $$;

CREATE FUNCTION audit_heads_follow_the_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'DELETE' AND pg_trigger_depth() > 1 THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND (OLD.user_id, OLD.number, OLD.hash) = (NEW.user_id, NEW.number, NEW.hash)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'heads follow the audit log only: % refused', TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;

-- The rows that were there before are chained in the order they came.
GRANT UPDATE ON audit_log TO CURRENT_USER;
ALTER TABLE audit_log DISABLE TRIGGER audit_log_never_changes;
DO $$
DECLARE
  row audit_log%ROWTYPE;
  last audit_log%ROWTYPE;
BEGIN
  FOR row IN SELECT * FROM audit_log ORDER BY user_id, audit_id LOOP
    IF last.user_id IS DISTINCT FROM row.user_id THEN
      last := NULL;
    END IF;
    row.number := coalesce(last.number, 0) + 1;
    row.previous_hash := coalesce(last.hash, ''::bytea);
    row.hash := audit_hash(row);
    UPDATE audit_log SET number = row.number, previous_hash = row.previous_hash, hash = row.hash
    WHERE user_id = row.user_id AND audit_id = row.audit_id;
    last := row;
  END LOOP;
END $$;
INSERT INTO audit_heads (user_id, number, hash)
SELECT DISTINCT ON (user_id) user_id, number, hash FROM audit_log ORDER BY user_id, number DESC;
ALTER TABLE audit_log ENABLE TRIGGER audit_log_never_changes;
REVOKE UPDATE ON audit_log FROM CURRENT_USER;

ALTER TABLE audit_log ALTER number SET NOT NULL, ALTER previous_hash SET NOT NULL,
  ALTER hash SET NOT NULL;
CREATE UNIQUE INDEX uq_audit_log_number ON audit_log (user_id, number);
CREATE INDEX ix_audit_log_newest ON audit_log (audit_id);
CREATE INDEX ix_audit_log_actor ON audit_log (actor_id, audit_id);
CREATE INDEX ix_audit_log_action ON audit_log (action, audit_id);

CREATE TRIGGER audit_log_is_chained BEFORE INSERT ON audit_log
  FOR EACH ROW EXECUTE FUNCTION chain_audit_log();
CREATE TRIGGER audit_heads_follow_the_log BEFORE INSERT OR UPDATE OR DELETE ON audit_heads
  FOR EACH ROW EXECUTE FUNCTION audit_heads_follow_the_log();
CREATE TRIGGER audit_heads_never_emptied BEFORE TRUNCATE ON audit_heads
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_seals_never_change BEFORE UPDATE OR DELETE ON audit_seals
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_seals_never_emptied BEFORE TRUNCATE ON audit_seals
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON audit_seals FROM PUBLIC, CURRENT_USER;
REVOKE DELETE, TRUNCATE ON audit_heads FROM PUBLIC, CURRENT_USER;

-- Keep a seal, and note how far each chain is sealed. A head that somebody is adding to is passed
-- over, so that sealing waits for nobody: it is sealed again next time.
CREATE FUNCTION seal_audit(
  p_seal_number bigint, p_sealed_at timestamptz, p_made_with text, p_heads text,
  p_previous_mac bytea, p_mac bytea
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_seals (seal_number, sealed_at, made_with, heads, previous_mac, mac)
  VALUES (p_seal_number, p_sealed_at, p_made_with, p_heads, p_previous_mac, p_mac);
  WITH free AS (
    SELECT h.user_id, (s ->> 1)::bigint AS number
    FROM jsonb_array_elements(p_heads::jsonb) s
    JOIN audit_heads h ON h.user_id = (s ->> 0)::bigint
    FOR UPDATE OF h SKIP LOCKED)
  UPDATE audit_heads h SET sealed_number = greatest(h.sealed_number, free.number)
  FROM free WHERE h.user_id = free.user_id;
END $$;

-- Who asked that what is kept about them be deleted; carried out some days later unless cancelled.

CREATE TABLE deletion_requests (
  user_id BIGINT NOT NULL,
  asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE NOT NULL,
  cancelled_at TIMESTAMP WITH TIME ZONE,
  done_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_deletion_requests PRIMARY KEY (user_id, asked_at),
  CONSTRAINT fk_deletion_requests_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT ck_deletion_requests_one_end CHECK (cancelled_at IS NULL OR done_at IS NULL)
);
CREATE UNIQUE INDEX uq_deletion_requests_open ON deletion_requests (user_id)
  WHERE cancelled_at IS NULL AND done_at IS NULL;
CREATE INDEX ix_deletion_requests_due ON deletion_requests (due_at)
  WHERE cancelled_at IS NULL AND done_at IS NULL;

-- Each ends its update and writes its row in the audit log, which comes last: heads are locked
-- behind everything else.
CREATE FUNCTION ask_deletion(
  p_user_id bigint, p_at timestamptz, p_due_at timestamptz, p_update_id bigint, p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  ending jsonb := jsonb_build_array(jsonb_build_object(
    'update_id', p_update_id, 'failure', '', 'notices', p_notices));
BEGIN
  PERFORM FROM users WHERE user_id = p_user_id FOR UPDATE;
  IF EXISTS (SELECT FROM deletion_requests WHERE user_id = p_user_id AND cancelled_at IS NULL
             AND done_at IS NULL) THEN
    RETURN 'standing';
  END IF;
  IF NOT (SELECT c.is_closed[1] FROM close_updates(ending) c) THEN
    RETURN 'repeated';
  END IF;
  INSERT INTO deletion_requests (user_id, asked_at, due_at) VALUES (p_user_id, p_at, p_due_at);
  INSERT INTO audit_log (user_id, actor_id, action, details)
  VALUES (p_user_id, p_user_id, 'deletion.asked', jsonb_build_object('due_at', p_due_at));
  RETURN 'booked';
END $$;

CREATE FUNCTION cancel_deletion(
  p_user_id bigint, p_at timestamptz, p_update_id bigint, p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  ending jsonb := jsonb_build_array(jsonb_build_object(
    'update_id', p_update_id, 'failure', '', 'notices', p_notices));
BEGIN
  PERFORM FROM users WHERE user_id = p_user_id FOR UPDATE;
  IF NOT EXISTS (SELECT FROM deletion_requests WHERE user_id = p_user_id AND cancelled_at IS NULL
                 AND done_at IS NULL) THEN
    RETURN 'unknown';
  END IF;
  IF NOT (SELECT c.is_closed[1] FROM close_updates(ending) c) THEN
    RETURN 'repeated';
  END IF;
  UPDATE deletion_requests SET cancelled_at = p_at
  WHERE user_id = p_user_id AND cancelled_at IS NULL AND done_at IS NULL;
  INSERT INTO audit_log (user_id, actor_id, action)
  VALUES (p_user_id, p_user_id, 'deletion.cancelled');
  RETURN 'booked';
END $$;

-- The books and the audit log stay: they hold numbers, and balance only as a whole.
CREATE FUNCTION carry_out_deletion(p_user_id bigint, p_at timestamptz, p_notices jsonb)
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
