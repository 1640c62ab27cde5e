"""Live orders whose time has come: claimed and placed as a live intent in one transaction, once."""

import asyncio
from collections.abc import Sequence

from bot.domain.errors import Refusal, Unavailable
from bot.domain.live_orders import LiveIntent
from bot.domain.live_questions import LiveRestingRules, Question
from bot.domain.notices import Notice
from bot.domain.positions import Position
from bot.domain.requests import Request
from bot.domain.resting import Resting, RestingAction
from bot.domain.users import Mode
from bot.engine.live_resting import (
    is_kept,
    question,
    returned,
    spell_seen,
    wish_of,
)
from bot.engine.resting_fills import Seen
from bot.ports.books import BookingConflict, Books, Desk
from bot.ports.clock import Clock
from bot.ports.live_orders import LiveClaim
from bot.ports.resting import Asked, Changed, RestingBook, RestingChange
from bot.services.break_even import BreakEvens
from bot.services.live_orders import LiveOrders
from bot.services.live_resting_views import LiveRestingNotices
from bot.services.price_board import PriceBoard
from bot.services.resting_refusals import Firing, RestingRefusals, request_of
from bot.services.resting_watch import RestingWatch

_AT_ONCE = 8
_TRIES = 3


class LiveFirings:
    """Carries out live orders; implements `bot.services.resting_clock.LiveCarrier`.

    The claim of the order and its intent are one transaction. From then on the order is submitted,
    and nothing else may touch it until the intent's end, which frees it in its own transaction.
    """

    def __init__(
        self,
        *,
        orders: LiveOrders,
        books: Books,
        book: RestingBook,
        board: PriceBoard,
        watch: RestingWatch,
        clock: Clock,
        refusals: RestingRefusals,
        break_evens: BreakEvens,
        notices: LiveRestingNotices,
        rules: LiveRestingRules,
        most_slippage_bps: int,
    ) -> None:
        self._orders = orders
        self._books = books
        self._book = book
        self._board = board
        self._watch = watch
        self._clock = clock
        self._refusals = refusals
        self._break_evens = break_evens
        self._notices = notices
        self._rules = rules
        self._most_slippage_bps = most_slippage_bps
        self._hands = asyncio.Semaphore(_AT_ONCE)

    @property
    def still_seconds(self) -> float:
        """How long prices have to be away until what they jumped is no news of now."""
        return self._rules.still_seconds

    async def carry_out(self, firings: Sequence[Firing]) -> None:
        """Bring orders of one token to their end, side by side; asked by the clock.

        Sales of different units go together; what would sell the same is withheld by the claim.
        """
        async with asyncio.TaskGroup() as group:
            for firing in firings:
                group.create_task(self._carry_out(firing))

    async def submit(
        self,
        request: Request,
        firing: Firing,
        *,
        is_confirmed: bool = False,
        notices: Sequence[Notice] = (),
        message_id: int | None = None,
    ) -> LiveIntent:
        """Claim an order and place its intent, both or neither.

        Needs no permission: placing asks for it. Raises `Refusal`, `Unavailable` or
        `BookingConflict`.
        """
        order = firing.order
        desk = await self._books.desk(order.user_id, Mode.LIVE, "")
        token = self._board.tokens.get(order.placed.token_id)
        if token is None:
            raise Refusal("unknown_token", text=str(order.placed.token_id))
        wish = wish_of(
            order,
            _position(order, desk),
            firing.seen,
            decimals=token.decimals,
            most_slippage_bps=self._most_slippage_bps,
            sol_usd=self._board.sol_usd(),
        )
        is_exit = order.placed.action is RestingAction.CLOSE
        claim = LiveClaim(
            order_id=order.order_id,
            generation=order.generation,
            wallet_version=desk.wallet.version,
            firing=spell_seen(firing.seen),
            is_confirmed=is_confirmed,
            is_all=is_exit and order.placed.token_units is None,
        )
        try:
            return await self._orders.place(
                request, wish, notices, message_id=message_id, claim=claim
            )
        except Refusal as refusal:
            if refusal.code != "live_price_moved":
                raise
            raise Refusal("live_below_least") from refusal

    async def _carry_out(self, firing: Firing) -> None:
        order = firing.order
        async with self._hands:
            try:
                intent = await self._begun(firing)
            except (Unavailable, BookingConflict):
                self._refusals.wait_on(order)
                return
            except Refusal as refusal:
                await self._refusals.refused(firing, refusal)
                return
        if intent is None:
            return
        self._watch.disarm(order)
        try:
            await self._orders.carry_out((order.user_id, intent.number))
        except Unavailable:
            return  # the recovery takes it up

    async def _begun(self, firing: Firing) -> LiveIntent | None:
        """Place an order's intent; None where something else had to be done."""
        order, seen = firing.order, firing.seen
        desk = await self._books.desk(order.user_id, Mode.LIVE, "")
        request = request_of(firing, desk.user)
        if is_kept(order.placed):
            await self._arm_again(order, request)
            return None
        if order.placed.action is RestingAction.PROTECT:
            await self._break_evens.protect(order, request, desk)
            await self._watch.sync(order.user_id)
            return None
        asked = question(order, seen, self._clock.now(), self._rules, self._board.sol_usd())
        if asked is not None:
            await self._ask(order, seen, request, asked)
            return None
        for _ in range(_TRIES):
            try:
                return await self.submit(request, firing)
            except BookingConflict:
                continue
        raise BookingConflict("an order met another booking every time")

    async def _arm_again(self, order: Resting, request: Request) -> None:
        """Let a kept order's level count again, since the price has come back."""
        change = RestingChange(
            user_id=order.user_id,
            mode=order.mode,
            season=order.season,
            is_forced=True,
            guard=(order,),
            change=(Changed(order=order, to=returned(order.placed)),),
        )
        await self._book.apply(request, change, ())
        await self._watch.sync(order.user_id)

    async def _ask(self, order: Resting, seen: Seen, request: Request, asked: Question) -> None:
        token = self._board.tokens[order.placed.token_id]
        firing = {**spell_seen(seen), **asked.spelt()}
        change = RestingChange(
            user_id=order.user_id,
            mode=order.mode,
            season=order.season,
            is_forced=True,
            guard=(order,),
            ask=(Asked(order=order, firing=firing),),
        )
        await self._book.apply(request, change, self._notices.asked(order, token, asked))
        await self._watch.sync(order.user_id)


def _position(order: Resting, desk: Desk) -> Position | None:
    number = order.placed.position_number
    return next((one for one in desk.positions if one.number == number), None)
