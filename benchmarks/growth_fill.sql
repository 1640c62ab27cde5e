-- A year of paper trading in the order it happened, as large as the table `asked` says.
-- A few people do most of it: a person's rank is a random fraction to the fourth power.
-- A user's accounts are numbered so that no look-up is needed: 1 faucet, 2 cash, 3 market, 4 fees,
-- then 100, 200 and 300 and the token for market, holding and debt, and 1000 and the position.

SELECT setseed(0.5);
CREATE TEMP TABLE traded AS
SELECT d.*, 2 + number % 39 AS token_id,
       CASE WHEN number % 10 = 7 THEN 'short' ELSE 'long' END AS side,
       numbers - number < 2 AND n > 0.9 * trades AS is_open,
       size_lamports * 12 AS units, size_lamports + n * 7919 % 2001 - 1000 AS back_lamports,
       CASE WHEN number % 10 = 7 THEN 0 ELSE 1488440 END AS rent, 15000 AS fee
FROM (
  SELECT *, row_number() OVER (PARTITION BY person ORDER BY n) AS number,
         count(*) OVER (PARTITION BY person) AS numbers
  FROM (
    SELECT n, trades, first_person + floor(people * random() ^ 4)::bigint AS person,
           now() - year + year * (n / (1.01 * trades)) AS opened_at, year * 0.005 AS lasted,
           (100 + n * 7919 % 400) * 1000000 AS size_lamports
    FROM asked, generate_series(1, trades) n) drawn) d;

CREATE TEMP TABLE done AS
SELECT row_number() OVER (ORDER BY at, n) AS event,
       row_number() OVER (PARTITION BY person ORDER BY at, n) AS order_number, e.*
FROM (
  SELECT *, 'open' AS action, opened_at AS at FROM traded
  UNION ALL SELECT *, 'close', opened_at + lasted FROM traded WHERE NOT is_open) e
ORDER BY event;
ANALYZE traded, done;

INSERT INTO solana_tokens (mint, symbol, name, decimals, program, supply)
SELECT CASE n WHEN 1 THEN mint ELSE translate(lpad(n::text, 44, 'T'), '0', 'A') END,
       CASE n WHEN 1 THEN 'WIF' ELSE 'TOKEN' || n END, 'a token', 6, program, 1e15
FROM asked, generate_series(1, 40) n;

INSERT INTO users (user_id, first_name, created_at)
SELECT first_person + n, 'Ann', now() - year - interval '1 day'
FROM asked, generate_series(0, people - 1) n;

INSERT INTO positions (user_id, mode, season, number, token_id, side, state, token_units,
  cost_lamports, margin_lamports, proceeds_lamports, rent_lamports, leverage,
  realised_pnl_lamports, fees_lamports, entry_price, opened_at, closed_at)
SELECT person, 'paper', 1, number, token_id, side,
       CASE WHEN is_open THEN 'open' ELSE 'closed' END,
       CASE WHEN is_open THEN units ELSE 0 END,
       CASE WHEN NOT is_open THEN 0 WHEN side = 'long' THEN size_lamports + fee ELSE fee END,
       CASE WHEN is_open AND side = 'short' THEN size_lamports ELSE 0 END,
       CASE WHEN is_open AND side = 'short' THEN size_lamports ELSE 0 END,
       CASE WHEN is_open THEN rent ELSE 0 END, 1,
       CASE WHEN is_open THEN 0
            WHEN side = 'long' THEN back_lamports - size_lamports - 2 * fee
            ELSE size_lamports - back_lamports - 2 * fee END,
       CASE WHEN is_open THEN fee ELSE 2 * fee END, 0.0833, opened_at,
       CASE WHEN NOT is_open THEN opened_at + lasted END
FROM traded ORDER BY n;

INSERT INTO virtual_wallets (user_id, mode, season, grant_lamports, started_at, version,
  last_position, last_order, realised_pnl_lamports, fees_lamports)
SELECT u.user_id, 'paper', 1, 100000000000, u.created_at, coalesce(o.orders, 0),
       coalesce(p.positions, 0), coalesce(o.orders, 0), coalesce(p.realised, 0), coalesce(p.fees, 0)
FROM users u
LEFT JOIN (SELECT person AS user_id, count(*) AS orders FROM done GROUP BY 1) o USING (user_id)
LEFT JOIN (SELECT user_id, max(number) AS positions, sum(realised_pnl_lamports) AS realised,
                  sum(fees_lamports) AS fees
           FROM positions GROUP BY 1) p USING (user_id);

