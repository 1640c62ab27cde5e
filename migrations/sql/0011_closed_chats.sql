-- Chats that take nothing from us: people who blocked the bot, groups that it had to leave.
CREATE TABLE closed_chats (
  chat_id BIGINT NOT NULL,
  reason TEXT NOT NULL,
  closed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_closed_chats PRIMARY KEY (chat_id)
);

-- When a notice was given up, as `sent_at` is when it was delivered.
ALTER TABLE outbox ADD COLUMN failed_at TIMESTAMP WITH TIME ZONE;
