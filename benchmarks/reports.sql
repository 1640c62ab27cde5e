-- One person's season of $1 fills: positions that were closed one after the other, over a year.
INSERT INTO solana_tokens (mint, symbol, name, decimals, program, supply)
SELECT translate(lpad(n::text, 44, 'T'), '0', 'A'), 'TOKEN' || n, 'a token', 6, 'program', 1e15
FROM generate_series(1, 40) n;
INSERT INTO users (user_id, first_name) VALUES (1001, 'Ann');
INSERT INTO virtual_wallets (user_id, mode, season, grant_lamports, started_at, version, last_order)
SELECT 1001, 'paper', 1, 100000000000, now() - interval '365 days', fills, fills FROM asked;
INSERT INTO positions (user_id, mode, season, number, token_id, side, state, token_units,
  cost_lamports, margin_lamports, proceeds_lamports, rent_lamports, leverage,
  realised_pnl_lamports, fees_lamports, entry_price, opened_at, closed_at)
SELECT 1001, 'paper', 1, n, 1 + n % 40, 'long', 'closed', 0, 0, 0, 0, 0, 1,
       n * 7919 % 2000001 - 900000, 30000, 0.0833,
       now() - interval '365 days' * (1 - (2 * n - 1) / (fills + 2.0)),
       now() - interval '365 days' * (1 - 2 * n / (fills + 2.0))
FROM asked, generate_series(1, fills / 2) n;
INSERT INTO orders (user_id, mode, season, number, request_id, request_hash, position_number,
  token_id, action, side, state, sol_lamports, token_units, receipt, source_at, received_at,
  decided_at, filled_at, reason)
SELECT 1001, 'paper', 1, n, 'tg:' || n, md5(n::text), (n + 1) / 2, p.token_id, d.action, 'long',
       'filled', 100000000, 1200000000,
       receipt || jsonb_build_object('order_number', n, 'position_number', (n + 1) / 2,
         'action', d.action, 'token_id', p.token_id, 'realised_pnl_lamports',
         CASE d.action WHEN 'close' THEN p.realised_pnl_lamports END),
       d.at, d.at, d.at, d.at,
       (ARRAY['manual', 'take_profit', 'stop', 'trailing'])[1 + n / 2 % 4]
FROM asked, generate_series(1, fills) n
JOIN positions p ON p.number = (n + 1) / 2,
LATERAL (SELECT CASE n % 2 WHEN 1 THEN 'open' ELSE 'close' END AS action,
                CASE n % 2 WHEN 1 THEN p.opened_at ELSE p.closed_at END AS at) d
ORDER BY n;
INSERT INTO equity_points (user_id, mode, season, at, version, equity_lamports)
SELECT 1001, 'paper', 1, now() - interval '1 hour' * n, 8760 - n,
       100000000000 + 5000000000 * sin(n / 300.0) + 1000000000 * sin(n / 7.0)
-- As they are thinned: each hour of the last month, three a day before.
FROM generate_series(1, 8759) n WHERE n <= 720 OR n % 8 = 0;
