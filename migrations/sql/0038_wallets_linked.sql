-- Wallets that are only looked at, the links that are asked for, and keys that a check found unfit.

CREATE TABLE wallet_links (
  user_id BIGINT NOT NULL,
  address TEXT NOT NULL,
  nonce TEXT NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_wallet_links PRIMARY KEY (user_id), -- the last one that a person asked for
  CONSTRAINT fk_wallet_links_user_id FOREIGN KEY (user_id) REFERENCES users (user_id)
);

CREATE TABLE watched_wallets (
  user_id BIGINT NOT NULL,
  number SMALLINT NOT NULL,
  address TEXT NOT NULL,
  linked_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_watched_wallets PRIMARY KEY (user_id, number),
  CONSTRAINT fk_watched_wallets_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT ck_watched_wallets_number_sound CHECK (number > 0)
);
CREATE UNIQUE INDEX uq_watched_wallets_address ON watched_wallets (user_id, address);

CREATE TABLE live_key_faults (
  user_id BIGINT NOT NULL,
  number SMALLINT NOT NULL,
  fault TEXT NOT NULL,
  found_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_live_key_faults PRIMARY KEY (user_id, number),
  CONSTRAINT fk_live_key_faults_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT ck_live_key_faults_fault_known CHECK (
    fault IN ('malformed', 'does_not_open', 'other_address', 'no_master_key'))
);

-- Keep what a check found; who has to know is told once for each fault.
CREATE FUNCTION note_key_fault(
  p_user_id bigint, p_number integer, p_fault text, p_at timestamptz, p_notices jsonb,
  OUT is_new boolean, OUT notice_ids bigint[]
) LANGUAGE plpgsql AS $$
BEGIN
  notice_ids := '{}';
  IF p_fault IS NULL THEN
    DELETE FROM live_key_faults WHERE user_id = p_user_id AND number = p_number;
  ELSE
    INSERT INTO live_key_faults (user_id, number, fault, found_at)
    VALUES (p_user_id, p_number, p_fault, p_at)
    ON CONFLICT (user_id, number) DO UPDATE SET fault = excluded.fault, found_at = excluded.found_at
    WHERE live_key_faults.fault <> excluded.fault;
  END IF;
  is_new := FOUND;
  IF is_new THEN
    INSERT INTO audit_log (user_id, actor_id, action, details) VALUES (p_user_id, p_user_id,
      CASE WHEN p_fault IS NULL THEN 'live_key.sound' ELSE 'live_key.faulty' END,
      jsonb_build_object('number', p_number, 'fault', p_fault));
    SELECT c.notice_ids INTO notice_ids FROM close_updates(jsonb_build_array(jsonb_build_object(
      'update_id', NULL, 'failure', '', 'notices', p_notices))) c;
  END IF;
END $$;

-- Who asks to be forgotten has no linked wallets any more; all in the transaction of the deletion.
CREATE FUNCTION forget_watched_wallets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM wallet_links WHERE user_id = NEW.user_id;
  DELETE FROM watched_wallets WHERE user_id = NEW.user_id;
  RETURN NULL;
END $$;
CREATE TRIGGER forget_watched_wallets AFTER UPDATE OF done_at ON deletion_requests
  FOR EACH ROW WHEN (NEW.done_at IS NOT NULL AND OLD.done_at IS NULL)
  EXECUTE FUNCTION forget_watched_wallets();