INSERT INTO orders (user_id, mode, season, number, request_id, request_hash, position_number,
  token_id, action, side, state, sol_lamports, token_units, receipt, source_at, received_at,
  decided_at, filled_at)
SELECT person, 'paper', 1, order_number, 'tg:' || event, md5(event::text), number, token_id,
       action, side, 'filled', CASE action WHEN 'open' THEN size_lamports ELSE back_lamports END,
       units, receipt || jsonb_build_object('order_number', order_number), at, at, at, at
FROM asked, done ORDER BY event;

INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code, at)
SELECT user_id, 'grant:paper:1', 1, 1, 2, 100000000000, 'grant', created_at FROM users;

INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code,
                       order_number, at)
SELECT person, 'tg:' || event, step, debit, credit, amount, code, order_number, at
FROM done CROSS JOIN LATERAL (
  SELECT * FROM (VALUES
    (1, 2, 3, size_lamports, 'swap_in'), (2, 100 + token_id, 200 + token_id, units, 'swap_out'),
    (3, 2, 4, fee, 'network_fee'), (4, 2, 1000 + number, rent, 'rent_paid')
  ) bought WHERE side = 'long' AND action = 'open'
  UNION ALL SELECT * FROM (VALUES
    (1, 200 + token_id, 100 + token_id, units, 'swap_in'), (2, 3, 2, back_lamports, 'swap_out'),
    (3, 1000 + number, 2, rent, 'rent_returned'), (4, 2, 4, fee, 'network_fee')
  ) sold WHERE side = 'long' AND action = 'close'
  UNION ALL SELECT * FROM (VALUES
    (1, 2, 1000 + number, size_lamports, 'margin_posted'),
    (2, 300 + token_id, 100 + token_id, units, 'short_sold'),
    (3, 3, 1000 + number, size_lamports, 'short_proceeds'), (4, 2, 4, fee, 'network_fee')
  ) borrowed WHERE side = 'short' AND action = 'open'
  UNION ALL SELECT * FROM (VALUES
    (1, 1000 + number, 3, back_lamports, 'short_cost'),
    (2, 100 + token_id, 300 + token_id, units, 'short_bought_back'),
    (3, 1000 + number, 2, 2 * size_lamports - back_lamports, 'margin_returned'),
    (4, 2, 4, fee, 'network_fee')
  ) returned WHERE side = 'short' AND action = 'close'
) AS moved (step, debit, credit, amount, code)
ORDER BY event, step;

INSERT INTO accounts (user_id, account_id, mode, season, kind, asset, position_number, balance)
OVERRIDING SYSTEM VALUE
SELECT user_id, account_id, 'paper', 1,
       CASE WHEN account_id > 1000 THEN CASE account_id % 10 WHEN 7 THEN 'margin' ELSE 'rent' END
            WHEN account_id > 100 THEN ('{market,holding,debt}'::text[])[account_id / 100]
            ELSE ('{faucet,cash,market,fees}'::text[])[account_id] END,
       coalesce(t.mint, 'So11111111111111111111111111111111111111112'),
       CASE WHEN account_id > 1000 THEN account_id - 1000 ELSE 0 END, balance
FROM (
  SELECT user_id, account_id, sum(units) AS balance FROM (
    SELECT user_id, debit_account AS account_id, -amount AS units FROM transfers
    UNION ALL SELECT user_id, credit_account, amount FROM transfers) sides
  GROUP BY user_id, account_id) moved
LEFT JOIN solana_tokens t ON account_id BETWEEN 101 AND 399 AND t.token_id = account_id % 100;
SELECT setval(pg_get_serial_sequence('accounts', 'account_id'), 100000000);

-- What the retention leaves of the mail: the last week, some of it orders, most of it looks.
INSERT INTO inbox (update_id, lane, raw, received_at, closed_at)
SELECT 500000000 + n, first_person + floor(people * random() ^ 4)::bigint, raw, at, at
FROM asked, generate_series(1, trades / 5) n,
     LATERAL (SELECT now() - interval '7 days' * (1 - n / (1.0 + trades / 5)) AS at) a;
INSERT INTO outbox (chat_id, update_id, method, payload, priority, state, attempts, message_id,
                    created_at, due_at, sent_at)
SELECT lane, update_id, 'sendMessage', notice, 0, 'sent', 1, update_id, closed_at, closed_at,
       closed_at
FROM asked, inbox ORDER BY update_id;
