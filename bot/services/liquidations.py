"""Which shorts the fresh prices have used up, and their closing."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from bot.domain.errors import Refusal, Unavailable
from bot.domain.notices import Notice
from bot.domain.pools.reading import PoolReading
from bot.domain.positions import Position
from bot.domain.price_trust import Streak, TrustRules
from bot.domain.requests import Request
from bot.domain.users import Mode
from bot.engine.marks import alarm_price, buy_back_cost
from bot.ports.books import Books
from bot.ports.clock import Clock
from bot.services.price_board import PriceBoard
from bot.services.suspicions import Suspicions
from bot.services.trading import Trading
from bot.services.views import Filled
from bot.services.whole_pools import WholePools

LiquidationNotice = Callable[[int, Filled], Sequence[Notice]]


class _Short(NamedTuple):
    token_id: int
    user_id: int
    number: int


class Liquidations:
    """Closes shorts that no longer carry their maintenance margin.

    One quote per token, for its largest short, clears nearly all the others; only those that
    might be due are read and quoted one by one, and the engine decides on the pool read anew.
    A short goes only when it was due in several readings in a row, and never while its token's
    price is disputed: then the count begins anew.
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
        suspicions: Suspicions,
        rules: TrustRules,
    ) -> None:
        self._board = board
        self._pools = pools
        self._trading = trading
        self._books = books
        self._clock = clock
        self._liquidated = liquidated
        self._suspicions = suspicions
        self._rules = rules
        self._streaks: dict[_Short, Streak] = {}

    async def check(self, fresh: AbstractSet[int]) -> None:
        """Close what is due in the tokens just priced; asked by the clock, not by a person."""
        alarms = {}
        for token_id, units in (await self._books.largest_shorts(Mode.PAPER, fresh)).items():
            is_believed = self._suspicions.of(token_id) is None
            pool = await self._pool(token_id, units) if is_believed else None
            if pool is not None:
                alarms[token_id] = alarm_price(pool, units)
        risky = await self._books.shorts_at_risk(Mode.PAPER, alarms) if alarms else []
        due = {_short(user, position) for user, position in risky if self._is_due(position)}
        for short in self._confirmed(due, fresh):
            await self._liquidate(short)

    def _confirmed(self, due: set[_Short], fresh: AbstractSet[int]) -> list[_Short]:
        """Count this reading, and give those that were due in enough of them without a break."""
        kept = {short: old for short, old in self._streaks.items() if short.token_id not in fresh}
        confirmed = []
        for short in sorted(due):
            priced = self._board.priced(short.token_id)
            assert priced is not None, "only what is priced is due"  # noqa: S101
            streak = Streak.of(self._streaks.get(short), priced.best.slot)
            kept[short] = streak
            depth = priced.best.curve.depth_quote_units()
            if streak.readings >= self._rules.readings_to_fire(depth):
                confirmed.append(short)
        self._streaks = kept
        return confirmed

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

    async def _liquidate(self, short: _Short) -> None:
        desk = await self._books.desk(short.user_id, Mode.PAPER, "")
        number = short.number
        request = Request(
            user=desk.user,
            request_id=f"job:liquidate:{desk.wallet.season}:{number}:{desk.wallet.version}",
            received_at=self._clock.now(),
        )
        try:
            await self._trading.liquidate(
                request,
                short.token_id,
                number,
                lambda filled: self._liquidated(short.user_id, filled),
            )
        except (Refusal, Unavailable):
            # Too thin or unreachable now: the next tick tries again.
            return


def _short(user_id: int, position: Position) -> _Short:
    return _Short(position.token_id, user_id, position.number)
