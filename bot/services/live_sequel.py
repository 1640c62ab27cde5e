"""What a live order's end means for the order that waited for it, and for the exits it brings."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.domain.errors import Refusal
from bot.domain.exit_spelling import read_exits
from bot.domain.live_orders import LiveIntent
from bot.domain.live_questions import LiveRestingRules
from bot.domain.notices import Notice
from bot.domain.resting import Resting, RestingState
from bot.domain.resting_plans import Exit
from bot.engine.live_resting import after_failure, read_seen
from bot.engine.resting_fills import FillBasis, bracket, claiming
from bot.ports.books import Settlement
from bot.ports.clock import Clock
from bot.ports.resting import RestingBook
from bot.services.live_means import Ending
from bot.services.live_resting_views import LiveRestingNotices
from bot.services.price_board import PriceBoard
from bot.services.resting_watch import RestingWatch
from bot.services.true_ranges import TrueRanges


class RestingSequel:
    """Implements `bot.services.live_means.LiveSequel` on the orders that wait.

    The same process, or another after a crash, finds all it needs in the database.
    """

    def __init__(
        self,
        *,
        book: RestingBook,
        board: PriceBoard,
        ranges: TrueRanges,
        watch: RestingWatch,
        clock: Clock,
        notices: LiveRestingNotices,
        rules: LiveRestingRules,
        hear: Callable[[Settlement], None],
    ) -> None:
        self._book = book
        self._board = board
        self._ranges = ranges
        self._watch = watch
        self._clock = clock
        self._notices = notices
        self._rules = rules
        self._hear = hear

    async def of_fill(
        self, intent: LiveIntent, settlement: Settlement
    ) -> tuple[Settlement, Sequence[Notice]]:
        """Give the booking with the order that it uses up and the exits that it brings.

        What has landed is booked, also where its exits cannot be placed: then that is told, in
        the same transaction. Needs no permission: it has happened.
        """
        order = await self._book.of_intent(intent.user_id, intent.number)
        exits = intent.exits
        if order is not None:
            exits = read_exits(order.placed.details.get("exits"))
        if order is None and not exits:
            return settlement, ()
        token = self._board.tokens[intent.token_id]
        fill = settlement.receipt.fill
        priced = self._board.priced(intent.token_id)
        basis = FillBasis(
            token=token,
            price=fill.fill_price if priced is None else priced.best.price,
            sol_usd=self._board.sol_usd(),
            ranges=await self._ranges.of(intent.token_id, exits),
            at=self._clock.now(),
        )
        try:
            return _with_order(settlement, order, exits, basis), ()
        except Refusal as refusal:
            bare = None if order is None else _bare(order)
            told = self._notices.unprotected(intent, settlement.position, token, refusal)
            return _with_order(settlement, bare, (), basis), told

    async def of_end(self, intent: LiveIntent, reason: str) -> Ending | None:
        """Give how the order goes on that this intent was placed for; None where there is none.

        Needs no permission: it is behind the intent's end.
        """
        order = await self._book.of_intent(intent.user_id, intent.number)
        token = self._board.tokens.get(intent.token_id)
        if order is None or token is None:
            return None
        next_ = after_failure(order, reason, self._rules)
        if not next_.is_counted:
            return Ending(next_=next_, notices=())
        told = self._notices.failed(order, intent, token, reason, next_.state)
        if next_.state is RestingState.ASKED and next_.firing is not None:
            next_ = replace(next_, firing={**order.firing, **next_.firing})
        return Ending(next_=next_, notices=told)

    async def booked(self, settlement: Settlement) -> None:
        """Hear of a fill that is booked. Needs no permission: it is behind the booking."""
        self._hear(settlement)
        await self._watch.sync(settlement.user_id)

    async def note(self, user_id: int) -> None:
        """Hear that somebody's orders may have changed. Needs no permission: as `booked`."""
        await self._watch.sync(user_id)


def _with_order(
    settlement: Settlement, order: Resting | None, exits: Sequence[Exit], basis: FillBasis
) -> Settlement:
    if order is None:
        return bracket(settlement, exits, basis)
    return claiming(settlement, order, read_seen(order.firing), basis)


def _bare(order: Resting) -> Resting:
    details = {name: kept for name, kept in order.placed.details.items() if name != "exits"}
    return replace(order, placed=replace(order.placed, details=details))
