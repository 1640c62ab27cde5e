"""The price history over time: days made ahead, candles built and filled in, old ones dropped."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from itertools import islice

from bot.domain.candles import Interval
from bot.domain.errors import Unavailable
from bot.ports.candles import CandleShelf, CandleSource, PriceNow
from bot.ports.clock import Clock
from bot.services.price_board import PriceBoard
from bot.services.token_columns import Glimpse

MOST_BARS = 200
_DAYS_AHEAD = 3
_FIGURES_SECONDS = 55.0
_ASK_AGAIN_SECONDS = 6 * 3600.0
_FILLED_AT_ONCE = 4
_PATIENCE_SECONDS = 2.5
_WITHOUT_A_BREAK = 200
# What the day's figures and the first charts are made of.
_FILLED_UNASKED = (Interval.QUARTER, Interval.HOUR)


class Candles:
    """The clock's use cases around the price history.

    `keep_days` says how long the candles of each interval are kept. `source` fills in what was
    before we began to watch a token, where one is configured.
    """

    def __init__(
        self,
        *,
        board: PriceBoard,
        shelf: CandleShelf,
        source: CandleSource | None,
        clock: Clock,
        keep_days: Mapping[Interval, int],
    ) -> None:
        self._board = board
        self._shelf = shelf
        self._source = source
        self._clock = clock
        self._keep_days = keep_days
        self._figured_at: float | None = None
        self._asked_at: dict[tuple[int, Interval], float] = {}

    async def build(self) -> None:
        """Make candles of what is new, and each minute the day's figures of every token."""
        while await self._shelf.build(self._clock.now()):
            pass
        now = self._clock.monotonic()
        if self._figured_at is None or now - self._figured_at >= _FIGURES_SECONDS:
            self._board.metrics = await self._shelf.day_figures(
                await self._prices_now(), self._clock.now()
            )
            self._figured_at = now

    async def make_days(self) -> None:
        """Make the next days' partitions of prices before their first price comes."""
        today = self._clock.now()
        await self._shelf.make_days([today + timedelta(days=ahead) for ahead in range(_DAYS_AHEAD)])

    async def fill_in(self) -> None:
        """Ask the source for a few tokens' candles, none of them sooner than six hours after."""
        if self._source is None:
            return
        now = self._clock.monotonic()
        wanted = (
            (token_id, interval)
            for token_id in list(self._board.tokens)
            for interval in _FILLED_UNASKED
            if self._is_due((token_id, interval), now)
        )
        for token_id, interval in list(islice(wanted, _FILLED_AT_ONCE)):
            await self._fill(token_id, interval)

    async def fill(self, token_id: int, interval: Interval) -> None:
        """Ask the source for a token's candles now, if it is due and answers soon.

        Needs no permission: it is behind the chart, which requires one.
        """
        if self._source is None or not self._is_due((token_id, interval), self._clock.monotonic()):
            return
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._fill(token_id, interval)

    async def forget(self) -> None:
        """Drop candles that are older than the settings keep them."""
        now = self._clock.now()
        await self._shelf.forget(
            {interval: now - timedelta(days=days) for interval, days in self._keep_days.items()}
        )

    def _is_due(self, wanted: tuple[int, Interval], now: float) -> bool:
        asked_at = self._asked_at.get(wanted)
        return asked_at is None or now - asked_at >= _ASK_AGAIN_SECONDS

    async def _fill(self, token_id: int, interval: Interval) -> None:
        pool_address = self._pool_in_sol(token_id)
        if self._source is None or pool_address is None:
            return
        mint = self._board.tokens[token_id].mint
        found = await self._source.candles(pool_address, mint, interval, MOST_BARS)
        await self._shelf.keep(token_id, interval, found)
        # Only now: who was refused for asking too often may ask again.
        self._asked_at[token_id, interval] = self._clock.monotonic()

    def _pool_in_sol(self, token_id: int) -> str | None:
        """Give the deepest pool that trades the token against SOL itself."""
        priced = self._board.priced(token_id)
        direct = (pool for pool in priced.readings if not pool.legs) if priced else ()
        return next((pool.address for pool in direct), None)

    async def _prices_now(self) -> list[PriceNow]:
        found: list[PriceNow] = []
        for place, token_id in enumerate(list(self._board.tokens)):
            if place % _WITHOUT_A_BREAK == 0:
                await asyncio.sleep(0)
            seen = self._board.columns.glimpse(token_id)
            if seen is not None:
                found.append(self._price_now(token_id, seen))
        return found

    def _price_now(self, token_id: int, seen: Glimpse) -> PriceNow:
        return PriceNow(
            token_id=token_id,
            price=seen.price,
            liquidity_lamports=seen.liquidity_lamports,
            holders=self._board.holders.get(token_id),
        )
