"""The books checked from the transfers up, in one read-only snapshot, trusting no balance."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import asyncpg

from bot.adapters.database.connection import Connection, Pool, connected
from bot.domain.identifiers import SOL_MINT
from bot.domain.users import Mode
from bot.ports.books import AssetTotal, Difference, LedgerProof
from bot.ports.clock import Clock

_PATIENCE_SECONDS = 3600.0  # a full check reads every transfer there ever was
# Joins of whole tables: room to hash them, and no cache of look-ups that come once each.
_IN_BULK = "SET LOCAL work_mem = '64MB'; SET LOCAL enable_memoize = off; SET LOCAL jit = off"
_TOTALS = """
    SELECT a.asset, a.mode, a.kind, a.balance, t.symbol, t.decimals
    FROM (SELECT asset, mode, kind, sum(balance) AS balance FROM accounts GROUP BY 1, 2, 3) a
    LEFT JOIN solana_tokens t ON t.mint = a.asset
    ORDER BY a.mode DESC, a.asset, a.kind  -- paper first
"""
_TRANSFERS = "SELECT count(*) AS transfers FROM transfers"
_COUNTS = """
    SELECT (SELECT count(*) FROM users) AS users,
           (SELECT count(*) FROM accounts) AS accounts,
           (SELECT count(*) FROM transfers) AS transfers,
           (SELECT count(*) FROM orders) AS orders,
           (SELECT count(*) FROM positions) AS positions
