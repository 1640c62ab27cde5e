"""Resting orders in memory: their levels in the trigger book, their trails, what waits its turn."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.errors import Unavailable
from bot.domain.levels import worse_reach
from bot.domain.positions import Side
from bot.domain.price_trust import TrustRules
from bot.domain.resting import Resting, RestingKind, RestingState
from bot.domain.triggers import Gauge, Owner, Trigger
from bot.domain.users import Mode
from bot.engine.live_resting import is_kept
from bot.engine.trailing import believed_price, better_peak, trail_level
from bot.ports.books import Settlement
from bot.ports.resting import RestingBook
from bot.services.price_board import PriceBoard
from bot.services.suspicions import Suspicions
from bot.services.triggers import Triggers

_MOST_READINGS = 100  # more than any setting asks for
# How far a level must have moved before it is written down, as a fraction of it.
_WORTH_WRITING = Decimal("0.001")


@dataclass(slots=True)
class _Trail:
    """A trailing stop whose peak follows the price."""

    order_id: int
    generation: int
    side: Side
    peak: Decimal
    details: Mapping[str, object]
    level: Decimal
    written_level: Decimal


class RestingWatch:
    """What memory knows of orders that wait. PostgreSQL is the truth; this follows it.

    It follows those of `modes` only: what waits for live trading stays as it is while that is off.
    `pending` are orders whose time was seen to have come and that have not filled yet, by id,
    with their token.
    """

    def __init__(
        self,
        *,
        book: RestingBook,
        triggers: Triggers,
        board: PriceBoard,
        suspicions: Suspicions,
        rules: TrustRules,
    ) -> None:
        self.modes = {Mode.PAPER}
        self._book = book
        self._triggers = triggers
        self._board = board
        self._suspicions = suspicions
        self._rules = rules
        self._generations: dict[int, int] = {}
        self._owners: set[int] = set()
        self._changed: set[int] = set()
        self._trails: dict[int, dict[int, _Trail]] = {}
        self._trailed: dict[int, int] = {}
        self._readings: dict[int, deque[tuple[int, Decimal]]] = {}
        self.pending: dict[int, Resting] = {}

    def take_up(self, order: Resting) -> Trigger | None:
        """Remember an order that waits; gives the trigger that is to be armed for it, if any."""
        self._owners.add(order.user_id)
        self._generations[order.order_id] = order.generation
        if order.triggered_at is not None:
            self.pending[order.order_id] = order
            return None
        wait = order.placed.wait
        if wait.gauge is None or wait.reach is None or wait.level is None:
            return None
        reach = wait.reach
        if is_kept(order.placed):
            # First the price has to come back, as an order that was just placed would find it.
            reach = wait.reach.opposite
        elif order.placed.kind is RestingKind.TRAILING and order.placed.peak is not None:
            self._follow(order, order.placed.peak, wait.level)
        return Trigger(
            owner=Owner.ORDER,
            number=order.order_id,
            token_id=order.placed.token_id,
            gauge=wait.gauge,
            reach=reach,
            level=wait.level,
            generation=order.generation,
        )

    def arm(self, order: Resting) -> None:
        """Remember an order and arm its level, in place of what was armed of it before."""
        self._drop(order.order_id)
        trigger = self.take_up(order)
        if trigger is not None:
            self._triggers.arm(trigger)

    def disarm(self, order: Resting) -> None:
        """Forget an order that waits no more."""
        self._drop(order.order_id)

    def hold(self, order: Resting) -> None:
        """Keep an order whose time has come until its next try."""
        self.pending[order.order_id] = order

    def note_booked(self, settlement: Settlement) -> None:
        """Hear of a fill: what it did to orders is read before anything else is done."""
        has_effects = settlement.effects is not None or settlement.claim is not None
        if has_effects or settlement.user_id in self._owners:
            self._changed.add(settlement.user_id)

    def note(self, user_id: int) -> None:
        """Hear that a user's orders may have changed."""
        self._changed.add(user_id)

    async def sync(self, user_id: int) -> None:
        """Read a user's orders and follow them; where that fails, it is done again soon.

        Needs no permission: it is behind the use cases and the clock.
        """
        self._changed.add(user_id)
        try:
            await self.sync_changed()
        except Unavailable:
            return

    async def sync_changed(self) -> None:
        """Follow the orders of everybody whose orders may have changed; asked by the clock."""
        for user_id in list(self._changed):
            self._changed.discard(user_id)
            try:
                orders = [
                    order
                    for mode in sorted(self.modes)
                    for order in await self._book.of_user(user_id, mode)
                ]
            except Unavailable:
                self._changed.add(user_id)
                raise
            for order in orders:
                self._compare(order)

    @property
    def has_news(self) -> bool:
        """Tell whether somebody's orders may have changed."""
        return bool(self._changed)

    def tokens(self) -> set[int]:
        """Give the tokens whose orders wait for another try: they are read often."""
        return {order.placed.token_id for order in self.pending.values()}

    async def follow(self, fresh: Collection[int]) -> None:
        """Move trailing stops with prices that were just read, and write the peaks down.

        A peak counts once it held through as many readings as a crossing must, and not while
        the price is disputed. It is asked by the clock.
        """
        moved = [trail for token_id in self._trails.keys() & set(fresh)
                 for trail in self._advance(token_id)]  # fmt: skip
        worth = [trail for trail in moved if _is_worth_writing(trail)]
        if not worth:
            return
        await self._book.keep_peaks(
            [(trail.order_id, trail.generation, trail.peak, trail.level) for trail in worth]
        )
        for trail in worth:
            trail.written_level = trail.level

    def _compare(self, order: Resting) -> None:
        is_known = self._generations.get(order.order_id)
        if order.state is not RestingState.WORKING:
            if is_known is not None:
                self.disarm(order)
        elif is_known is None or is_known < order.generation:
            self.arm(order)

    def _drop(self, order_id: int) -> None:
        self._generations.pop(order_id, None)
        self.pending.pop(order_id, None)
        self._triggers.disarm(Owner.ORDER, order_id)
        token_id = self._trailed.pop(order_id, None)
        if token_id is None:
            return
        del self._trails[token_id][order_id]
        if not self._trails[token_id]:
            del self._trails[token_id]
            self._readings.pop(token_id, None)

    def _follow(self, order: Resting, peak: Decimal, level: Decimal) -> None:
        placed = order.placed
        self._trailed[order.order_id] = placed.token_id
        self._trails.setdefault(placed.token_id, {})[order.order_id] = _Trail(
            order_id=order.order_id,
            generation=order.generation,
            side=placed.side,
            peak=peak,
            details=placed.details,
            level=level,
            written_level=level,
        )

    def _advance(self, token_id: int) -> Iterable[_Trail]:
        readings = self._believed(token_id)
        if not readings:
            return []
        best = {side: believed_price(side, readings) for side in Side}
        moved = []
        for trail in self._trails[token_id].values():
            peak = better_peak(trail.side, trail.peak, best[trail.side])
            if peak != trail.peak and trail.order_id not in self.pending:
                trail.peak = peak
                trail.level = trail_level(trail.side, peak, trail.details)
                self._move(token_id, trail)
            if trail.level != trail.written_level:
                moved.append(trail)
        return moved

    def _move(self, token_id: int, trail: _Trail) -> None:
        self._triggers.arm(
            Trigger(
                owner=Owner.ORDER,
                number=trail.order_id,
                token_id=token_id,
                gauge=Gauge.PRICE_SOL,
                reach=worse_reach(trail.side),
                level=trail.level,
                generation=trail.generation,
            )
        )

    def _believed(self, token_id: int) -> list[Decimal]:
        """Give the last prices where enough of them came in newer slots without a dispute."""
        priced = self._board.priced(token_id)
        if priced is None or self._suspicions.of(token_id) is not None:
            self._readings.pop(token_id, None)
            return []
        needed = self._rules.readings_to_fire(priced.best.curve.depth_quote_units())
        readings = self._readings.setdefault(token_id, deque(maxlen=_MOST_READINGS))
        if not readings or readings[-1][0] < priced.best.slot:
            readings.append((priced.best.slot, priced.best.price))
        prices = [price for _, price in readings][-needed:]
        return prices if len(prices) == needed else []


def _is_worth_writing(trail: _Trail) -> bool:
    return abs(trail.level - trail.written_level) > trail.written_level * _WORTH_WRITING
