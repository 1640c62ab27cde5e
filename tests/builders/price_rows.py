"""Prices to be remembered, one by one, as tests think of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np

from bot.adapters.database.shelf import PostgresShelf
from bot.ports.price_rows import PriceRows


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """One price of one token."""

    received_at: datetime
    token_id: int = 1
    price: Decimal = Decimal(1)
    usd: Decimal | None = None
    liquidity_lamports: int = 10**12
    slot: int = 1
    source: str = "raydium_amm_v4"


def columns_of(rows: list[PriceRow]) -> PriceRows:
    """Give rows of one moment, all with dollars or none, as columns."""
    sources = tuple({row.source: None for row in rows})
    usd = [float(row.usd) for row in rows if row.usd is not None]
    return PriceRows(
        token_ids=np.array([row.token_id for row in rows], np.int64),
        prices=np.array([float(row.price) for row in rows], np.float64),
        usd=np.array(usd, np.float64) if usd else None,
        liquidities=np.array([float(row.liquidity_lamports) for row in rows], np.float64),
        slots=np.array([row.slot for row in rows], np.int64),
        sources=sources,
        source_of=np.array([sources.index(row.source) for row in rows], np.int16),
        received_at=rows[0].received_at,
    )


async def record(shelf: PostgresShelf, rows: Iterable[PriceRow]) -> None:
    """Record rows of any moments, in the order of these."""
    by_moment: dict[datetime, list[PriceRow]] = {}
    for row in rows:
        by_moment.setdefault(row.received_at, []).append(row)
    for moment in sorted(by_moment):
        await shelf.record(columns_of(by_moment[moment]))
