-- What came into live wallets from outside and left them, for reports: few among many transfers.
CREATE INDEX ix_transfers_outside ON transfers (user_id, at)
  INCLUDE (debit_account, credit_account, amount) WHERE code IN ('deposit', 'withdrawal');
