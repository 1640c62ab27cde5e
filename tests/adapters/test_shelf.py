"""The price history takes what comes, from as many refreshes as meet."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.adapters.database.connection import Pool
from bot.adapters.database.shelf import PostgresShelf
from tests.builders.desks import NOON, token
from tests.builders.price_rows import PriceRow, record

ROW = PriceRow(
    token_id=1,
    price=Decimal("0.000000031"),
    usd=None,
    liquidity_lamports=2**64,
    slot=1,
    source="raydium_amm_v4",
    received_at=NOON,
)


async def test_refreshes_that_meet_a_new_day_at_once_all_keep_their_prices(database: Pool) -> None:
    shelves = [PostgresShelf(database) for _ in range(4)]
    days = [replace(ROW, received_at=NOON + timedelta(days=day)) for day in range(5)]
    for row in days:
        await asyncio.gather(*(record(shelf, [row]) for shelf in shelves))
    assert await database.fetchval("SELECT count(*) FROM token_prices") == 20
    assert await database.fetchval("SELECT count(*) FROM token_prices_default") == 0


async def test_a_token_of_any_decimals_and_supply_is_kept(database: Pool) -> None:
    shelf = PostgresShelf(database)
    odd = replace(token(), decimals=255, supply=2**64 - 1, symbol="x" * 16)
    kept = await shelf.keep(odd, [])
    assert (kept.decimals, kept.supply) == (255, 2**64 - 1)