"""

# Each query names what is wrong: subject, what it should be, what was found. None should answer.
_CHECKS: Mapping[str, str] = {
    "balance": """
        WITH moved AS (
          SELECT user_id, account_id, sum(units) AS units, sum(held) AS held FROM (
            SELECT user_id, debit_account AS account_id,
                   CASE WHEN kind IN ('post', 'settle') THEN -amount ELSE 0 END AS units,
                   CASE WHEN kind = 'hold' AND NOT EXISTS (
                     SELECT FROM transfers d WHERE d.user_id = t.user_id
                       AND d.hold_id = t.transfer_id) THEN amount ELSE 0 END AS held
            FROM transfers t
            UNION ALL
            SELECT user_id, credit_account, amount, 0 FROM transfers
            WHERE kind IN ('post', 'settle')
          ) each_side GROUP BY user_id, account_id
        )
        SELECT 'user ' || a.user_id || ' ' || a.mode || ' season ' || a.season || ' ' || a.kind
                 || ' ' || a.asset,
               coalesce(m.units, 0)::text || ' held ' || coalesce(m.held, 0)::text,
               a.balance::text || ' held ' || a.held::text
        FROM accounts a LEFT JOIN moved m USING (user_id, account_id)
        WHERE a.balance <> coalesce(m.units, 0) OR a.held <> coalesce(m.held, 0)
    """,
    "negative": """
        SELECT 'user ' || user_id || ' ' || kind || ' ' || asset, '>= 0', (balance - held)::text
        FROM accounts
        WHERE kind IN ('cash', 'margin', 'holding', 'rent', 'fees', 'unlisted')
          AND balance - held < 0
    """,
    "one_asset": """
        SELECT 'transfer ' || t.transfer_id || ' of user ' || t.user_id, d.asset, c.asset
        FROM transfers t
        JOIN accounts d ON d.user_id = t.user_id AND d.account_id = t.debit_account
        JOIN accounts c ON c.user_id = t.user_id AND c.account_id = t.credit_account
        WHERE (d.asset, d.mode, d.season) IS DISTINCT FROM (c.asset, c.mode, c.season)
    """,
    "order_sol": """
        SELECT 'order ' || o.number || ' of user ' || o.user_id || ' season ' || o.season,
               o.sol_lamports::text, coalesce(sum(t.amount), 0)::text
        FROM orders o
        LEFT JOIN transfers t ON t.user_id = o.user_id AND t.request_id = o.request_id
          AND t.code IN ('swap_in', 'swap_out', 'short_proceeds', 'short_cost')
          AND EXISTS (SELECT FROM accounts a WHERE a.user_id = t.user_id
                      AND a.account_id = t.debit_account AND a.asset = $1)
        GROUP BY o.user_id, o.season, o.number, o.sol_lamports
        HAVING coalesce(sum(t.amount), 0) <> o.sol_lamports
    """,
    "order_tokens": """
        WITH moved AS (
          SELECT t.user_id, t.request_id,
                 abs(sum(CASE a.kind WHEN 'market' THEN t.amount ELSE -t.amount END)) AS units
          FROM transfers t
          JOIN accounts a ON a.user_id = t.user_id AND a.account_id = t.debit_account
          WHERE a.asset <> $1
            AND t.code IN ('swap_in', 'swap_out', 'short_sold', 'short_bought_back',
                           'transfer_fee')
          GROUP BY t.user_id, t.request_id)
        SELECT 'order ' || o.number || ' of user ' || o.user_id || ' season ' || o.season,
               o.token_units::text, coalesce(m.units, 0)::text
        FROM orders o LEFT JOIN moved m USING (user_id, request_id)
        WHERE coalesce(m.units, 0) <> o.token_units
    """,
    "gains": """
        WITH tied AS (
          SELECT user_id, mode, season, sum(cost_lamports + margin_lamports) AS units,
                 sum(realised_pnl_lamports) AS gained
          FROM positions GROUP BY 1, 2, 3),
        free AS (
          SELECT user_id, mode, season, sum(balance) AS units
          FROM accounts WHERE kind IN ('cash', 'rent') GROUP BY 1, 2, 3),
        outside AS (
          SELECT a.user_id, a.mode, a.season, sum(-a.balance) AS units
          FROM accounts a WHERE a.kind = 'external' AND a.asset = $1 GROUP BY 1, 2, 3),
        lost AS (
          SELECT a.user_id, a.mode, a.season, sum(t.amount) AS units
          FROM transfers t JOIN accounts a ON a.user_id = t.user_id
            AND a.account_id = t.debit_account
          WHERE t.code IN ('failed_fee', 'cleanup_fee', 'withdrawal_fee') GROUP BY 1, 2, 3)
        SELECT 'wallet of user ' || w.user_id || ' ' || w.mode || ' season ' || w.season,
               'grant and gains ' || (w.grant_lamports + coalesce(t.gained, 0)
                 + coalesce(o.units, 0) - coalesce(l.units, 0)),
               'cash and cost ' || (coalesce(f.units, 0) + coalesce(t.units, 0))
        FROM virtual_wallets w
        LEFT JOIN tied t USING (user_id, mode, season)
        LEFT JOIN free f USING (user_id, mode, season)
        LEFT JOIN outside o USING (user_id, mode, season)
        LEFT JOIN lost l USING (user_id, mode, season)
        WHERE w.grant_lamports + coalesce(t.gained, 0) + coalesce(o.units, 0)
                - coalesce(l.units, 0)
              <> coalesce(f.units, 0) + coalesce(t.units, 0)
    """,
    "sums": """
        SELECT 'wallet of user ' || w.user_id || ' ' || w.mode || ' season ' || w.season,
               'realised ' || coalesce(p.realised, 0) || ' fees ' || coalesce(p.fees, 0),
               'realised ' || w.realised_pnl_lamports || ' fees ' || w.fees_lamports
        FROM virtual_wallets w
        LEFT JOIN (SELECT user_id, mode, season, sum(realised_pnl_lamports) AS realised,
                          sum(fees_lamports) AS fees
                   FROM positions GROUP BY 1, 2, 3) p USING (user_id, mode, season)
        WHERE (w.realised_pnl_lamports, w.fees_lamports)
              <> (coalesce(p.realised, 0), coalesce(p.fees, 0))
    """,
    "transfer_without_cause": """
        SELECT 'transfer ' || t.transfer_id || ' of user ' || t.user_id, 'an order or a grant',
               t.code
        FROM transfers t
        LEFT JOIN orders o ON o.user_id = t.user_id AND o.request_id = t.request_id
        WHERE t.code NOT IN ('grant', 'funding') AND o.number IS NULL
          AND NOT (t.code = 'correction' AND EXISTS (
            SELECT FROM approvals a WHERE a.user_id = t.user_id AND a.state = 'approved'
              AND a.kind = 'correct' AND t.request_id = 'approval:' || a.approval_id
              AND t.amount = abs((a.details ->> 'lamports')::numeric)))
          AND NOT (t.code IN ('deposit', 'withdrawal') AND t.request_id LIKE 'outside:%')
          AND NOT (t.code = 'adopted' AND t.request_id LIKE 'outside:adopted:%')
          AND NOT (t.code IN ('rent_returned', 'cleanup_fee') AND EXISTS (
            SELECT FROM live_movements m WHERE m.user_id = t.user_id AND m.cause = 'cleanup'
              AND t.request_id = 'outside:' || m.signature))
          AND NOT (t.code IN ('live_hold', 'live_release') AND EXISTS (
            SELECT FROM live_intents i WHERE i.user_id = t.user_id
              AND t.request_id = 'live:' || i.number
            UNION ALL SELECT FROM withdrawals w WHERE w.user_id = t.user_id
              AND t.request_id = 'withdrawal:' || w.number))
          AND NOT (t.code = 'withdrawal_fee' AND EXISTS (
            SELECT FROM withdrawal_attempts a WHERE a.user_id = t.user_id
              AND a.state IN ('failed', 'confirmed', 'finalized')
              AND t.request_id = 'outside:' || a.signature
              AND t.amount = (a.outcome ->> 'fee_lamports')::numeric))
          AND NOT (t.code = 'failed_fee' AND EXISTS (
            SELECT FROM live_attempts a WHERE a.user_id = t.user_id AND a.state = 'failed'
              AND t.request_id = 'sol:' || a.signature
              AND t.amount = (a.outcome ->> 'fee_lamports')::numeric))
    """,
    "movement": """
        SELECT 'movement ' || m.signature || ' of user ' || m.user_id, m.lamports::text,
               coalesce(sum(CASE WHEN c.kind = 'cash' THEN t.amount
                                 WHEN d.kind = 'cash' THEN -t.amount END), 0)::text
        FROM live_movements m
        LEFT JOIN transfers t ON t.user_id = m.user_id AND t.request_id = 'outside:' || m.signature
        LEFT JOIN accounts d ON d.user_id = t.user_id AND d.account_id = t.debit_account
        LEFT JOIN accounts c ON c.user_id = t.user_id AND c.account_id = t.credit_account
        GROUP BY m.user_id, m.signature, m.lamports
        HAVING coalesce(sum(CASE WHEN c.kind = 'cash' THEN t.amount
                                 WHEN d.kind = 'cash' THEN -t.amount END), 0) <> m.lamports
    """,
    "live_hold": """
        WITH open_holds AS (
          SELECT t.user_id, t.transfer_id FROM transfers t
          WHERE t.code = 'live_hold' AND NOT EXISTS (
            SELECT FROM transfers d WHERE d.user_id = t.user_id AND d.hold_id = t.transfer_id)),
        meant AS (
          SELECT i.user_id, h AS transfer_id FROM live_intents i,
            unnest(ARRAY[i.lamports_hold, i.units_hold]) h
          WHERE i.state = 'held' AND h IS NOT NULL
          UNION ALL SELECT w.user_id, h FROM withdrawals w,
            unnest(ARRAY[w.lamports_hold, w.units_hold]) h
          WHERE w.state IN ('waiting', 'sending') AND h IS NOT NULL)
        SELECT 'hold ' || transfer_id || ' of user ' || user_id,
               CASE WHEN m.user_id IS NULL THEN 'let go' ELSE 'held for an order' END,
               CASE WHEN h.user_id IS NULL THEN 'let go' ELSE 'held' END
        FROM open_holds h FULL JOIN meant m USING (user_id, transfer_id)
        WHERE h.user_id IS NULL OR m.user_id IS NULL
    """,
    "live_fill": """
        SELECT 'live order ' || i.number || ' of user ' || i.user_id,
               CASE i.state WHEN 'filled' THEN 'one fill' ELSE 'none' END,
               count(DISTINCT a.number) || ' landed, ' || count(DISTINCT o.number) || ' booked'
        FROM live_intents i
        LEFT JOIN live_attempts a ON a.user_id = i.user_id AND a.intent_number = i.number
          AND a.state IN ('confirmed', 'finalized')
        LEFT JOIN orders o ON o.user_id = i.user_id AND o.request_id = i.request_id
          AND o.mode = 'live' AND o.number IS NOT DISTINCT FROM i.order_number
        GROUP BY i.user_id, i.number, i.state
        HAVING (count(DISTINCT a.number), count(DISTINCT o.number))
               IS DISTINCT FROM ((i.state = 'filled')::integer, (i.state = 'filled')::integer)
    """,
    "withdrawal": """
        SELECT 'withdrawal ' || w.number || ' of user ' || w.user_id,
               CASE w.state WHEN 'sent' THEN 'one payment of ' || w.amount ELSE 'none' END,
               count(DISTINCT a.number) || ' landed, ' || coalesce(sum(t.amount), 0) || ' booked'
        FROM withdrawals w
        LEFT JOIN withdrawal_attempts a ON a.user_id = w.user_id
          AND a.withdrawal_number = w.number AND a.state IN ('confirmed', 'finalized')
        LEFT JOIN transfers t ON t.user_id = a.user_id AND t.step = 1
          AND t.request_id = 'outside:' || a.signature AND t.code = 'withdrawal'
        GROUP BY w.user_id, w.number, w.state, w.amount
        HAVING (count(DISTINCT a.number), coalesce(sum(t.amount), 0))
               <> ((w.state = 'sent')::integer, CASE w.state WHEN 'sent' THEN w.amount ELSE 0 END)
    """,
    "grant": """
        SELECT 'wallet of user ' || w.user_id || ' ' || w.mode || ' season ' || w.season,
               w.grant_lamports::text, coalesce(sum(
                 CASE a.account_id WHEN t.debit_account THEN t.amount ELSE -t.amount END), 0)::text
        FROM virtual_wallets w
        LEFT JOIN accounts a ON a.user_id = w.user_id AND a.mode = w.mode AND a.season = w.season
          AND a.kind = 'faucet'
        LEFT JOIN transfers t ON t.user_id = a.user_id
          AND a.account_id IN (t.debit_account, t.credit_account)
        GROUP BY w.user_id, w.mode, w.season, w.grant_lamports
        HAVING coalesce(sum(CASE a.account_id WHEN t.debit_account THEN t.amount
                            ELSE -t.amount END), 0) <> w.grant_lamports
    """,
    "holding": """
        WITH owned AS (
          SELECT p.user_id, p.mode, p.season, k.mint AS asset, sum(p.token_units) AS units
          FROM positions p JOIN solana_tokens k USING (token_id)
          WHERE p.side = 'long' GROUP BY 1, 2, 3, 4)
        SELECT 'user ' || coalesce(o.user_id, a.user_id) || ' holding '
                 || coalesce(o.asset, a.asset),
               coalesce(o.units, 0)::text, coalesce(a.balance, 0)::text
        FROM owned o
        FULL JOIN (SELECT * FROM accounts WHERE kind = 'holding') a
          ON (a.user_id, a.mode, a.season, a.asset) = (o.user_id, o.mode, o.season, o.asset)
        WHERE coalesce(o.units, 0) <> coalesce(a.balance, 0)
    """,
    "debt": """
        WITH owed AS (
          SELECT p.user_id, p.mode, p.season, k.mint AS asset, sum(p.token_units) AS units
          FROM positions p JOIN solana_tokens k USING (token_id)
          WHERE p.side = 'short' GROUP BY 1, 2, 3, 4)
        SELECT 'user ' || coalesce(o.user_id, a.user_id) || ' debt ' || coalesce(o.asset, a.asset),
               coalesce(o.units, 0)::text, coalesce(-a.balance, 0)::text
        FROM owed o
        FULL JOIN (SELECT * FROM accounts WHERE kind = 'debt') a
          ON (a.user_id, a.mode, a.season, a.asset) = (o.user_id, o.mode, o.season, o.asset)
        WHERE coalesce(o.units, 0) <> coalesce(-a.balance, 0)
    """,
    "margin": """
        SELECT 'position ' || p.number || ' of user ' || p.user_id,
               (p.margin_lamports + p.proceeds_lamports)::text, coalesce(a.balance, 0)::text
        FROM positions p
        LEFT JOIN accounts a ON a.user_id = p.user_id AND a.mode = p.mode AND a.season = p.season
          AND a.kind = 'margin' AND a.position_number = p.number
        WHERE p.margin_lamports + p.proceeds_lamports <> coalesce(a.balance, 0)
          AND p.side = 'short'
    """,
    "funding": """
        SELECT 'position ' || p.number || ' of user ' || p.user_id,
               p.funding_lamports::text, coalesce(f.paid, 0)::text
        FROM positions p
        LEFT JOIN (
          SELECT a.user_id, a.mode, a.season, a.position_number AS number, sum(t.amount) AS paid
          FROM transfers t JOIN accounts a ON a.user_id = t.user_id
            AND a.account_id = t.debit_account AND a.kind = 'margin'
          WHERE t.code = 'funding' GROUP BY 1, 2, 3, 4) f USING (user_id, mode, season, number)
        WHERE p.funding_lamports <> coalesce(f.paid, 0)
    """,
    "rent": """
        SELECT 'position ' || p.number || ' of user ' || p.user_id,
               p.rent_lamports::text, coalesce(a.balance, 0)::text
        FROM positions p
        LEFT JOIN accounts a ON a.user_id = p.user_id AND a.mode = p.mode AND a.season = p.season
          AND a.kind = 'rent' AND a.position_number = p.number
        WHERE p.rent_lamports <> coalesce(a.balance, 0)
    """,
}


class PostgresLedgerAudit:
    """Proof of the books; reads all in one REPEATABLE READ snapshot."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def prove(self) -> LedgerProof:
        """Check every sum, balance, order and position from the transfers up."""
        async with (
            connected(self._pool) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await connection.execute(_IN_BULK)
            differences = [
                Difference(kind=kind, subject=row[0], expected=row[1], found=row[2])
                for kind, query in _CHECKS.items()
                for row in await _rows(connection, query)
            ]
            return await self._proof(connection, _COUNTS, differences)

    async def balance_sheet(self) -> LedgerProof:
        """Give totals per asset from the balances alone, and the number of transfers."""
        async with (
            connected(self._pool) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await self._proof(connection, _TRANSFERS, [])

    async def _proof(
        self, connection: Connection, count: str, differences: Sequence[Difference]
    ) -> LedgerProof:
        rows = await connection.fetch(_TOTALS, timeout=_PATIENCE_SECONDS)
        counts = await connection.fetchrow(count, timeout=_PATIENCE_SECONDS)
        return LedgerProof(
            assets=_totals(rows),
            differences=(*_lopsided(rows), *differences),
            counts=dict(counts or {}),
            checked_at=self._clock.now(),
        )


async def _rows(connection: Connection, query: str) -> list[asyncpg.Record]:
    asked = (SOL_MINT,) if "$1" in query else ()
    return await connection.fetch(query, *asked, timeout=_PATIENCE_SECONDS)


def _lopsided(rows: Sequence[asyncpg.Record]) -> Iterator[Difference]:
    sums = Counter[str]()
    for row in rows:
        sums[f"{row['asset']} ({row['mode']})"] += int(row["balance"])
    for subject, units in sums.items():
        if units:
            yield Difference(kind="asset_sum", subject=subject, expected="0", found=str(units))


def _totals(rows: Sequence[asyncpg.Record]) -> tuple[AssetTotal, ...]:
    found: dict[tuple[Mode, str], Counter[str]] = {}
    names: dict[str, tuple[str, int]] = {}
    for row in rows:
        kinds = found.setdefault((Mode(row["mode"]), row["asset"]), Counter())
        kinds[row["kind"]] += int(row["balance"])
        is_sol = row["asset"] == SOL_MINT
        names[row["asset"]] = (
            ("SOL", 9) if is_sol else (row["symbol"] or row["asset"], row["decimals"] or 0)
        )
    return tuple(
        AssetTotal(
            mode=mode,
            asset=asset,
            symbol=names[asset][0],
            decimals=names[asset][1],
            by_kind=kinds,
            total=sum(kinds.values()),
        )
        for (mode, asset), kinds in found.items()
    )
