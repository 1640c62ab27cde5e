-- Several bots of one installation, and which of them serves which chat. A chat without a row is the
-- main bot's, and the main bot has no row: where there is one bot both tables stay empty.

CREATE TABLE bots (
  bot SMALLINT NOT NULL,
  telegram_id BIGINT NOT NULL,
  CONSTRAINT pk_bots PRIMARY KEY (bot),
  CONSTRAINT uq_bots_telegram_id UNIQUE (telegram_id),
  CONSTRAINT ck_bots_bot_numbered CHECK (bot BETWEEN 1 AND 999)
);

CREATE TABLE chat_bots (
  chat_id BIGINT NOT NULL,
  bot SMALLINT NOT NULL,
  CONSTRAINT pk_chat_bots PRIMARY KEY (chat_id),
  CONSTRAINT ck_chat_bots_bot_numbered CHECK (bot BETWEEN 0 AND 999)
);
