-- The ledger's owner, which is the bot, loses the right to rewrite it: the triggers stand behind.
-- Checking a foreign key takes a row lock, which needs the right to update; the trigger that moves
-- balances joins every settlement to its hold and refuses one without.
ALTER TABLE transfers DROP CONSTRAINT fk_transfers_user_id_hold_id;
REVOKE UPDATE, DELETE, TRUNCATE ON transfers, audit_log FROM CURRENT_USER;
