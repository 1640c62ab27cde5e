"""The columns of the tables that people take along, in the words of their headings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportQuery:
    """Which rows there are ($1 user, $2 mode, $3 since), and those from $3 to $4 in full."""

    numbers: str
    rows: str


ORDERS = ExportQuery(
    numbers="""
        SELECT number FROM orders
        WHERE user_id = $1 AND mode = $2 AND ($3::timestamptz IS NULL OR filled_at >= $3)
        UNION ALL
        SELECT number FROM resting_orders
        WHERE user_id = $1 AND mode = $2 AND ($3::timestamptz IS NULL OR created_at >= $3)
    """,
    rows="""
        SELECT o.number AS order_id, o.mode, o.season, o.kind, o.action, o.side, o.state, o.reason,
               o.position_number AS position_id, k.symbol AS token_symbol, k.mint AS token_mint,
               k.decimals AS token_decimals, o.level_price, o.level_unit,
               o.sol_lamports, trim_scale(o.sol_lamports * 0.000000001) AS sol_amount,
               o.token_units,
               trim_scale(o.token_units * ('1e-' || k.decimals)::numeric) AS token_amount,
               o.leverage, o.asked_at, o.expires_at, o.ended_at, o.filled_by_order_id, o.request_id
        FROM (
          SELECT number, mode, season, 'market' AS kind, action, side, state, reason,
                 position_number, token_id, NULL::numeric AS level_price, NULL AS level_unit,
                 sol_lamports, token_units, (receipt ->> 'leverage')::integer AS leverage,
                 received_at AS asked_at, NULL::timestamptz AS expires_at, filled_at AS ended_at,
                 number AS filled_by_order_id, request_id
          FROM orders
          WHERE user_id = $1 AND mode = $2 AND number BETWEEN $3 AND $4
          UNION ALL
          SELECT number, mode, season, kind, action, side, state, end_reason, position_number,
                 token_id, level, CASE gauge WHEN 'price_usd' THEN 'USD' WHEN 'price_sol' THEN 'SOL'
                 END, size_lamports, token_units, leverage, created_at, expires_at, ended_at,
                 filled_order, request_id
          FROM resting_orders
          WHERE user_id = $1 AND mode = $2 AND number BETWEEN $3 AND $4) o
        JOIN solana_tokens k USING (token_id)
        ORDER BY o.number
    """,
)

FILLS = ExportQuery(
    numbers="""
        SELECT number FROM orders
        WHERE user_id = $1 AND mode = $2 AND state = 'filled'
          AND ($3::timestamptz IS NULL OR filled_at >= $3)
    """,
    rows="""
        SELECT o.number AS order_id, o.mode, o.season, o.filled_at, o.action, o.side, o.reason,
               o.position_number AS position_id,
               CASE WHEN f.bought THEN 'bought' ELSE 'sold' END AS direction,
               k.symbol AS token_symbol, k.mint AS token_mint, k.decimals AS token_decimals,
               o.token_units,
               trim_scale(o.token_units * ('1e-' || k.decimals)::numeric) AS token_amount,
               o.sol_lamports, trim_scale(o.sol_lamports * 0.000000001) AS sol_amount,
               f.fill_price AS price_sol, f.decided_price AS decided_price_sol, f.impact,
               f.pool_fee_units,
               CASE WHEN f.pool_fee_in_sol THEN 'SOL' ELSE k.mint END AS pool_fee_asset,
               o.pool_fee_lamports, o.network_fee_lamports,
               f.transfer_fee_units AS token_fee_units,
               r.rent_paid_lamports, r.rent_returned_lamports, r.margin_lamports, r.leverage,
               o.realised_pnl_lamports,
               trim_scale(o.realised_pnl_lamports * 0.000000001) AS realised_pnl_sol,
               r.remaining_token_units AS position_token_units_left,
               r.wallet_before_lamports AS cash_before_lamports,
               r.wallet_after_lamports AS cash_after_lamports,
               f.pool_address, f.slot, o.request_id
        FROM orders o
        JOIN solana_tokens k USING (token_id)
        CROSS JOIN LATERAL jsonb_to_record(o.receipt) r(
          rent_paid_lamports numeric, rent_returned_lamports numeric, margin_lamports numeric,
          leverage integer, remaining_token_units numeric, wallet_before_lamports numeric,
          wallet_after_lamports numeric, fill jsonb)
        CROSS JOIN LATERAL jsonb_to_record(r.fill) f(
          bought boolean, fill_price numeric, decided_price numeric, impact numeric,
          pool_fee_units numeric, pool_fee_in_sol boolean, transfer_fee_units numeric,
          pool_address text, slot bigint)
        WHERE o.user_id = $1 AND o.mode = $2 AND o.number BETWEEN $3 AND $4 AND o.state = 'filled'
        ORDER BY o.number
    """,
)

TRANSFERS = ExportQuery(
    numbers="""
        SELECT t.transfer_id AS number FROM transfers t
        JOIN accounts d ON d.user_id = t.user_id AND d.account_id = t.debit_account
        WHERE t.user_id = $1 AND d.mode = $2 AND ($3::timestamptz IS NULL OR t.at >= $3)
    """,
    rows="""
        SELECT t.transfer_id, d.mode, d.season, t.at, t.code, t.kind,
               coalesce(k.symbol, 'SOL') AS asset_symbol, d.asset AS asset_mint,
               coalesce(k.decimals, 9) AS asset_decimals, t.amount AS units,
               trim_scale(t.amount * ('1e-' || coalesce(k.decimals, 9))::numeric) AS amount,
               d.kind AS from_account, nullif(d.position_number, 0) AS from_position_id,
               c.kind AS to_account, nullif(c.position_number, 0) AS to_position_id,
               t.order_number AS order_id, t.request_id, t.step, t.hold_id
        FROM transfers t
        JOIN accounts d ON d.user_id = t.user_id AND d.account_id = t.debit_account
        JOIN accounts c ON c.user_id = t.user_id AND c.account_id = t.credit_account
        LEFT JOIN solana_tokens k ON k.mint = d.asset
        WHERE t.user_id = $1 AND d.mode = $2 AND t.transfer_id BETWEEN $3 AND $4
        ORDER BY t.transfer_id
    """,
)
