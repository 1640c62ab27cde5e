-- Groups that somebody set up, who uses the bot in which, and who called a token first.

CREATE TABLE groups (
  chat_id BIGINT NOT NULL,
  settings JSONB NOT NULL,
  set_up_by BIGINT NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_groups PRIMARY KEY (chat_id)
);

-- A group that became a supergroup has another id from then on.
CREATE TABLE group_moves (
  old_chat_id BIGINT NOT NULL,
  new_chat_id BIGINT NOT NULL,
  moved_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_group_moves PRIMARY KEY (old_chat_id)
);

-- People who used the bot in a group: whether they are still in it is asked of Telegram.
CREATE TABLE group_people (
  user_id BIGINT NOT NULL,
  chat_id BIGINT NOT NULL,
  met_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_group_people PRIMARY KEY (user_id, chat_id),
  CONSTRAINT fk_group_people_user_id FOREIGN KEY (user_id) REFERENCES users (user_id)
);
CREATE INDEX ix_group_people_chat_id ON group_people (chat_id);

CREATE TABLE group_calls (
  chat_id BIGINT NOT NULL,
  token_id INTEGER NOT NULL,
  user_id BIGINT NOT NULL,
  price NUMERIC NOT NULL,
  called_at TIMESTAMP WITH TIME ZONE NOT NULL,
  told_times INTEGER NOT NULL DEFAULT 1, -- the multiple that the group was told of last
  CONSTRAINT pk_group_calls PRIMARY KEY (chat_id, token_id),
  CONSTRAINT fk_group_calls_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT fk_group_calls_token_id FOREIGN KEY (token_id) REFERENCES solana_tokens (token_id),
  CONSTRAINT ck_group_calls_price_sound CHECK (price > 0 AND price < 'Infinity')
);

-- Everything of a group follows it to its new id; once, whichever message comes first.
CREATE FUNCTION move_group(p_old bigint, p_new bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO group_moves (old_chat_id, new_chat_id) VALUES (p_old, p_new)
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- What somebody made under the new id meanwhile is newer, so it stays.
  UPDATE groups g SET chat_id = p_new WHERE g.chat_id = p_old
    AND NOT EXISTS (SELECT FROM groups n WHERE n.chat_id = p_new);
  DELETE FROM groups WHERE chat_id = p_old;
  INSERT INTO group_people (user_id, chat_id, met_at)
  SELECT user_id, p_new, met_at FROM group_people WHERE chat_id = p_old ON CONFLICT DO NOTHING;
  DELETE FROM group_people WHERE chat_id = p_old;
  INSERT INTO leaderboard_members (user_id, chat_id, joined_at)
  SELECT user_id, p_new, joined_at FROM leaderboard_members WHERE chat_id = p_old
  ON CONFLICT DO NOTHING;
  DELETE FROM leaderboard_members WHERE chat_id = p_old;
  -- Of a call, the first counts: the old group's came first.
  DELETE FROM group_calls n USING group_calls o
  WHERE n.chat_id = p_new AND o.chat_id = p_old AND o.token_id = n.token_id;
  UPDATE group_calls SET chat_id = p_new WHERE chat_id = p_old;
  DELETE FROM closed_chats WHERE chat_id = p_new;
  RETURN true;
END $$;

-- One text to everybody who may be written to; gives how many.
CREATE FUNCTION send_to_everybody(p_actor_id bigint, p_payload jsonb, p_priority smallint)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  reached integer;
BEGIN
  INSERT INTO outbox (chat_id, method, payload, priority)
  SELECT r.user_id, 'sendMessage', p_payload || jsonb_build_object('chat_id', r.user_id), p_priority
  FROM broadcast_receivers() r;
  GET DIAGNOSTICS reached = ROW_COUNT;
  INSERT INTO audit_log (user_id, actor_id, action, details)
  VALUES (p_actor_id, p_actor_id, 'broadcast.sent',
    jsonb_build_object('people', reached, 'text', p_payload ->> 'text'));
  RETURN reached;
END $$;

-- Neither the banned and the waiting, nor those who blocked the bot.
CREATE FUNCTION broadcast_receivers() RETURNS TABLE (user_id bigint) LANGUAGE sql STABLE AS $$
  SELECT u.user_id FROM users u
  WHERE u.status IN ('active', 'frozen')
    AND NOT EXISTS (SELECT FROM closed_chats c WHERE c.chat_id = u.user_id)
  ORDER BY u.user_id
$$;
