"""Which shorts the fresh prices have used up, and their closing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from typing import Protocol

from bot.domain.errors import Refusal, Unavailable
from bot.domain.notices import Notice
from bot.domain.pools.reading import PoolReading
from bot.domain.positions import PositionState
from bot.domain.price_trust import Streak, TrustRules
from bot.domain.requests import Request
from bot.domain.triggers import Crossing, Trigger
from bot.domain.users import Mode
from bot.engine.marks import buy_back_cost
from bot.engine.short_alarms import NEAR
from bot.ports.books import Books, Settlement
from bot.ports.clock import Clock
from bot.ports.margin_warnings import ShortNamed
from bot.services.margin_warnings import MarginWarnings, NearShort
from bot.services.price_board import PriceBoard
from bot.services.short_alarms import ShortAlarms, WatchedShort
from bot.services.suspicions import Suspicions
from bot.services.trading import Trading
from bot.services.views import Filled
from bot.services.whole_pools import WholePools

_AT_ONCE = 200
LiquidationNotice = Callable[[int, Filled], Sequence[Notice]]


class ShortNotices(Protocol):
    """What the owners of shorts are told, in the words of their door."""

    def __call__(self, user_id: int, filled: Filled) -> Sequence[Notice]:
        """Give the receipt of a liquidation."""

    def warning(self, near: NearShort, percent: int) -> Sequence[Notice]:
        """Give the warning before one."""


class Liquidations:
    """Closes shorts that no longer carry their maintenance margin.

    Every short has an alarm in the trigger book, far enough before its first warning; implements
    `bot.ports.triggers.TriggerOwner`. Whoever is beyond it is quoted one by one in every reading,
    and the engine decides on the pool read anew. A short goes only when it was due in several
    readings in a row, and never while its token's price is disputed: then the count begins anew.
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
        alarms: ShortAlarms,
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
        self._alarms = alarms
        self._warnings = warnings
        self._streaks: dict[ShortNamed, Streak] = {}
        self._changed: set[int] = set()
        self._readers = 0

    async def armed(self) -> AsyncIterator[Sequence[Trigger]]:
        """Take up every short; asked by the clock, once, at the start.

        None is armed yet: each counts as near until the first reading has told how far off it is.
        """
        with self._reading():
            async for shorts in self._books.all_open_shorts(Mode.PAPER):
                for user_id, position in shorts:
                    self._alarms.take_up(user_id, position)
                yield ()

    async def fire(self, crossings: Sequence[Crossing]) -> None:
        """Look at shorts whose alarm was reached, in the same reading; asked by the clock."""
        reached = self._alarms.reached([crossing.trigger.number for crossing in crossings])
        near: list[NearShort] = []
        for token_id, shorts in reached.items():
            pool = await self._pool(token_id)
            if pool is not None:
                near += await self._look_at(shorts, pool)
        if self._warnings is not None and near:
            await self._warnings.check(near, ())

    async def check(self, fresh: AbstractSet[int]) -> None:
        """Close what is due in the tokens just priced; asked by the clock, not by a person."""
        await self.read_anew()
        near: list[NearShort] = []
        looked_at = []
        for token_id in self._alarms.tokens(fresh):
            pool = await self._pool(token_id)
            if pool is None or not self._alarms.largest_units(token_id):
                self._begin_anew(token_id)
                continue
            self._alarms.measure(token_id, pool)
            near += await self._look_at(self._alarms.near(token_id), pool)
            looked_at.append(token_id)
            await asyncio.sleep(0)
        if self._warnings is not None and looked_at:
            await self._warnings.check(near, looked_at)

    def note_booked(self, settlement: Settlement) -> None:
        """Hear of anybody's fill: a short that it opened, changed or ended."""
        if settlement.mode is Mode.PAPER:
            user_id, position = settlement.user_id, settlement.position
            self._alarms.take_up(user_id, position)
            if position.state is not PositionState.OPEN:
                self._streaks.pop(ShortNamed(user_id=user_id, number=position.number), None)
            if self._readers:
                self._changed.add(settlement.user_id)

    def note_season(self, user_id: int) -> None:
        """Hear that a user's season ended, and with it all that they were short of."""
        self._alarms.drop_all_of(user_id)
        self._changed.add(user_id)

    def note_changed(self, user_ids: Iterable[int]) -> None:
        """Hear that margins changed without a fill: these users' shorts are read anew."""
        self._changed.update(user_ids)

    async def hear(self, user_ids: Collection[int]) -> None:
        """Follow some people's shorts as they are now.

        Needs no permission: another process changed them. Raises `Unavailable`, and the next
        reading of prices tries again.
        """
        self.note_changed(user_ids)
        await self.read_anew()

    async def read_anew(self) -> None:
        """Read the shorts of those where something changed; asked by the clock."""
        if not self._changed:
            return
        users, self._changed = self._changed, set()
        try:
            with self._reading():
                shorts = await self._books.open_shorts(Mode.PAPER, users)
                for user_id in users:
                    self._alarms.drop_all_of(user_id)
                for user_id, position in shorts:
                    self._alarms.take_up(user_id, position)
        except Unavailable:
            self._changed |= users
            raise

    @contextmanager
    def _reading(self) -> Iterator[None]:
        # What is booked while the shorts are read may be missing in what was read.
        self._readers += 1
        try:
            yield
        finally:
            self._readers -= 1

    async def _look_at(self, shorts: Sequence[WatchedShort], pool: PoolReading) -> list[NearShort]:
        """Quote shorts one by one and close what is due; gives those that are near."""
        confirmed, near = [], []
        for place, short in enumerate(shorts):
            if place % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)
            cost = buy_back_cost(pool, short.position.token_units)
            # What no pool could give back now cannot be closed now: the next tick looks again.
            if cost is not None and short.position.is_liquidatable(cost):
                if self._is_confirmed(short.name, pool):
                    confirmed.append(short)
                continue
            self._streaks.pop(short.name, None)
            if cost is None:
                continue
            way = short.position.way_to_liquidation(cost)
            if way < NEAR:
                self._alarms.let_go(short, pool)
                continue
            token = self._board.tokens[short.position.token_id]
            near.append(
                NearShort(
                    short=short.name,
                    position=short.position,
                    token=token,
                    way=way,
                    slot=pool.slot,
                )
            )
        for short in confirmed:
            await self._liquidate(short)
        return near

    def _is_confirmed(self, name: ShortNamed, pool: PoolReading) -> bool:
        """Count this reading; tell whether the short was due in enough of them without a break."""
        streak = self._streaks[name] = Streak.of(self._streaks.get(name), pool.slot)
        return streak.readings >= self._rules.readings_to_fire(pool.curve.depth_quote_units())

    def _begin_anew(self, token_id: int) -> None:
        for short in self._alarms.near(token_id):
            self._streaks.pop(short.name, None)

    async def _pool(self, token_id: int) -> PoolReading | None:
        """Give the pool to believe, read with its ticks where the largest short needs them."""
        priced = self._board.priced(token_id)
        if self._suspicions.of(token_id) is not None or priced is None:
            return None
        largest = self._alarms.largest_units(token_id)
        if priced.best.halt is not None or not largest:
            return None
        if buy_back_cost(priced.best, largest) is None:
            await self._pools.read(token_id)
            priced = self._board.priced(token_id)
        return priced.best if priced else None

    async def _liquidate(self, short: WatchedShort) -> None:
        user_id, number = short.name.user_id, short.name.number
        desk = await self._books.desk(user_id, Mode.PAPER, "")
        request = Request(
            user=desk.user,
            request_id=f"job:liquidate:{desk.wallet.season}:{number}:{desk.wallet.version}",
            received_at=self._clock.now(),
        )
        try:
            is_closed = await self._trading.liquidate(
                request,
                short.position.token_id,
                number,
                lambda filled: self._liquidated(user_id, filled),
            )
        except (Refusal, Unavailable):
            # Too thin or unreachable now: the next tick tries again.
            is_closed = False
        if is_closed:
            self._streaks.pop(short.name, None)
        else:
            # Another process may know better what stands.
            self._changed.add(user_id)
