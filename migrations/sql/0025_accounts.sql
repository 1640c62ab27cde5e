-- The web door's side of an account. Of tokens and codes only hashes are kept, and of factors
-- only what is of no use without the operator's key.

CREATE TABLE login_links (
  user_id BIGINT NOT NULL,
  link_id BIGINT GENERATED ALWAYS AS IDENTITY,
  token_hash BYTEA NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  used_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_login_links PRIMARY KEY (user_id, link_id),
  CONSTRAINT fk_login_links_user_id FOREIGN KEY (user_id) REFERENCES users (user_id)
);
CREATE INDEX ix_login_links_token_hash ON login_links (token_hash);

CREATE TABLE web_sessions (
  user_id BIGINT NOT NULL,
  session_id BIGINT GENERATED ALWAYS AS IDENTITY,
  token_hash BYTEA NOT NULL,
  device TEXT NOT NULL,
  began_at TIMESTAMP WITH TIME ZONE NOT NULL,
  seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
  proved_at TIMESTAMP WITH TIME ZONE,
  ended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_web_sessions PRIMARY KEY (user_id, session_id),
  CONSTRAINT fk_web_sessions_user_id FOREIGN KEY (user_id) REFERENCES users (user_id)
);
CREATE INDEX ix_web_sessions_token_hash ON web_sessions (token_hash);

CREATE TABLE user_factors (
  user_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  version INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  last_step BIGINT DEFAULT 0 NOT NULL,
  confirmed_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_user_factors PRIMARY KEY (user_id, kind),
  CONSTRAINT fk_user_factors_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT ck_user_factors_kind_known CHECK (kind IN ('pin', 'totp', 'waiting'))
);

CREATE TABLE recovery_codes (
  user_id BIGINT NOT NULL,
  number SMALLINT NOT NULL,
  code_hash BYTEA NOT NULL,
  used_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_recovery_codes PRIMARY KEY (user_id, number),
  CONSTRAINT fk_recovery_codes_user_id FOREIGN KEY (user_id) REFERENCES users (user_id)
);

-- Tries are counted before they are evaluated, so that many at once are no more than one by one.
CREATE TABLE factor_tries (
  user_id BIGINT NOT NULL,
  tries SMALLINT DEFAULT 0 NOT NULL,
  locks SMALLINT DEFAULT 0 NOT NULL,
  locked_until TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_factor_tries PRIMARY KEY (user_id),
  CONSTRAINT fk_factor_tries_user_id FOREIGN KEY (user_id) REFERENCES users (user_id)
);

CREATE TABLE own_freezes (
  user_id BIGINT NOT NULL,
  freeze_id BIGINT GENERATED ALWAYS AS IDENTITY,
  frozen_at TIMESTAMP WITH TIME ZONE NOT NULL,
  asked_at TIMESTAMP WITH TIME ZONE,
  due_at TIMESTAMP WITH TIME ZONE,
  ended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_own_freezes PRIMARY KEY (user_id, freeze_id),
  CONSTRAINT fk_own_freezes_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT ck_own_freezes_due_once_asked CHECK ((asked_at IS NULL) = (due_at IS NULL))
);
CREATE UNIQUE INDEX uq_own_freezes_standing ON own_freezes (user_id) WHERE ended_at IS NULL;
CREATE INDEX ix_own_freezes_due_at ON own_freezes (due_at) WHERE ended_at IS NULL;

-- Whether a frozen account was frozen by its owner, who may then have it back. Whoever else sets
-- a status takes that from them, also where the status was frozen already.
ALTER TABLE users ADD COLUMN froze_self BOOLEAN DEFAULT false NOT NULL;

CREATE FUNCTION frozen_by_others() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.froze_self AND OLD.froze_self THEN
    NEW.froze_self := false;
    UPDATE own_freezes SET ended_at = now() WHERE user_id = NEW.user_id AND ended_at IS NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER users_frozen_by_others BEFORE UPDATE OF status ON users
  FOR EACH ROW EXECUTE FUNCTION frozen_by_others();
