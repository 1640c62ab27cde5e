"""Pools as the columns and the decoders see them, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.adapters.solana.account_texts import AccountTexts, text_of
from bot.adapters.solana.columns.column_book import ColumnBook
from bot.adapters.solana.columns.round_plan import batches_of
from bot.adapters.solana.columns.round_prices import RoundPrices
from bot.adapters.solana.pools.account import AccountBytes
from bot.domain.pools.flipped import in_sol
from bot.domain.pools.reading import PoolReading

Accounts = Mapping[str, AccountBytes]
CLOSE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What columns say of one pool: price and depth in SOL, None where it must be read whole."""

    price: float
    depth: float


def answer_of(accounts: Accounts, slot: int = 1) -> AccountTexts:
    """Give accounts as an answer brings them."""
    return AccountTexts(
        slot=slot,
        keys=tuple(accounts),
        owners=[account.owner for account in accounts.values()],
        texts=[text_of(account) for account in accounts.values()],
        lamports=[0] * len(accounts),
    )


def priced_in_columns(book: ColumnBook, pool: str, accounts: Accounts) -> Seen | None:
    """Let columns price a pool whose accounts are these now."""
    place = book.place(pool)
    if place is None or not book.is_alive(pool):
        return None
    (batch,) = batches_of([(0, place)])
    prices = RoundPrices()
    prices.take(batch, answer_of({key: accounts[key] for key in batch.keys}))
    columns = prices.finish()
    if len(columns.positions) == 0:
        assert [position for position, _ in prices.off] == [0]
        return None
    return Seen(price=float(columns.prices[0]), depth=float(columns.depths[0]))


def agree(seen: Seen, reading: PoolReading) -> bool:
    """Tell whether columns say what the decoder says."""
    exact = in_sol(reading)
    price, depth = float(exact.price), exact.curve.depth_quote_units()
    is_price_close = abs(seen.price / price - 1) <= CLOSE
    # Depths are whole lamports: one of them may be lost in rounding.
    return is_price_close and bool(np.isclose(seen.depth, depth, rtol=CLOSE, atol=1.0))


def taken_up(reading: PoolReading, accounts: Accounts, moving: Sequence[str]) -> ColumnBook:
    """Give a book that has taken a pool up."""
    book = ColumnBook()
    book.take_up([(reading, {place: accounts[place] for place in moving})])
    return book
