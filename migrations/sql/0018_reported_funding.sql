-- What shorts paid as funding, for reports: few among many transfers.
CREATE INDEX ix_transfers_funding ON transfers (user_id, at) INCLUDE (debit_account, amount)
  WHERE code = 'funding';
