-- What is read of the mailboxes, again and again. These tables hold next to nothing one minute and a
-- burst the next: a plan that was kept from the first, or made of what was counted then, reads or
-- sorts all of the second. So each reading is planned anew, and keeps to the indexes and their order.
CREATE FUNCTION open_updates(p_shards bigint[], p_besides bigint[], p_limit bigint)
RETURNS TABLE (update_id bigint, lane bigint, raw text, received_at timestamptz)
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off SET enable_sort = off SET jit = off AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT i.update_id, i.lane, i.raw, i.received_at
  FROM unnest(p_shards) s(shard) CROSS JOIN LATERAL (
    SELECT * FROM inbox
    WHERE (lane & 63) = s.shard AND closed_at IS NULL AND update_id <> ALL (p_besides)
    ORDER BY arrival LIMIT p_limit
  ) i
  ORDER BY i.arrival LIMIT p_limit;
END $$;

-- Of shards where some are named, and of a bot where there are several: the main bot sends for those,
-- too, whose token is here no more. Since when is looked up for what is given, not for all that waits.
CREATE FUNCTION waiting_notices(
  p_limit bigint, p_before integer, p_besides bigint[], p_full_chats bigint[],
  p_full_priorities smallint[], p_shards bigint[], p_bot integer, p_bots integer
)
RETURNS TABLE (
  notice_id bigint, chat_id bigint, method text, payload jsonb, priority smallint,
  due_at timestamptz, waited interval, update_id bigint, since_received interval
)
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off SET enable_sort = off SET jit = off AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT w.*, (SELECT now() - received_at FROM inbox i WHERE i.update_id = w.update_id)
  FROM (
    SELECT notice_id, chat_id, method, payload, priority, due_at, now() - due_at, update_id
    FROM outbox o
    WHERE state = 'waiting' AND due_at <= now() AND priority < p_before
      AND notice_id <> ALL (p_besides)
      AND NOT EXISTS (SELECT FROM unnest(p_full_chats, p_full_priorities) f(chat_id, priority)
                      WHERE f.chat_id = o.chat_id AND f.priority = o.priority)
      AND (p_shards IS NULL OR chat_id & 31 = ANY (p_shards))
      AND (p_bots IS NULL
           OR (SELECT coalesce(max(CASE WHEN b.bot < p_bots THEN b.bot END), 0) FROM chat_bots b
               WHERE b.chat_id = o.chat_id) = p_bot)
    ORDER BY priority, notice_id LIMIT p_limit
  ) w
  ORDER BY w.priority, w.notice_id;
END $$;
