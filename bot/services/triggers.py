"""The trigger book in service: arm, hold against fresh figures, confirm, and tell the owners."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
import structlog

from bot.domain.errors import Unavailable
from bot.domain.money import LAMPORTS_PER_SOL, SOL_DECIMALS
from bot.domain.price_trust import Streak, TrustRules
from bot.domain.triggers import Crossing, Gauge, Owner, Trigger
from bot.engine.trigger_book import MOST_AT_ONCE, TriggerBook
from bot.engine.trigger_shelf import Keys
from bot.ports.clock import Clock
from bot.ports.trigger_columns import TriggerColumns
from bot.ports.triggers import TriggerOwner
from bot.services.price_board import PriceBoard
from bot.services.suspicions import Suspicions

_AT_ONCE = 250
_NOT_A_NUMBER = float("nan")
_log = structlog.get_logger(__name__)
_Name = tuple[Owner, int]


@dataclass(slots=True)
class _Waiting:
    """A level that was reached, until it has stood in enough readings."""

    trigger: Trigger
    first_value: Decimal
    source_at: datetime | None
    seen_at: datetime
    streak: Streak | None = None


class Triggers:
    """One index over everything that waits for a level: alerts, resting orders, shorts.

    A level that was reached leaves the book and is believed once it stood in several readings,
    more of a thin pool than of a deep one, and never while its token's price is disputed; if the
    figure goes back before, it is armed again and nobody hears of it.
    """

    def __init__(
        self,
        *,
        board: PriceBoard,
        suspicions: Suspicions,
        rules: TrustRules,
        time_of: Callable[[int], datetime | None],
        clock: Clock,
    ) -> None:
        self._board = board
        self._suspicions = suspicions
        self._rules = rules
        self._time_of = time_of
        self._clock = clock
        self._books = {gauge: TriggerBook(gauge) for gauge in Gauge}
        self._owners: dict[Owner, TriggerOwner] = {}
        self._at_once: set[Owner] = set()
        self._waiting: dict[int, dict[_Name, _Waiting]] = {}
        self._one_at_a_time = asyncio.Lock()

    def tell(self, owner: Owner, who: TriggerOwner, *, confirms_itself: bool = False) -> None:
        """Name whom to tell of an owner's crossings; once, at wiring.

        An owner that counts readings itself hears of the first one in which a level is reached.
        """
        self._owners[owner] = who
        if confirms_itself:
            self._at_once.add(owner)

    async def load(self) -> None:
        """Arm everything that the owners keep, and nothing else.

        Needs no permission: asked at the start, and by whoever was away for long.
        """
        began = self._clock.monotonic()
        self._books = {gauge: TriggerBook(gauge) for gauge in Gauge}
        self._waiting.clear()
        for who in self._owners.values():
            async for levels in who.armed():
                if isinstance(levels, TriggerColumns):
                    self._books[levels.gauge].arm_columns(levels)
                else:
                    for trigger in levels:
                        self._books[trigger.gauge].arm(trigger)
                await asyncio.sleep(0)
        _log.info(
            "levels_armed",
            count=sum(self.counts().values()),
            seconds=round(self._clock.monotonic() - began, 3),
        )

    def arm(self, trigger: Trigger) -> None:
        """Arm a level, in place of the one of the same owner and number, if there is one."""
        self.disarm(trigger.owner, trigger.number)
        self._books[trigger.gauge].arm(trigger)

    def disarm(self, owner: Owner, number: int) -> None:
        """Take a level out, armed or reached; nothing happens where there is none."""
        for book in self._books.values():
            book.disarm(owner, number)
        for waiting in self._waiting.values():
            waiting.pop((owner, number), None)

    def tokens(self) -> set[int]:
        """Give the tokens that have levels: they are read as often as those that are held."""
        armed = {token_id for book in self._books.values() for token_id in book.tokens()}
        return armed.union(token_id for token_id, waiting in self._waiting.items() if waiting)

    def counts(self) -> Mapping[Gauge, int]:
        """Give how many levels are armed, for the status page."""
        return {gauge: len(book) for gauge, book in self._books.items()}

    def gauge(self, token_id: int, gauge: Gauge) -> Decimal | None:
        """Give a token's figure as it is known now, None where it is not."""
        priced = self._board.priced(token_id)
        if gauge is Gauge.VOLUME_USD:
            return self._board.volumes.get(token_id)
        if priced is None or priced.best.halt is not None:
            return None
        if gauge is Gauge.PRICE_SOL:
            return priced.best.price
        if gauge is Gauge.PRICE_USD:
            return self._board.usd(token_id)
        depth = sum(pool.curve.depth_quote_units() for pool in priced.readings)
        return Decimal(depth).scaleb(-SOL_DECIMALS)

    async def check(self, fresh: Collection[int]) -> None:
        """Hold fresh figures against the levels and fire what is confirmed; asked by the clock.

        Raises `Unavailable` where an owner could not act; its levels are armed again.
        """
        async with self._one_at_a_time:
            await self._check(fresh)

    async def _check(self, fresh: Collection[int]) -> None:
        believed = _Figures(self._board, fresh, self._suspicions.disputed())
        for book in self._books.values():
            await self._look(book, believed)
        confirmed: dict[Owner, list[Crossing]] = {}
        for token_id in self._waiting.keys() & set(fresh):
            for crossing in await self._confirm(
                token_id, is_believed=self._suspicions.of(token_id) is None
            ):
                confirmed.setdefault(crossing.trigger.owner, []).append(crossing)
        # What people have at stake goes before what they want to know.
        await self._fire([(owner, confirmed[owner]) for owner in sorted(confirmed, reverse=True)])

    async def _look(self, book: TriggerBook, figures: "_Figures") -> None:
        if not len(book):
            return
        values = figures.of(book.gauge)
        is_more, unknown = True, []
        while is_more:
            crossed = book.take_crossed(figures.token_ids, values)
            unknown += [trigger for trigger in crossed if not self._begin(trigger)]
            is_more = len(crossed) >= MOST_AT_ONCE
            await asyncio.sleep(0)
        book.arm_all(unknown)

    def _begin(self, trigger: Trigger) -> bool:
        """Let a level that was reached wait; false where the exact figure is not known."""
        value = self.gauge(trigger.token_id, trigger.gauge)
        if value is None:
            return False
        priced = self._board.priced(trigger.token_id)
        waiting = self._waiting.setdefault(trigger.token_id, {})
        waiting[trigger.owner, trigger.number] = _Waiting(
            trigger=trigger,
            first_value=value,
            source_at=None if priced is None else self._time_of(priced.best.slot),
            seen_at=self._clock.now() if priced is None else priced.received_at,
        )
        return True

    async def _confirm(self, token_id: int, *, is_believed: bool) -> list[Crossing]:
        """Count one more reading for what waits in a token; give what has stood long enough."""
        waiting, crossings = self._waiting[token_id], []
        priced = self._board.priced(token_id)
        assert priced is not None, "what is fresh has a price"  # noqa: S101
        slot = priced.best.slot
        needed = self._rules.readings_to_fire(priced.best.curve.depth_quote_units())
        values = {gauge: self.gauge(token_id, gauge) for gauge in Gauge}
        for place, (name, each) in enumerate(list(waiting.items())):
            if place % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)
            value = values[each.trigger.gauge]
            if value is None or waiting.get(name) is not each:
                continue
            if not (is_believed and each.trigger.reach.is_met(value, each.trigger.level)):
                del waiting[name]
                self._books[each.trigger.gauge].arm(each.trigger)
                continue
            each.streak = Streak.of(each.streak, slot)
            if each.streak.readings >= needed or each.trigger.owner in self._at_once:
                del waiting[name]
                crossings.append(self._crossing(each, value))
        if not waiting:
            self._waiting.pop(token_id, None)
        return crossings

    def _crossing(self, each: _Waiting, value: Decimal) -> Crossing:
        assert each.streak is not None, "what is confirmed was counted"  # noqa: S101
        return Crossing(
            trigger=each.trigger,
            value=value,
            first_value=each.first_value,
            slot=each.streak.since_slot,
            source_at=each.source_at,
            seen_at=each.seen_at,
            confirmed_at=self._clock.now(),
        )

    async def _fire(self, unfired: list[tuple[Owner, list[Crossing]]]) -> None:
        failures: list[Unavailable] = []
        try:
            while unfired:
                owner, crossings = unfired[0]
                try:
                    await self._owners[owner].fire(crossings)
                except Unavailable as failure:
                    failures.append(failure)
                    self._arm_again(crossings)
                unfired.pop(0)
        finally:
            for _, crossings in unfired:
                self._arm_again(crossings)
        if failures:
            raise failures[0]

    def _arm_again(self, crossings: Iterable[Crossing]) -> None:
        # Claims are atomic: what was claimed before the failure is not claimed again.
        for crossing in crossings:
            self.arm(crossing.trigger)


