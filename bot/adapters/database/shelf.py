"""Tracked tokens, their pools, and their price history in PostgreSQL."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from bot.adapters.database.connection import Connection, Pool, connected
from bot.adapters.database.rows import token_from
from bot.domain.instruments import Token
from bot.ports.books import PriceRow, TokenMetrics

PARTITION_PREFIX = "token_prices_"
_PARTITION_LOCK = 7102027
_KEEP = """
    INSERT INTO solana_tokens (mint, symbol, name, decimals, program, supply, mint_authority,
                               freeze_authority, risks, symbol_warning, pools)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (mint) DO UPDATE SET
      symbol = excluded.symbol, name = excluded.name, supply = excluded.supply,
      mint_authority = excluded.mint_authority, freeze_authority = excluded.freeze_authority,
      risks = excluded.risks, symbol_warning = excluded.symbol_warning, pools = excluded.pools
    RETURNING *
"""
_COLUMNS = ("token_id", "received_at", "price", "usd", "liquidity_lamports", "slot", "source")
# In order of the token, so that two processes computing at once never wait in a circle.
_METRICS = """
    WITH day AS (
      SELECT token_id, max(price) AS high, min(price) AS low,
             min(received_at) AS since, max(received_at) AS until
      FROM token_prices WHERE received_at > now() - interval '24 hours' GROUP BY token_id
    )
    INSERT INTO token_metrics AS m (token_id, change_24h, high_24h, low_24h, computed_at)
    SELECT d.token_id,
           CASE WHEN d.since < now() - interval '23 hours' AND first.price > 0
                THEN round(last.price / first.price - 1, 6) END,
           d.high, d.low, now()
    FROM day d
    CROSS JOIN LATERAL (
      SELECT price FROM token_prices p
      WHERE p.token_id = d.token_id AND p.received_at = d.since LIMIT 1) AS first
    CROSS JOIN LATERAL (
      SELECT price FROM token_prices p
      WHERE p.token_id = d.token_id AND p.received_at = d.until LIMIT 1) AS last
    ORDER BY d.token_id
    ON CONFLICT (token_id) DO UPDATE SET change_24h = excluded.change_24h,
      high_24h = excluded.high_24h, low_24h = excluded.low_24h, computed_at = excluded.computed_at
    RETURNING token_id, change_24h, high_24h, low_24h
"""


class PostgresShelf:
    """The token shelf; makes the day's price partition when the first price of a day comes."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._partitioned: set[date] = set()

    async def all_tokens(self) -> list[tuple[Token, tuple[tuple[str, str], ...]]]:
        """Give every tracked token with its pools as (address, kind), deepest first."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch("SELECT * FROM solana_tokens ORDER BY token_id")
        return [
            (token_from(row), tuple((address, kind) for address, kind in row["pools"]))
            for row in rows
        ]

    async def keep(self, token: Token, pools: Sequence[tuple[str, str]]) -> Token:
        """Store or refresh a token and its pools; gives it with its id."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(
                _KEEP,
                token.mint,
                token.symbol,
                token.name,
                token.decimals,
                token.program,
                token.supply,
                token.mint_authority,
                token.freeze_authority,
                list(token.risks),
                token.symbol_warning,
                [list(pool) for pool in pools],
            )
        assert row is not None, "an upsert always returns its row"  # noqa: S101
        return token_from(row)

    async def record(self, rows: Sequence[PriceRow]) -> None:
        """Append prices to the history by COPY."""
        if not rows:
            return
        async with connected(self._pool) as connection:
            for day in {row.received_at.astimezone(UTC).date() for row in rows}:
                await self._partition(connection, day)
            await connection.copy_records_to_table(
                "token_prices",
                columns=_COLUMNS,
                records=[
                    (
                        row.token_id,
                        row.received_at,
                        row.price,
                        row.usd,
                        row.liquidity_lamports,
                        row.slot,
                        row.source,
                    )
                    for row in rows
                ],
            )

    async def _partition(self, connection: Connection, day: date) -> None:
        if day in self._partitioned:
            return
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        async with connection.transaction():
            # IF NOT EXISTS alone fails where two refreshes meet the new day at once.
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _PARTITION_LOCK)
            await connection.execute(
                f"CREATE TABLE IF NOT EXISTS {PARTITION_PREFIX}{day:%Y%m%d} "
                f"PARTITION OF token_prices "
                f"FOR VALUES FROM ('{start}') TO ('{start + timedelta(days=1)}')"
            )
        self._partitioned.add(day)

    async def metrics(self) -> dict[int, TokenMetrics]:
        """Compute and store the day's figures of each token with enough history."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_METRICS)
        return {
            row["token_id"]: TokenMetrics(
                token_id=row["token_id"],
                change_24h=row["change_24h"],
                high_24h=row["high_24h"],
                low_24h=row["low_24h"],
            )
            for row in rows
        }
