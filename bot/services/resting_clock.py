"""The clock's side of resting orders: levels that were reached, moments that came, time run out."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.errors import Refusal, Unavailable
from bot.domain.refusal_spelling import read_refusal
from bot.domain.requests import Request
from bot.domain.resting import Resting, RestingKind, RestingState
from bot.domain.triggers import Crossing, Trigger
from bot.domain.users import Mode
from bot.engine.resting_fills import Seen
from bot.ports.books import Books, Settlement
from bot.ports.clock import Clock
from bot.ports.resting import Finish, Noted, RestingBook, RestingChange
from bot.services.price_board import PriceBoard
from bot.services.resting_fills import RestingFills
from bot.services.resting_refusals import Firing
from bot.services.resting_views import RestingNotices
from bot.services.resting_watch import RestingWatch

_AT_ONCE = 500
# Reading thousands at once would hold everybody else up.
_NOTED_AT_ONCE = 100
_WARN_AHEAD = timedelta(days=1)
LANDING_SECONDS = 1.2  # about three slots


class LiveCarrier(Protocol):
    """Carries out what waited for live trading."""

    async def carry_out(self, firings: Sequence[Firing]) -> None:
        """Bring orders of one token to their end, or leave them for the next try.

        Needs no permission: the clock asks.
        """

    @property
    def still_seconds(self) -> float:
        """How long prices have to be away until what they jumped is no news of now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A firing, and from when on the monotonic clock its pool is read."""

    at: float
    firing: Firing


class RestingClock:
    """Fires resting orders; implements `bot.ports.triggers.TriggerOwner`.

    What was seen to have come is noted in the database at once and filled after the modelled
    landing delay, beside the ticks: a tick never waits for it. What dies between is taken up again.
    """

    def __init__(
        self,
        *,
        book: RestingBook,
        books: Books,
        board: PriceBoard,
        watch: RestingWatch,
        fills: RestingFills,
        clock: Clock,
        notices: RestingNotices,
        landing_seconds: Callable[[], float] = lambda: LANDING_SECONDS,
    ) -> None:
        self._book = book
        self._books = books
        self._board = board
        self._watch = watch
        self._fills = fills
        self._clock = clock
        self._notices = notices
        self._landing_seconds = landing_seconds
        self._began_at = clock.now()
        self._first_read_at: dict[int, datetime] = {}
        self._read_at: dict[int, datetime] = {}
        self._resumed_at: dict[int, datetime] = {}
        self._live: LiveCarrier | None = None
        self._ready: list[_Ready] = []
        self._in_hand: set[int] = set()
        self._news = asyncio.Event()

    def take_live(self, live: LiveCarrier) -> None:
        """Name who carries out live orders; at wiring. Without, they wait untouched."""
        self._live = live
        self._watch.modes.add(Mode.LIVE)

    async def armed(self) -> AsyncIterator[Sequence[Trigger]]:
        """Give every level that is armed; asked by the clock, once, at the start."""
        async for orders in self._book.working():
            taken = [
                self._watch.take_up(order) for order in orders if order.mode in self._watch.modes
            ]
            yield [trigger for trigger in taken if trigger is not None]

    async def fire(self, crossings: Sequence[Crossing]) -> None:
        """Note what was reached, and fill it after the landing delay; asked by the clock."""
        for start in range(0, len(crossings), _NOTED_AT_ONCE):
            await self._note(crossings[start : start + _NOTED_AT_ONCE])

    async def _note(self, crossings: Sequence[Crossing]) -> None:
        seen = [(each.trigger.number, each.trigger.generation, each.seen_at) for each in crossings]
        orders = {order.order_id: order for order in await self._book.triggered(seen)}
        for crossing in crossings:
            order = orders.get(crossing.trigger.number)
            if order is not None:
                self._take(self._at_level(order, crossing), self._seen(order, crossing))

    async def follow(self, fresh: Collection[int]) -> None:
        """Move trailing stops, and try again what has not filled yet; asked by the clock."""
        now = self._clock.now()
        for token_id in fresh:
            self._first_read_at.setdefault(token_id, now)
            self._note_read(token_id, now)
        await self._watch.follow(fresh)
        again = [
            order
            for order in self._watch.pending.values()
            if order.placed.token_id in fresh and order.order_id not in self._in_hand
        ]
        await self._try_again(again)

    async def run_due(self) -> None:
        """Fire what waited for a moment that has come; asked by the clock."""
        due = await self._book.due(self._clock.now(), _AT_ONCE)
        await self._try_again(
            [
                order
                for order in due
                if order.mode in self._watch.modes
                and order.order_id not in self._in_hand
                and order.order_id not in self._watch.pending
            ]
        )
        await self._watch.sync_changed()

    async def expire(self) -> None:
        """End what has waited long enough, and warn of stops that soon will; asked by the clock."""
        now = self._clock.now()
        for order in await self._book.expiring(now, _AT_ONCE):
            if order.order_id not in self._in_hand:
                await self._expire(order)
        if self._live is not None:
            await self._book.forget_proposed()
        for order in await self._book.warnable(now + _WARN_AHEAD, _AT_ONCE):
            await self._warn(order)

    def note_booked(self, settlement: Settlement) -> None:
        """Hear of anybody's fill: exits that it ended are disarmed, those that it placed armed."""
        self._watch.note_booked(settlement)
        if self._watch.has_news:
            self._news.set()

    async def hear(self, user_ids: Collection[int]) -> None:
        """Follow some people's orders as they are now.

        Needs no permission: another process changed them. Raises `Unavailable`; what was not read
        then is read with the next that is due.
        """
        for user_id in user_ids:
            self._watch.note(user_id)
        await self._watch.sync_changed()

    def note_season(self, user_id: int) -> None:
        """Hear that a user's season ended, and with it all orders that waited."""
        self._watch.note(user_id)
        self._news.set()

    def tokens(self) -> set[int]:
        """Give the tokens whose orders wait for another try."""
        return self._watch.tokens()

    async def ready(self) -> list[list[Firing]]:
        """Wait for what is to be filled now, and give it by token; asked by the clock."""
        while not self._ready:
            await self._news.wait()
            self._news.clear()
            with suppress(Unavailable):  # then it is done with the next that is due
                await self._watch.sync_changed()
        wait = min(one.at for one in self._ready) - self._clock.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        now = self._clock.monotonic()
        due = [one.firing for one in self._ready if one.at <= now]
        self._ready = [one for one in self._ready if one.at > now]
        together: dict[tuple[int, Mode], list[Firing]] = {}
        for firing in due:
            one = (firing.order.placed.token_id, firing.order.mode)
            together.setdefault(one, []).append(firing)
        return list(together.values())

    async def carry_out(self, firings: Sequence[Firing]) -> None:
        """Fill orders of one token on one fresh reading of its pool; asked by the clock."""
        is_live = firings[0].order.mode is Mode.LIVE
        carrier = self._live if is_live and self._live is not None else self._fills
        try:
            await carrier.carry_out(firings)
        except BaseException:
            # Whatever went wrong, none of them may be forgotten: what did fill cannot fill again.
            for firing in firings:
                self._fills.wait_on(firing.order)
            raise
        finally:
            self._in_hand.difference_update(firing.order.order_id for firing in firings)
        await self._watch.sync_changed()

    async def _try_again(self, orders: Sequence[Resting]) -> None:
        if not orders:
            return
        now = self._clock.now()
        seen = [(order.order_id, order.generation, order.triggered_at or now) for order in orders]
        current = {order.order_id: order for order in await self._book.triggered(seen)}
        for order in orders:
            known = current.get(order.order_id)
            if known is None:
                # It is over, or it began anew meanwhile: its owner's orders are read again.
                self._watch.disarm(order)
                self._watch.note(order.user_id)
                self._news.set()
            else:
                self._take(known, self._seen_again(known, now))

    def _take(self, order: Resting, seen: Seen | None) -> None:
        if seen is None or order.order_id in self._in_hand:
            self._fills.wait_on(order)
            return
        self._in_hand.add(order.order_id)
        # What is live takes its own time to land.
        delay = 0.0 if order.mode is Mode.LIVE else self._landing_seconds()
        at = self._clock.monotonic() + delay
        self._ready.append(_Ready(at=at, firing=Firing(order=order, seen=seen)))
        self._news.set()

    def _at_level(self, order: Resting, crossing: Crossing) -> Resting:
        """Give the order with the level that was reached: a trail's may not be written yet."""
        if order.placed.kind is not RestingKind.TRAILING:
            return order
        wait = replace(order.placed.wait, level=crossing.trigger.level)
        return replace(order, placed=replace(order.placed, wait=wait))

    def _seen(self, order: Resting, crossing: Crossing) -> Seen | None:
        priced = self._board.priced(order.placed.token_id)
        if priced is None:
            return None
        first = self._first_read_at.get(order.placed.token_id)
        is_first = first is not None and crossing.seen_at <= first
        return Seen(
            price=priced.best.price,
            source_at=crossing.source_at,
            seen_at=crossing.seen_at,
            triggered_at=order.triggered_at or crossing.seen_at,
            is_while_away=(is_first and order.created_at < self._began_at)
            or self._was_still(order, crossing.seen_at),
        )

    def _note_read(self, token_id: int, now: datetime) -> None:
        """Keep when a token's price was read again after it had stood still."""
        last, self._read_at[token_id] = self._read_at.get(token_id), now
        still = self._live.still_seconds if self._live is not None else 0.0
        if last is not None and still and (now - last).total_seconds() > still:
            self._resumed_at[token_id] = now

    def _was_still(self, order: Resting, seen_at: datetime) -> bool:
        """Tell whether a live order's level was reached while nobody read, or before the start."""
        if order.mode is not Mode.LIVE:
            return False
        resumed_at = self._resumed_at.get(order.placed.token_id)
        if resumed_at is not None and order.created_at < resumed_at and seen_at <= resumed_at:
            return True
        return order.triggered_at is not None and order.triggered_at < self._began_at

    def _seen_again(self, order: Resting, now: datetime) -> Seen | None:
        priced = self._board.priced(order.placed.token_id)
        if priced is None:
            return None
        due_at = order.placed.wait.due_at
        return Seen(
            price=priced.best.price,
            source_at=None,
            seen_at=now,
            triggered_at=order.triggered_at or now,
            is_while_away=(due_at is not None and due_at < self._began_at)
            or self._was_still(order, order.triggered_at or now),
        )

    async def _expire(self, order: Resting) -> None:
        token = self._board.tokens[order.placed.token_id]
        code = order.last_refusal
        if order.triggered_at is not None and code:
            refusal = read_refusal(order.refused)
            notices = self._notices.rejected(order.user_id, order, token, refusal)
            end = Finish(order=order, state=RestingState.REJECTED, reason=code)
        else:
            notices = self._notices.expired(order.user_id, order, token)
            end = Finish(order=order, state=RestingState.EXPIRED, reason="expired")
        change = RestingChange(
            user_id=order.user_id,
            mode=order.mode,
            season=order.season,
            is_forced=True,
            guard=(order,),
            finish=(end,),
        )
        try:
            await self._book.apply(await self._request(order, "expire"), change, notices)
        except Refusal:
            return  # filled or cancelled at this moment
        self._watch.disarm(order)

    async def _warn(self, order: Resting) -> None:
        token = self._board.tokens[order.placed.token_id]
        change = RestingChange(
            user_id=order.user_id,
            mode=order.mode,
            season=order.season,
            is_forced=True,
            guard=(order,),
            note=(Noted(order=order, is_warned=True),),
        )
        notices = self._notices.expires_soon(order.user_id, order, token)
        try:
            await self._book.apply(await self._request(order, "warn"), change, notices)
        except Refusal:
            return

    async def _request(self, order: Resting, what: str) -> Request:
        desk = await self._books.desk(order.user_id, order.mode, "")
        return Request(
            user=desk.user,
            request_id=f"job:{what}:{order.order_id}:{order.generation}",
            received_at=self._clock.now(),
        )
