"""Live orders from the wish to the booked fill; recovery after a crash takes the same way."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace

import structlog

from bot.domain.errors import Refusal, Unavailable
from bot.domain.instruments import Token
from bot.domain.live_orders import (
    AttemptState,
    IntentState,
    LiveAttempt,
    LiveIntent,
    LiveWish,
    may_begin,
)
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Permission, User
from bot.ports.live_orders import LiveClaim, Place
from bot.services.live_attempts import LiveAttempts
from bot.services.live_deciding import CheckEntry, LiveDeciding, needed_for
from bot.services.live_means import LiveMeans, PurchaseGate, Twin
from bot.services.live_tracking import LiveTracking

_SIDE_BY_SIDE = 8
FUNDS_LEFT = "live_funds_left"
_log = structlog.get_logger(__name__)


class LiveOrders:
    """Places live orders and brings them to their end.

    Purchases pass the gate, where there is one; sales never have to. Neither it nor what checks
    entries can be left out by forgetting it.
    """

    def __init__(
        self,
        means: LiveMeans,
        *,
        twin: Twin,
        check_entry: CheckEntry,
        gate: PurchaseGate | None,
        attempts: LiveAttempts | None = None,
        tracking: LiveTracking | None = None,
    ) -> None:
        self._means = means
        self._gate = gate
        self._check_entry = check_entry
        self.deciding = LiveDeciding(means, twin=twin, check_entry=self._admitted)
        self._attempts = attempts or LiveAttempts(means)
        self._tracking = tracking or LiveTracking(means)
        self._in_hand: set[Place] = set()
        self._placed: asyncio.Queue[Place] = asyncio.Queue()

    async def place(
        self,
        request: Request,
        wish: LiveWish,
        notices: Sequence[Notice] = (),
        *,
        message_id: int | None = None,
        claim: LiveClaim | None = None,
    ) -> LiveIntent:
        """Decide a live order: its intent is kept and its funds are held, or nothing has changed.

        The same request gives the same intent again. `notices`, the end of the request's update
        and the `claim` of an order that waited are committed with it; `message_id` is the message
        of the private chat that shows from now on how it goes. Nothing is signed yet: that is
        `carry_out`, which the job of `next_placed` asks for. Raises `Refusal` or `Unavailable`,
        with a claim `BookingConflict` too.
        """
        request.user.require(needed_for(wish))
        if known := await self._known(request, wish):
            return known
        decision = await self.deciding.decide(request, wish)
        intent = replace(decision.intent, message_id=message_id)
        caps = None if self._gate is None else self._gate.caps
        try:
            number = await self._means.book.place(
                request, intent, intent.twin, notices, claim, caps=caps
            )
        except Refusal as refusal:
            if refusal.code == "already_done" and (known := await self._known(request, wish)):
                return known
            raise
        self._placed.put_nowait((intent.user_id, number))
        return replace(intent, number=number)

    async def of_request(self, request: Request) -> LiveIntent | None:
        """Give the order that this very request placed before, if it did."""
        request.user.require(Permission.VIEW_OWN)
        return await self._means.book.find(request.user.user_id, request.request_id)

    async def recent(self, user: User, limit: int = 8) -> Sequence[tuple[LiveIntent, Token]]:
        """Give a person's newest orders whose token is tracked, the newest first."""
        user.require(Permission.VIEW_OWN)
        return self._with_tokens(await self._means.book.recent(user.user_id, limit))

    async def under_way(self, user: User) -> Sequence[tuple[LiveIntent, Token]]:
        """Give a person's orders that are not at their end."""
        user.require(Permission.VIEW_OWN)
        return [one for one in await self.recent(user) if one[0].state is IntentState.HELD]

    async def one(self, user: User, number: int) -> tuple[LiveIntent, Token]:
        """Give one of a person's orders; raises `Refusal` (`unknown_live_order`)."""
        user.require(Permission.VIEW_OWN)
        found = self._with_tokens(await self._means.book.recent(user.user_id, 1, number))
        if not found:
            raise Refusal("unknown_live_order", number=number)
        return found[0]

    def _with_tokens(self, intents: Sequence[LiveIntent]) -> list[tuple[LiveIntent, Token]]:
        tokens = self._means.tokens
        return [(each, tokens[each.token_id]) for each in intents if each.token_id in tokens]

    async def hear(self, user_ids: Collection[int]) -> None:
        """Take up what some people have placed. Needs no permission: another process placed it."""
        for place in await self._means.book.held():
            if place[0] in user_ids and place not in self._in_hand:
                self._placed.put_nowait(place)

    async def next_placed(self) -> Place:
        """Wait for an order that this process has placed, to be carried out at once.

        Needs no permission: the job asks. What a crash loses of these, `recover` takes up.
        """
        return await self._placed.get()

    async def carry_out(self, place: Place, *, patience_seconds: float | None = None) -> LiveIntent:
        """Bring an intent as far as can be proven, for so long as there is patience.

        Needs no permission: it was placed by whoever may. What is not proven by then is left to
        `recover`. Raises `Unavailable` where database, venue or chain does not answer.
        """
        if place in self._in_hand:
            return await self._means.book.read(place)
        self._in_hand.add(place)
        try:
            intent = await self._carried_out(place, patience_seconds)
        finally:
            self._in_hand.discard(place)
        if self._gate is not None and intent.state is IntentState.FILLED:
            with suppress(Unavailable):  # then the clock looks
                await self._gate.check(intent.user_id)
        return intent

    async def recover(self) -> None:
        """Take up every order that is not at its end, and note what has become final.

        Needs no permission: the clock asks, and the start.
        """
        gate = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def one(place: Place) -> None:
            async with gate:
                try:
                    await self.carry_out(place, patience_seconds=0.0)
                except Unavailable as error:
                    _log.warning("live_order_waits", place=place, what=error.what)

        # One order at fault must not keep the others: it is told when all have had their turn.
        held = await self._means.book.held()
        done = await asyncio.gather(*map(one, held), return_exceptions=True)
        for attempt in await self._means.book.confirmed():
            await self._tracking.finish(attempt)
        if faults := [each for each in done if isinstance(each, Exception)]:
            raise ExceptionGroup("live orders", faults)

    async def _carried_out(self, place: Place, patience_seconds: float | None) -> LiveIntent:
        patience = self._means.rules.patience_seconds
        patience = patience if patience_seconds is None else patience_seconds
        ends_at = self._means.clock.monotonic() + patience
        while True:
            intent = await self._means.book.read(place)
            if intent.state is not IntentState.HELD:
                return intent
            attempt, is_first = intent.last, False
            if attempt is None or not attempt.is_unproven:
                attempt, is_first = await self._begun(intent), True
            if attempt is not None:
                attempt = await self._follow(intent, attempt, ends_at, is_first=is_first)
                if attempt.is_unproven:
                    return await self._means.book.read(place)

    async def _begun(self, intent: LiveIntent) -> LiveAttempt | None:
        """Begin an attempt, or end the intent where there can be none."""
        if not may_begin(intent, self._means.clock.now()):
            await self._end(intent, _why_no_more(intent))
            return None
        try:
            return await self._attempts.begin(intent)
        except Refusal as refusal:
            _log.info("live_order_refused", user=intent.user_id, why=str(refusal))
            await self._end(intent, refusal.code)
        return None

    async def _follow(
        self, intent: LiveIntent, attempt: LiveAttempt, ends_at: float, *, is_first: bool
    ) -> LiveAttempt:
        """Send and look until something is proven or patience is over."""
        resend_at = 0.0
        while True:
            now = self._means.clock.monotonic()
            # What a block may hold is not sent again, until that block is gone.
            if now >= resend_at and attempt.state is not AttemptState.LANDED:
                attempt = await self._tracking.send(attempt, is_first=is_first, intent=intent)
                resend_at, is_first = now + self._means.rules.resend_seconds, False
            attempt = await self._tracking.look(intent, attempt)
            if not attempt.is_unproven or self._means.clock.monotonic() >= ends_at:
                return attempt
            await self._means.pause(self._means.rules.look_seconds)

    async def give_up(self, user_id: int) -> bool:
        """End a user's orders that can come to nothing any more; tells whether there were any.

        Needs no permission: what was held for them has left the wallet.
        """
        ended = False
        for place in await self._means.book.held():
            if place[0] == user_id:
                intent = await self._means.book.read(place)
                is_dead = not any(attempt.is_unproven for attempt in intent.attempts)
                ended |= is_dead and await self._end(intent, FUNDS_LEFT)
        return ended

    async def _end(self, intent: LiveIntent, reason: str) -> bool:
        state = IntentState.FAILED if intent.attempts else IntentState.REFUSED
        token = self._means.tokens.get(intent.token_id)
        sequel, now = self._means.sequel, self._means.clock.now()
        ending = await sequel.of_end(intent, reason) if sequel else None
        notices: Sequence[Notice] = ()
        if token and (ending is None or intent.message_id is not None):
            notices = self._means.notices.ended(intent, reason, token)
        if ending is not None:
            notices = (*notices, *ending.notices)
        next_ = None if ending is None else ending.next_
        has_ended = await self._means.book.end(intent, state, reason, now, notices, next_=next_)
        if sequel:
            await sequel.note(intent.user_id)
        return has_ended

    async def _admitted(self, request: Request, wish: LiveWish) -> None:
        """Ask the gate about a purchase; its caps are held again where the order is placed."""
        if self._gate is not None:
            await self._gate.admit(request.user.user_id, wish.amount_in)
        await self._check_entry(request, wish)

    async def _known(self, request: Request, wish: LiveWish) -> LiveIntent | None:
        known = await self._means.book.find(request.user.user_id, request.request_id)
        if known is not None and known.request_hash != wish.hash:
            raise Refusal("request_mismatch")
        return known


def _why_no_more(intent: LiveIntent) -> str:
    if intent.last is not None and intent.last.state is AttemptState.FAILED:
        return "live_failed"
    if intent.last is not None and intent.last.number >= intent.most_attempts:
        return "live_expired"
    return "live_late"
