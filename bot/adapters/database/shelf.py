"""Tracked tokens, their pools, and their price history in PostgreSQL."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, date

from bot.adapters.database.connection import Connection, Pool, connected
from bot.adapters.database.price_copy import COLUMNS, as_binary
from bot.adapters.database.rows import rules_to_json, token_from
from bot.domain.instruments import Token
from bot.ports.price_rows import PriceRows

PARTITION_PREFIX = "token_prices_"
_TRACKED = """
    SELECT * FROM solana_tokens WHERE $1::integer[] IS NULL OR token_id = ANY ($1)
    ORDER BY token_id
"""
_KEEP = """
    INSERT INTO solana_tokens (mint, symbol, name, decimals, program, supply, mint_authority,
                               freeze_authority, risks, symbol_warning, pools, rules)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    ON CONFLICT (mint) DO UPDATE SET
      symbol = excluded.symbol, name = excluded.name, supply = excluded.supply,
      mint_authority = excluded.mint_authority, freeze_authority = excluded.freeze_authority,
      risks = excluded.risks, symbol_warning = excluded.symbol_warning, pools = excluded.pools,
      rules = excluded.rules
    RETURNING *
"""


class PostgresShelf:
    """The token shelf; makes the day's price partition when the first price of a day comes."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._partitioned: set[date] = set()

    async def all_tokens(
        self, among: Collection[int] | None = None
    ) -> list[tuple[Token, tuple[tuple[str, str], ...]]]:
        """Give tracked tokens, some or all, with pools as (address, kind), deepest first."""
        asked = None if among is None else list(among)
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_TRACKED, asked)
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
                rules_to_json(token.rules),
            )
        assert row is not None, "an upsert always returns its row"  # noqa: S101
        return token_from(row)

    async def record(self, rows: PriceRows) -> None:
        """Append prices to the history by COPY."""
        if not len(rows):
            return
        async with connected(self._pool) as connection:
            await self._partition(connection, rows.received_at.astimezone(UTC).date())
            await connection.copy_to_table(
                "token_prices", source=_pieces(rows), columns=COLUMNS, format="binary"
            )

    async def _partition(self, connection: Connection, day: date) -> None:
        # The clock makes days ahead; a price of a day that nobody made is not lost either.
        if day not in self._partitioned:
            await connection.execute("SELECT make_price_day($1)", day)
            self._partitioned.add(day)


async def _pieces(rows: PriceRows) -> AsyncIterator[bytes]:
    for piece in as_binary(rows):
        yield piece
