"""Rounds between processes: one reads the market and tells, the others put it on their boards."""

import asyncio
from collections.abc import Collection, Iterable
from datetime import datetime

import numpy as np

from bot.domain.errors import Unavailable
from bot.ports.clock import Clock
from bot.ports.rounds import PriceLines, RoundsIn, RoundsOut, RoundTold, TokenPools
from bot.services.best_pools import BestPools
from bot.services.fresh_prices import FreshPrices
from bot.services.price_board import PriceBoard, no_reading

_FEW = 500
_AT_ONCE = 50


class RoundTelling:
    """Tells of each round: all pools of few tokens, of many only the price.

    What people look at, hold or wait for is read in rounds of few. Decoding all pools of all
    tokens, each minute, would cost more than reading them.
    """

    def __init__(self, *, board: PriceBoard, out: RoundsOut, clock: Clock) -> None:
        self._board = board
        self._out = out
        self._clock = clock

    async def tell(self, fresh: FreshPrices) -> None:
        """Tell of a round that was put on the board; without anybody to tell, nothing happens.

        Needs no permission: the clock asks.
        """
        if not len(fresh):
            return
        whole = fresh if len(fresh) <= _FEW else fresh.whole
        pools = await self._pools(whole)
        lines = [token_id for token_id in fresh if token_id not in whole]
        try:
            await self._out.tell(
                RoundTold(read_at=self._clock.now(), lines=self._lines(lines), pools=pools)
            )
        except Unavailable:
            return  # the others read for themselves until they hear again

    async def _pools(self, token_ids: Collection[int]) -> list[TokenPools]:
        middles = self._board.middles(token_ids)
        ordered = sorted(token_ids, key=lambda one: one not in middles)
        pools: list[TokenPools] = []
        for place, token_id in enumerate(ordered, start=1):
            read_at, readings = self._board.last_read(token_id)
            if read_at is not None:
                pools.append(TokenPools(token_id=token_id, read_at=read_at, readings=readings))
            if place % _AT_ONCE == 0:
                await asyncio.sleep(0)
        return pools

    def _lines(self, token_ids: Iterable[int]) -> PriceLines:
        columns = self._board.columns
        rows = columns.rows(token_ids)
        return PriceLines(
            token_ids=columns.token_ids[rows],
            prices=columns.prices[rows],
            liquidities=columns.liquidities[rows],
            slots=columns.slots[rows],
            kinds=columns.kinds[rows],
        )


class RoundHearing:
    """Puts on the board what another process read."""

    def __init__(self, *, board: PriceBoard, rounds: RoundsIn, clock: Clock) -> None:
        self._board = board
        self._rounds = rounds
        self._clock = clock
        self._heard_at = float("-inf")

    def is_heard_within(self, seconds: float) -> bool:
        """Tell whether a round came lately, so that there is no need to read the market here."""
        return self._clock.monotonic() - self._heard_at <= seconds

    async def hear(self) -> datetime | None:
        """Wait for the next rounds and take them; asked by the clock. Raises `Unavailable`.

        Gives when the newest of them was read, None where there was none.
        """
        heard = await self._rounds.heard()
        for told in heard:
            await self._take(told)
            self._heard_at = self._clock.monotonic()
        return max((told.read_at for told in heard), default=None)

    async def _take(self, told: RoundTold) -> None:
        self._take_lines(told.lines, told.read_at)
        for place, token in enumerate(told.pools, start=1):
            # One that was tracked a moment ago may be told of before it is heard of.
            if token.token_id in self._board.tokens:
                self._board.set_price(token.token_id, token.readings, token.read_at)
            if place % _AT_ONCE == 0:
                await asyncio.sleep(0)

    def _take_lines(self, lines: PriceLines, read_at: datetime) -> None:
        known = [one in self._board.tokens for one in lines.token_ids.tolist()]
        is_known = np.array(known, np.bool_)
        if not is_known.any():
            return
        rows = self._board.columns.rows(lines.token_ids[is_known].tolist())
        best = BestPools(
            tokens=np.arange(len(rows)),
            prices=lines.prices[is_known],
            liquidities=lines.liquidities[is_known],
            slots=lines.slots[is_known],
            kinds=lines.kinds[is_known],
        )
        self._board.set_columns(rows, best, no_reading, read_at)