class _Figures:
    """The figures of a tick as columns, not a number where a figure is unknown or not believed."""

    def __init__(self, board: PriceBoard, fresh: Collection[int], disputed: set[int]) -> None:
        self._board = board
        self.token_ids = np.sort(np.fromiter(fresh, np.int64, count=len(fresh)))
        self._rows = board.columns.rows(self.token_ids.tolist())
        columns = board.columns
        self._is_good = (columns.prices[self._rows] > 0) & ~columns.is_halted[self._rows]
        if disputed:
            self._is_good &= ~np.isin(self.token_ids, list(disputed))

    def of(self, gauge: Gauge) -> Keys:
        """Give every token's figure on a gauge, in the order of `token_ids`.

        Those of the columns have 53 bits: what they reach is looked at again, exactly.
        """
        columns = self._board.columns
        if gauge is Gauge.VOLUME_USD:
            volumes = (self._volume(token_id) for token_id in self.token_ids.tolist())
            return np.fromiter(volumes, np.float64, count=len(self.token_ids))
        if gauge is Gauge.LIQUIDITY_SOL:
            figures = columns.liquidities[self._rows] / LAMPORTS_PER_SOL
        else:
            figures = columns.prices[self._rows]
        if gauge is Gauge.PRICE_USD:
            figures = figures * float(self._board.sol_usd() or _NOT_A_NUMBER)
        return np.where(self._is_good, figures, np.nan)

    def _volume(self, token_id: int) -> float:
        volume = self._board.volumes.get(token_id)
        return _NOT_A_NUMBER if volume is None else float(volume)
