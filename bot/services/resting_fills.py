"""Fill resting orders whose time has come: one reading of the pool, one booking each, once."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from weakref import WeakValueDictionary

from bot.domain.errors import Refusal, Unavailable
from bot.domain.exit_spelling import read_exits
from bot.domain.resting import Resting, RestingAction
from bot.domain.users import Mode
from bot.engine.paper_venue import Market
from bot.engine.resting_fills import FillBasis, close_intent, completed, open_intent
from bot.ports.books import BookingConflict, Books, Settlement
from bot.ports.clock import Clock
from bot.ports.resting import RestingBook
from bot.services.break_even import BreakEvens
from bot.services.price_board import PriceBoard
from bot.services.resting_refusals import Firing, RestingRefusals, request_of
from bot.services.resting_views import RestingNotices
from bot.services.resting_watch import RestingWatch
from bot.services.trading import Trading
from bot.services.true_ranges import TrueRanges

# More would hardly be faster, and whoever trades by hand meanwhile would wait longer.
_AT_ONCE = 16


class RestingFills:
    """Fills orders through `Trading`, as a person's own are: same gate, same books, same receipt.

    A refusal is final, or it is told once and tried again. A limit that was missed just waits on.
    """

    def __init__(
        self,
        *,
        trading: Trading,
        books: Books,
        book: RestingBook,
        board: PriceBoard,
        ranges: TrueRanges,
        watch: RestingWatch,
        clock: Clock,
        notices: RestingNotices,
    ) -> None:
        self._trading = trading
        self._books = books
        self._book = book
        self._board = board
        self._ranges = ranges
        self._watch = watch
        self._clock = clock
        self._notices = notices
        self._refusals = RestingRefusals(
            books=books, book=book, board=board, watch=watch, notices=notices
        )
        self._break_evens = BreakEvens(book=book, board=board, clock=clock, notices=notices)
        self._hands = asyncio.Semaphore(_AT_ONCE)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def carry_out(self, firings: Sequence[Firing]) -> None:
        """Fill orders of one token, on a reading of its pool made now; asked by the clock."""
        try:
            market = await self._market(firings)
        except Unavailable:
            for firing in firings:
                self.wait_on(firing.order)
            return
        except Refusal as refusal:
            for firing in firings:
                await self._refusals.refused(firing, refusal)
            return
        by_owner: dict[int, list[Firing]] = {}
        for firing in firings:
            by_owner.setdefault(firing.order.user_id, []).append(firing)
        async with asyncio.TaskGroup() as group:
            for mine in by_owner.values():
                group.create_task(self._of_one_owner(mine, market))

    def wait_on(self, order: Resting) -> None:
        """Leave an order for the next try: a limit at its level, all others at the next tick."""
        self._refusals.wait_on(order)

    async def _market(self, firings: Sequence[Firing]) -> Market | None:
        """Read the pool once for all; what only moves a stop needs none."""
        actions = {firing.order.placed.action for firing in firings}
        token_id = firings[0].order.placed.token_id
        if RestingAction.OPEN in actions:
            return await self._trading.entry_market(token_id)
        if RestingAction.CLOSE in actions:
            return await self._trading.market(token_id)
        return None

    async def _of_one_owner(self, firings: Sequence[Firing], market: Market | None) -> None:
        # One after the other: two fills of one wallet at once would only be decided again.
        lock = self._locks.setdefault(firings[0].order.user_id, asyncio.Lock())
        async with self._hands, lock:
            for firing in firings:
                try:
                    await self._fill(firing, market)
                except Unavailable:
                    self.wait_on(firing.order)
                except BookingConflict:
                    self.wait_on(firing.order)
                except Refusal as refusal:
                    await self._refusals.refused(firing, refusal)
                else:
                    await self._watch.sync(firing.order.user_id)

    async def _fill(self, firing: Firing, market: Market | None) -> None:
        order, seen = firing.order, firing.seen
        desk = await self._books.desk(order.user_id, Mode.PAPER, "")
        request = request_of(firing, desk.user)
        if order.placed.action is RestingAction.PROTECT or market is None:
            await self._break_evens.protect(order, request, desk)
            return
        exits = read_exits(order.placed.details.get("exits"))
        ranges = await self._ranges.of(order.placed.token_id, exits)

        def amend(settlement: Settlement, market: Market, at: datetime) -> Settlement:
            basis = FillBasis(
                token=market.token,
                price=market.pool.price,
                sol_usd=self._board.sol_usd(),
                ranges=ranges,
                at=at,
            )
            return completed(settlement, order, seen, basis)

        if order.placed.action is RestingAction.OPEN:
            await self._trading.enter(
                request,
                open_intent(order),
                lambda filled: self._notices.filled(order.user_id, filled),
                amend=amend,
                market=market,
            )
            return
        await self._trading.leave(
            request,
            close_intent(order),
            lambda filled: self._notices.filled(order.user_id, filled),
            amend=amend,
            market=market,
        )
