"""Fill resting orders whose time has come: one reading of the pool, one booking each, once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakValueDictionary

from bot.domain.errors import Refusal, Unavailable
from bot.domain.exit_spelling import read_exits
from bot.domain.notices import Notice
from bot.domain.refusal_spelling import spell_refusal
from bot.domain.requests import Request
from bot.domain.resting import Resting, RestingAction, RestingKind, RestingState
from bot.domain.users import Mode, User
from bot.engine.paper_venue import Market
from bot.engine.resting_fills import FillBasis, Seen, close_intent, completed, open_intent
from bot.ports.books import BookingConflict, Books, Settlement
from bot.ports.clock import Clock
from bot.ports.resting import Finish, Noted, RestingBook, RestingChange
from bot.services.break_even import BreakEvens
from bot.services.price_board import PriceBoard
from bot.services.resting_views import RestingNotices
from bot.services.resting_watch import RestingWatch
from bot.services.trading import Trading
from bot.services.true_ranges import TrueRanges

# More would hardly be faster, and whoever trades by hand meanwhile would wait longer.
_AT_ONCE = 16
# The order is over for somebody else's reason: memory only has to hear of it.
_OVER = frozenset({"already_done", "order_spent", "request_mismatch", "unknown_position"})
_FINAL_FOR_ALL = frozenset({"frozen", "banned", "not_permitted"})
_FINAL_FOR_ENTRIES = _FINAL_FOR_ALL | {
    "not_enough_cash",
    "opposite_side",
    "too_many_positions",
    "over_position_limit",
    "over_leverage",
    "long_leverage",
    "margin_too_thin",
    "no_short_with_fee",
    "token_danger",
    "token_untradable",
    "too_small",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """An order whose time was seen to have come, and how."""

    order: Resting
    seen: Seen


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
                await self._refused(firing, refusal)
            return
        by_owner: dict[int, list[Firing]] = {}
        for firing in firings:
            by_owner.setdefault(firing.order.user_id, []).append(firing)
        async with asyncio.TaskGroup() as group:
            for mine in by_owner.values():
                group.create_task(self._of_one_owner(mine, market))

    def wait_on(self, order: Resting) -> None:
        """Leave an order for the next try: a limit at its level, all others at the next tick."""
        if order.placed.kind is RestingKind.LIMIT:
            self._watch.arm(order)
        else:
            self._watch.hold(order)

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
                    await self._refused(firing, refusal)
                else:
                    await self._watch.sync(firing.order.user_id)

    async def _fill(self, firing: Firing, market: Market | None) -> None:
        order, seen = firing.order, firing.seen
        desk = await self._books.desk(order.user_id, Mode.PAPER, "")
        request = self._request(order, desk.user, seen)
        if order.placed.action is RestingAction.PROTECT or market is None:
            await self._break_evens.protect(order, request, desk)
            return
        exits = read_exits(order.placed.details.get("exits"))
        ranges = await self._ranges.of(order.placed.token_id, exits)

        def amend(settlement: Settlement, market: Market, at: datetime) -> Settlement:
            basis = FillBasis(market=market, sol_usd=self._board.sol_usd(), ranges=ranges, at=at)
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

    def _request(self, order: Resting, user: User, seen: Seen) -> Request:
        return Request(
            user=user,
            request_id=f"rest:{order.order_id}:{order.generation}",
            received_at=seen.seen_at,
            source_at=seen.source_at,
        )

    async def _refused(self, firing: Firing, refusal: Refusal) -> None:
        order = firing.order
        try:
            if refusal.code in _OVER:
                self._watch.disarm(order)
                await self._watch.sync(order.user_id)
            elif refusal.code == "conflict":
                self.wait_on(order)
            elif refusal.code == "limit_not_met":
                self._watch.arm(order)
            elif _is_final(order, refusal):
                await self._reject(firing, refusal)
            else:
                await self._hold_back(firing, refusal)
        except Unavailable:
            self.wait_on(order)

    async def _reject(self, firing: Firing, refusal: Refusal) -> None:
        order = firing.order
        token = self._board.tokens[order.placed.token_id]
        end = Finish(
            order=order,
            state=RestingState.REJECTED,
            reason=refusal.code,
            refused=spell_refusal(refusal),
        )
        await self._note(
            firing,
            RestingChange(
                user_id=order.user_id,
                mode=order.mode,
                season=order.season,
                is_forced=True,
                guard=(order,),
                finish=(end,),
            ),
            self._notices.rejected(order.user_id, order, token, refusal),
        )
        self._watch.disarm(order)

    async def _hold_back(self, firing: Firing, refusal: Refusal) -> None:
        order = firing.order
        self.wait_on(order)
        token = self._board.tokens[order.placed.token_id]
        is_first = order.attempts == 0
        told = self._notices.held_back(order.user_id, order, token, refusal) if is_first else ()
        await self._note(
            firing,
            RestingChange(
                user_id=order.user_id,
                mode=order.mode,
                season=order.season,
                is_forced=True,
                guard=(order,),
                note=(Noted(order=order, refused=spell_refusal(refusal)),),
            ),
            told,
        )

    async def _note(self, firing: Firing, change: RestingChange, told: Sequence[Notice]) -> None:
        desk = await self._books.desk(change.user_id, Mode.PAPER, "")
        request = self._request(firing.order, desk.user, firing.seen)
        try:
            await self._book.apply(request, change, told)
        except (Refusal, BookingConflict):
            # Filled, cancelled or changed by its owner at this moment.
            await self._watch.sync(change.user_id)


def _is_final(order: Resting, refusal: Refusal) -> bool:
    is_entry = order.placed.action is RestingAction.OPEN
    return refusal.code in (_FINAL_FOR_ENTRIES if is_entry else _FINAL_FOR_ALL)
