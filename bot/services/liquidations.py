"""Which shorts the fresh prices have used up, and their closing."""

from collections.abc import Callable, Sequence

from bot.domain.errors import Refusal, Unavailable
from bot.domain.notices import Notice
from bot.domain.pools.reading import PoolReading
from bot.domain.positions import Position
from bot.domain.requests import Request
from bot.domain.users import Mode
from bot.engine.marks import alarm_price, buy_back_cost
from bot.ports.books import Books
from bot.ports.clock import Clock
from bot.services.price_board import PriceBoard
from bot.services.trading import Trading
from bot.services.views import Filled
from bot.services.whole_pools import WholePools

LiquidationNotice = Callable[[int, Filled], Sequence[Notice]]


class Liquidations:
    """Closes shorts that no longer carry their maintenance margin.

    One quote per token, for its largest short, clears nearly all the others; only those that
    might be due are read and quoted one by one, and the engine decides on the pool read anew.
    """

    def __init__(
        self,
        *,
        board: PriceBoard,
        pools: WholePools,
        trading: Trading,
        books: Books,
        clock: Clock,
        liquidated: LiquidationNotice,
    ) -> None:
        self._board = board
        self._pools = pools
        self._trading = trading
        self._books = books
        self._clock = clock
        self._liquidated = liquidated

    async def check(self, fresh: set[int]) -> None:
        """Close what is due in the tokens just priced; asked by the clock, not by a person."""
        alarms = {}
        for token_id, units in (await self._books.largest_shorts(Mode.PAPER)).items():
            pool = await self._pool(token_id, units) if token_id in fresh else None
            if pool is not None:
                alarms[token_id] = alarm_price(pool, units)
        if not alarms:
            return
        for user_id, position in await self._books.shorts_at_risk(Mode.PAPER, alarms):
            if self._is_due(position):
                await self._liquidate(user_id, position.token_id, position.number)

    async def _pool(self, token_id: int, units: int) -> PoolReading | None:
        """Give the pool that could fill the largest short, read with its ticks where needed."""
        priced = self._board.priced(token_id)
        if priced is None or priced.best.halt is not None:
            return None
        if buy_back_cost(priced.best, units) is None:
            await self._pools.read(token_id)
            priced = self._board.priced(token_id)
        return priced.best if priced else None

    def _is_due(self, position: Position) -> bool:
        priced = self._board.priced(position.token_id)
        cost = buy_back_cost(priced.best, position.token_units) if priced else None
        # What no pool could give back now cannot be closed now: the next tick looks again.
        return cost is not None and position.is_liquidatable(cost)

    async def _liquidate(self, user_id: int, token_id: int, number: int) -> None:
        desk = await self._books.desk(user_id, Mode.PAPER, "")
        request = Request(
            user=desk.user,
            request_id=f"job:liquidate:{desk.wallet.season}:{number}:{desk.wallet.version}",
            received_at=self._clock.now(),
        )
        try:
            await self._trading.liquidate(
                request, token_id, number, lambda filled: self._liquidated(user_id, filled)
            )
        except (Refusal, Unavailable):
            # Too thin or unreachable now: the next tick tries again.
            return
