-- What the market stopped for reasons that were not known before is a move of SOL from now on.
DELETE FROM trading_stops s USING trading_stops other
WHERE s.rule IN ('rpc_lost', 'sol_fell', 'sol_volatile', 'token_fell') AND s.lifted_at IS NULL
  AND s.stop_id <> other.stop_id AND other.lifted_at IS NULL AND other.user_id = s.user_id
  AND coalesce(other.token_id, 0) = coalesce(s.token_id, 0)
  AND other.rule IN ('sol_moved', 'rpc_lost', 'sol_fell', 'sol_volatile', 'token_fell')
  AND (other.rule = 'sol_moved' OR other.stop_id < s.stop_id);
UPDATE trading_stops SET rule = 'sol_moved'
WHERE rule IN ('rpc_lost', 'sol_fell', 'sol_volatile', 'token_fell');
ALTER TABLE trading_stops DROP CONSTRAINT ck_trading_stops_rule_known;
ALTER TABLE trading_stops ADD CONSTRAINT ck_trading_stops_rule_known CHECK (rule IN (
  'hand', 'admin', 'chain_silent', 'sol_moved', 'tokens_disputed'));
DROP TABLE admin_reports;
DROP TABLE day_counts;
DROP TABLE health_alarms;
DROP TABLE health_proofs;
