"""What a refusal means for an order whose time has come: over, held back, or waiting on."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.errors import Refusal, Unavailable
from bot.domain.notices import Notice
from bot.domain.refusal_spelling import spell_refusal
from bot.domain.requests import Request
from bot.domain.resting import Resting, RestingAction, RestingKind, RestingState
from bot.domain.users import User
from bot.engine.resting_fills import Seen
from bot.ports.books import BookingConflict, Books
from bot.ports.resting import Finish, Noted, RestingBook, RestingChange
from bot.services.price_board import PriceBoard
from bot.services.resting_views import RestingNotices
from bot.services.resting_watch import RestingWatch

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
    "live_not_enough",
    "live_long_only",
    "live_no_wallet",
    "live_other_wallet",
}
# Another sale of the position, or the other of two entries, is under way: it waits for its end.
_WITHHELD = frozenset({"conflict", "live_withheld"})
_MISSED = frozenset({"limit_not_met", "live_below_least"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """An order whose time was seen to have come, and how."""

    order: Resting
    seen: Seen


def request_of(firing: Firing, user: User) -> Request:
    """Give the request of a firing: one for each generation of an order."""
    order = firing.order
    return Request(
        user=user,
        request_id=f"rest:{order.order_id}:{order.generation}",
        received_at=firing.seen.seen_at,
        source_at=firing.seen.source_at,
    )


class RestingRefusals:
    """A refusal is final, or it is told once and tried again. A limit that was missed waits on."""

    def __init__(
        self,
        *,
        books: Books,
        book: RestingBook,
        board: PriceBoard,
        watch: RestingWatch,
        notices: RestingNotices,
    ) -> None:
        self._books = books
        self._book = book
        self._board = board
        self._watch = watch
        self._notices = notices

    def wait_on(self, order: Resting) -> None:
        """Leave an order for the next try: a limit at its level, all others at the next tick."""
        if order.placed.kind is RestingKind.LIMIT:
            self._watch.arm(order)
        else:
            self._watch.hold(order)

    async def refused(self, firing: Firing, refusal: Refusal) -> None:
        """Do what a refusal means for an order. Needs no permission: it is asked by the clock."""
        order = firing.order
        try:
            if refusal.code in _OVER:
                self._watch.disarm(order)
                await self._watch.sync(order.user_id)
            elif refusal.code in _WITHHELD:
                self.wait_on(order)
            elif _is_missed(order, refusal):
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
        desk = await self._books.desk(change.user_id, change.mode, "")
        try:
            await self._book.apply(request_of(firing, desk.user), change, told)
        except (Refusal, BookingConflict):
            # Filled, cancelled or changed by its owner at this moment.
            await self._watch.sync(change.user_id)


def _is_missed(order: Resting, refusal: Refusal) -> bool:
    return refusal.code in _MISSED and order.placed.kind is RestingKind.LIMIT


def _is_final(order: Resting, refusal: Refusal) -> bool:
    is_entry = order.placed.action is RestingAction.OPEN
    return refusal.code in (_FINAL_FOR_ENTRIES if is_entry else _FINAL_FOR_ALL)
