"""Orders that wait, for their owner: place, see, change and cancel them."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.resting import RestingState
from bot.domain.resting_plans import ExitPlan, NewTerms, RestingPlan
from bot.domain.users import Mode, Permission, User
from bot.engine.live_resting import check_live_plan
from bot.engine.resting_changing import changed
from bot.ports.books import BookingConflict, Books, ClosedOrder, Desk
from bot.ports.resting import Changed, Finish, RestingBook, RestingChange
from bot.services.resting_planner import RestingPlanner, RestingViews
from bot.services.resting_views import CancelAnswer, ChangeAnswer, PlacedAnswer, RestingView
from bot.services.resting_watch import RestingWatch

_TRIES = 3
STANDING = frozenset({RestingState.WORKING, RestingState.SUBMITTED, RestingState.ASKED})
"""The states of orders that are not over."""
_LEAVING = {Mode.PAPER: Permission.TRADE_PAPER, Mode.LIVE: Permission.LEAVE_LIVE}


class RestingOrders:
    """The use cases of resting orders. Each is one transaction, and answered once per request."""

    def __init__(
        self,
        *,
        books: Books,
        book: RestingBook,
        planner: RestingPlanner,
        views: RestingViews,
        watch: RestingWatch,
    ) -> None:
        self._books = books
        self._book = book
        self._planner = planner
        self._views = views
        self._watch = watch

    async def place(
        self,
        request: Request,
        plan: RestingPlan,
        answer: PlacedAnswer,
        mode: Mode = Mode.PAPER,
    ) -> None:
        """Place the orders of a plan in the books of a mode, all of them or none.

        Live ones are only proposed: they wait once `LiveResting.confirm` says so.
        `answer` may be asked again after a conflict. Raises `Refusal` (what contradicts itself, a
        level that is reached already, `too_many_resting`, `unknown_position`, ...), or
        `already_done` where this request placed them before.
        """
        request.user.require(_needed(plan, mode))
        if mode is Mode.LIVE:
            check_live_plan(plan)
        for _ in range(_TRIES):
            desk = await self._books.desk(request.user.user_id, mode, request.request_id)
            placed = await self._planner.plan(plan, desk)
            change = RestingChange(
                user_id=desk.user.user_id,
                mode=mode,
                season=desk.wallet.season,
                request_hash=hashlib.sha256(repr(plan).encode()).hexdigest()[:32],
                wallet_version=desk.wallet.version,
                place=placed.orders,
                is_proposed=mode is Mode.LIVE,
            )
            try:
                await self._apply(request, change, answer(placed), desk)
            except BookingConflict:
                continue
            return
        raise Refusal("conflict")

    async def cancel(
        self,
        request: Request,
        number: int | None,
        answer: CancelAnswer,
        mode: Mode = Mode.PAPER,
    ) -> None:
        """Cancel one order, or all that wait in a mode; `answer` renders what was cancelled.

        Raises `Refusal`: `unknown_order`, `order_not_working` (filled, cancelled, ...), or
        `nothing_waits` where there is none to cancel, `live_submitted` while a live order is under
        way for it.
        """
        request.user.require(_LEAVING[mode])
        for _ in range(_TRIES):
            views = await self._waiting(request.user, number, mode)
            orders = tuple(view.order for view in views)
            change = RestingChange(
                user_id=request.user.user_id,
                mode=mode,
                season=orders[0].season,
                guard=orders,
                finish=tuple(
                    Finish(order=order, state=RestingState.CANCELLED, reason="by_owner")
                    for order in orders
                ),
            )
            if await self._attempt(request, change, answer(views)):
                return
        raise Refusal("conflict")

    async def change(
        self,
        request: Request,
        number: int,
        terms: NewTerms,
        answer: ChangeAnswer,
        mode: Mode = Mode.PAPER,
    ) -> None:
        """Give an order that waits other terms; a trigger seen before is void then.

        Raises `Refusal`: as `cancel` and `place`, and `unchangeable_order` where an order has no
        such term.
        """
        request.user.require(_LEAVING[mode])
        for _ in range(_TRIES):
            (view,) = await self._waiting(request.user, number, mode)
            basis = self._planner.basis_of(view)
            to = changed(view.order, terms, basis)
            change = RestingChange(
                user_id=request.user.user_id,
                mode=mode,
                season=view.order.season,
                guard=(view.order,),
                change=(Changed(order=view.order, to=to),),
            )
            positions = () if view.position is None else (view.position,)
            shown = self._views.of(replace(view.order, placed=to), positions)
            if await self._attempt(request, change, answer(shown)):
                return
        raise Refusal("conflict")

    async def working(self, user: User, mode: Mode = Mode.PAPER) -> tuple[RestingView, ...]:
        """Give the orders that wait in a mode's present season, by number."""
        user.require(Permission.VIEW_OWN)
        orders = await self._book.of_user(user.user_id, mode)
        waiting = [order for order in orders if order.state in STANDING]
        if not waiting:
            return ()
        desk = await self._books.desk(user.user_id, mode, "")
        return tuple(self._views.of(order, desk.positions) for order in waiting)

    async def order(
        self, user: User, number: int, mode: Mode = Mode.PAPER
    ) -> RestingView | ClosedOrder:
        """Give a mode's order of a number: waiting, ended, or filled; raises `unknown_order`."""
        user.require(Permission.VIEW_OWN)
        found = await self._book.one(user.user_id, mode, number)
        if found is not None:
            desk = await self._books.desk(user.user_id, mode, "")
            return self._views.of(found, desk.positions)
        filled = await self._book.filled(user.user_id, mode, number)
        if filled is None:
            raise Refusal("unknown_order", number=number)
        return filled

    async def _attempt(
        self, request: Request, change: RestingChange, notices: Sequence[Notice]
    ) -> bool:
        """Make a change; false where an order was filled meanwhile and all is to be looked at."""
        try:
            await self._book.apply(request, change, notices)
        except BookingConflict:
            return False
        except Refusal as refusal:
            if refusal.code != "order_spent":
                raise
            return False
        await self._watch.sync(change.user_id)
        return True

    async def _apply(
        self, request: Request, change: RestingChange, notices: Sequence[Notice], desk: Desk
    ) -> None:
        try:
            await self._book.apply(request, change, notices)
        except Refusal as refusal:
            if refusal.code == "too_many_resting":
                limit, role = desk.limits.resting_orders, desk.user.role.value
                raise Refusal("too_many_resting", limit=limit, role=role) from refusal
            raise
        await self._watch.sync(change.user_id)

    async def _waiting(self, user: User, number: int | None, mode: Mode) -> tuple[RestingView, ...]:
        standing = await self.working(user, mode)
        if any(_is_submitted(view) and view.order.placed.number == number for view in standing):
            raise Refusal("live_submitted", number=number)
        views = tuple(view for view in standing if not _is_submitted(view))
        if number is None:
            if not views:
                raise Refusal("nothing_waits")
            return views
        wanted = tuple(view for view in views if view.order.placed.number == number)
        if wanted:
            return wanted
        ended = await self._book.one(user.user_id, mode, number)
        if ended is not None:
            raise Refusal("order_not_working", number=number, state=ended.state.value)
        if await self._book.filled(user.user_id, mode, number) is not None:
            raise Refusal("order_not_working", number=number, state=RestingState.FILLED.value)
        raise Refusal("unknown_order", number=number)


def _needed(plan: RestingPlan, mode: Mode) -> Permission:
    """Give what placing a plan asks for: whoever may no longer enter live may still get out."""
    is_entry = not isinstance(plan, ExitPlan)
    return Permission.HOLD_LIVE_WALLET if is_entry and mode is Mode.LIVE else _LEAVING[mode]


def _is_submitted(view: RestingView) -> bool:
    return view.order.state is RestingState.SUBMITTED
