-- The ledger's own defences: a transfer moves both balances in the statement that inserts it,
-- and nothing else can. Whoever bypasses the application meets these.

CREATE FUNCTION transfers_move_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT count(*) INTO wrong
  FROM new_transfers t
  LEFT JOIN accounts d ON d.user_id = t.user_id AND d.account_id = t.debit_account
  LEFT JOIN accounts c ON c.user_id = t.user_id AND c.account_id = t.credit_account
  WHERE (d.asset, d.mode, d.season) IS DISTINCT FROM (c.asset, c.mode, c.season);
  IF wrong > 0 THEN
    RAISE EXCEPTION 'a transfer keeps to one asset, mode and season'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  SELECT count(*) INTO wrong
  FROM new_transfers t
  LEFT JOIN transfers h ON h.user_id = t.user_id AND h.transfer_id = t.hold_id
  WHERE t.kind IN ('settle', 'void')
    AND (h.kind IS DISTINCT FROM 'hold'
         OR (h.debit_account, h.credit_account) IS DISTINCT FROM (t.debit_account, t.credit_account)
         OR t.amount > h.amount
         OR (t.kind = 'void' AND t.amount <> h.amount));
  IF wrong > 0 THEN
    RAISE EXCEPTION 'a settlement or void must match its hold'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  -- Rows are locked in id order, so that two bookings never wait for each other in a circle.
  PERFORM 1 FROM accounts a
  WHERE (a.user_id, a.account_id) IN (
    SELECT user_id, debit_account FROM new_transfers
    UNION SELECT user_id, credit_account FROM new_transfers)
  ORDER BY a.user_id, a.account_id
  FOR UPDATE;

  UPDATE accounts a
  SET balance = a.balance + m.balance, held = a.held + m.held
  FROM (
    SELECT user_id, account_id, sum(balance) AS balance, sum(held) AS held
    FROM (
      SELECT t.user_id, t.debit_account AS account_id,
             CASE WHEN t.kind IN ('post', 'settle') THEN -t.amount ELSE 0 END AS balance,
             CASE t.kind WHEN 'hold' THEN t.amount WHEN 'post' THEN 0 ELSE -h.amount END AS held
      FROM new_transfers t
      LEFT JOIN transfers h ON h.user_id = t.user_id AND h.transfer_id = t.hold_id
      UNION ALL
      SELECT user_id, credit_account, amount, 0
      FROM new_transfers WHERE kind IN ('post', 'settle')
    ) moves
    GROUP BY user_id, account_id
  ) m
  WHERE a.user_id = m.user_id AND a.account_id = m.account_id;
  RETURN NULL;
END $$;

CREATE TRIGGER transfers_move_balances
  AFTER INSERT ON transfers REFERENCING NEW TABLE AS new_transfers
  FOR EACH STATEMENT EXECUTE FUNCTION transfers_move_balances();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER transfers_never_change BEFORE UPDATE OR DELETE ON transfers
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfers_never_emptied BEFORE TRUNCATE ON transfers
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_never_changes BEFORE UPDATE OR DELETE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_never_emptied BEFORE TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION accounts_follow_transfers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.balance <> 0 OR NEW.held <> 0 THEN
      RAISE EXCEPTION 'an account starts at zero' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1
     AND (OLD.user_id, OLD.account_id, OLD.mode, OLD.season, OLD.kind, OLD.asset,
          OLD.position_number)
       = (NEW.user_id, NEW.account_id, NEW.mode, NEW.season, NEW.kind, NEW.asset,
          NEW.position_number) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'balances change by transfers only: % refused', TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER accounts_follow_transfers BEFORE INSERT OR UPDATE OR DELETE ON accounts
  FOR EACH ROW EXECUTE FUNCTION accounts_follow_transfers();
CREATE TRIGGER accounts_never_emptied BEFORE TRUNCATE ON accounts
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A plain owner loses the right too; a superuser still meets the triggers.
REVOKE UPDATE, DELETE, TRUNCATE ON transfers, audit_log FROM PUBLIC;
