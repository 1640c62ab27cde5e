-- The message of the private chat that shows how a live order goes, edited in place.
ALTER TABLE live_intents ADD COLUMN message_id BIGINT;

-- How somebody wants to trade live: whether buttons act at once, and how far a fill may slip.
CREATE TABLE live_settings (
  user_id BIGINT NOT NULL,
  is_one_tap BOOLEAN NOT NULL DEFAULT false,
  slippage_bps INTEGER NOT NULL DEFAULT 100,
  CONSTRAINT pk_live_settings PRIMARY KEY (user_id),
  CONSTRAINT fk_live_settings_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT ck_live_settings_slippage_sound CHECK (slippage_bps BETWEEN 1 AND 10000)
);
