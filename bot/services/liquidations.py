"""Which shorts the fresh prices have used up, and their closing."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import NamedTuple, Protocol

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
from bot.ports.margin_warnings import ShortNamed
from bot.services.margin_warnings import MarginWarnings, NearShort
from bot.services.price_board import PriceBoard
from bot.services.suspicions import Suspicions
from bot.services.trading import Trading
from bot.services.views import Filled
from bot.services.whole_pools import WholePools

LiquidationNotice = Callable[[int, Filled], Sequence[Notice]]


class ShortNotices(Protocol):
    """What the owners of shorts are told, in the words of their door."""

    def __call__(self, user_id: int, filled: Filled) -> Sequence[Notice]:
        """Give the receipt of a liquidation."""

    def warning(self, near: NearShort, percent: int) -> Sequence[Notice]:
        """Give the warning before one."""


# A short at 80 % of its way has at most so many times the collateral of one that is due, however
# much of it is margin: with r the collateral by what it sold for, r / (0.21 + 0.8 r) < 1.25.
_WARNED_FROM = Decimal("1.25")


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
        warnings: MarginWarnings | None = None,
    ) -> None:
        self._board = board
        self._pools = pools
        self._trading = trading
        self._books = books
        self._clock = clock
        self._liquidated = liquidated
        self._suspicions = suspicions
        self._rules = rules
        self._warnings = warnings
        self._streaks: dict[_Short, Streak] = {}

    async def check(self, fresh: AbstractSet[int]) -> None:
        """Close what is due in the tokens just priced; asked by the clock, not by a person."""
        alarms = {}
        for token_id, units in (await self._books.largest_shorts(Mode.PAPER, fresh)).items():
            is_believed = self._suspicions.of(token_id) is None
            pool = await self._pool(token_id, units) if is_believed else None
            if pool is not None:
                alarms[token_id] = alarm_price(pool, units)
        wide = {token_id: alarm * _WARNED_FROM for token_id, alarm in alarms.items()}
        risky = await self._books.shorts_at_risk(Mode.PAPER, wide) if wide else []
        due = {_short(user, position) for user, position in risky if self._is_due(position)}
        for short in self._confirmed(due, fresh):
            await self._liquidate(short)

        if self._warnings is not None:
            near = [near for user, one in risky if (near := self._near(user, one)) is not None]
            await self._warnings.check(near, alarms)

    def _near(self, user_id: int, position: Position) -> NearShort | None:
        priced = self._board.priced(position.token_id)
        cost = buy_back_cost(priced.best, position.token_units) if priced else None
        if priced is None or cost is None or position.is_liquidatable(cost):
            return None
        return NearShort(
            short=ShortNamed(user_id=user_id, number=position.number),
            position=position,
            token=self._board.tokens[position.token_id],
            way=position.way_to_liquidation(cost),
            slot=priced.best.slot,
        )

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
