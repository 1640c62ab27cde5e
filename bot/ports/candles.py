"""What the inside asks of the price history: candles, the day's figures, candles of others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from bot.domain.candles import Candle, Interval
from bot.ports.books import TokenMetrics


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceNow:
    """A token's price at this moment, SOL per token, and what its pools hold in lamports.

    `holders` is how many have it as a source counts them, None where none does.
    """

    token_id: int
    price: Decimal
    liquidity_lamports: int
    holders: int | None = None


class CandleShelf(Protocol):
    """Candles made of the recorded prices. All methods raise `Unavailable`."""

    async def make_days(self, days: Sequence[datetime]) -> int:
        """Make the partitions of these UTC days that are not there yet; gives how many."""

    async def build(self, now: datetime) -> bool:
        """Make candles of what was recorded since the last time, a quarter hour at most.

        Tells whether more waits. Building again gives the same candles, so a build that was
        killed is simply done again.
        """

    async def window(
        self, token_id: int, interval: Interval, since: datetime, now: datetime
    ) -> list[Candle]:
        """Give a token's candles in order, the one still forming last."""

    async def keep(self, token_id: int, interval: Interval, candles: Sequence[Candle]) -> int:
        """Take candles of another source where we have none; gives how many were new.

        A candle of ours keeps its prices and takes only a volume that it did not know.
        """

    async def day_figures(
        self, prices: Sequence[PriceNow], now: datetime
    ) -> dict[int, TokenMetrics]:
        """Compute and store the last day's figures of these tokens."""

    async def forget(self, before: Mapping[Interval, datetime]) -> int:
        """Drop the candles of each interval that opened before a moment; gives how many."""


class CandleSource(Protocol):
    """A site that keeps candles of pools."""

    async def candles(
        self, pool_address: str, mint: str, interval: Interval, limit: int
    ) -> list[Candle]:
        """Give the newest closed candles of a token in a pool, SOL per token, oldest first.

        Nothing where the pool is not quoted in SOL. Raises `Unavailable`.
        """
