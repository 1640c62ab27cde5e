-- With a few desks at a time the planner thought a plan of their own cheaper than the one it has,
-- and planning them cost three times as much as reading them.
ALTER FUNCTION open_desks(bigint[], text[], text[]) SET plan_cache_mode = force_generic_plan;

-- Marks notices as sent by their index: as a plain statement it was planned anew for a few, and
-- for many it read the whole outbox, planned when that was small.
CREATE FUNCTION mark_sent(p_notice_ids bigint[], p_message_ids bigint[], p_sent_at timestamptz[])
RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  -- Not waited for until it is on the disk: a server that dies within its half second only has a
  -- message sent once more, as when we die before the mark. It holds until the transaction ends.
  PERFORM set_config('synchronous_commit', 'off', true);
  UPDATE outbox o
  SET state = 'sent', message_id = s.message_id, sent_at = s.sent_at, attempts = attempts + 1
  FROM unnest(p_notice_ids, p_message_ids, p_sent_at) s(notice_id, message_id, sent_at)
  WHERE o.notice_id = s.notice_id;
END $$;
