-- Wallets that hold real money, with their keys as sealed by the vault: of no use without the master
-- key of `key_version`, which is never in here. A row lost is money lost, and a row whose owner or
-- address changes is money moved, so neither happens: keys are sealed anew, and that is all.

CREATE TABLE live_wallets (
  user_id BIGINT NOT NULL,
  number SMALLINT NOT NULL,
  chain TEXT NOT NULL,
  address TEXT NOT NULL,
  key_version INTEGER NOT NULL,
  wrapped_key BYTEA NOT NULL,
  sealed BYTEA NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  resealed_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_live_wallets PRIMARY KEY (user_id, number),
  CONSTRAINT fk_live_wallets_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT ck_live_wallets_chain_known CHECK (chain = 'solana'),
  CONSTRAINT ck_live_wallets_number_sound CHECK (number > 0),
  CONSTRAINT ck_live_wallets_key_version_sound CHECK (key_version > 0)
);
CREATE UNIQUE INDEX uq_live_wallets_address ON live_wallets (address);

CREATE FUNCTION keep_live_wallet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.user_id, NEW.number, NEW.chain, NEW.address, NEW.created_at)
    IS NOT DISTINCT FROM (OLD.user_id, OLD.number, OLD.chain, OLD.address, OLD.created_at) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a live wallet stays whose it is, where it is';
END $$;
CREATE TRIGGER keep_live_wallet BEFORE UPDATE OR DELETE ON live_wallets
  FOR EACH ROW EXECUTE FUNCTION keep_live_wallet();
CREATE TRIGGER keep_live_wallets BEFORE TRUNCATE ON live_wallets
  FOR EACH STATEMENT EXECUTE FUNCTION keep_live_wallet();

-- Behind the trigger, the rights: the bot itself may seal anew, and no more.
REVOKE UPDATE, DELETE, TRUNCATE ON live_wallets FROM CURRENT_USER;
GRANT UPDATE (key_version, wrapped_key, sealed, resealed_at) ON live_wallets TO CURRENT_USER;
