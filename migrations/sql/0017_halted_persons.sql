-- An admin may stop one person's trading, beside the stop that the person pulls.

ALTER TABLE trading_stops DROP CONSTRAINT ck_trading_stops_rule_known;
ALTER TABLE trading_stops ADD CONSTRAINT ck_trading_stops_rule_known CHECK (
  rule IN ('hand', 'admin', 'chain_silent', 'sol_moved', 'tokens_disputed'));
