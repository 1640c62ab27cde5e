"""Emergency stops: pull them, hold entries back, close what is open, and lift them again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Protocol

from bot.domain.errors import Refusal, Unavailable
from bot.domain.live_orders import LiveSide, LiveWish
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.risk import StopRule, TradingStop
from bot.domain.users import Mode, Permission, User
from bot.engine.risk_limits import check_not_stopped
from bot.ports.books import Books
from bot.ports.clock import Clock
from bot.ports.stops import StopBook, StoppedLive, StoppedPosition
from bot.services.price_board import PriceBoard
from bot.services.stop_notices import Place, StopAnswer, StopLine, StopNotices
from bot.services.trading import Trading

_AT_ONCE = 100
_BY_HAND, _BY_ADMIN = (StopRule.HAND,), (StopRule.ADMIN,)
_LONGEST_REASON = 120


class LiveSales(Protocol):
    """What sells live positions: `bot.services.live_orders.LiveOrders`."""

    async def place(self, request: Request, wish: LiveWish) -> object:
        """Place a live order. Needs no permission here: the stop did."""


class Stops:
    """The stops that stand, by scope; PostgreSQL is the truth, so they survive a restart.

    A stop holds back entries only. One that closes goes on closing until nothing is left, also
    after the process was killed.
    """

    def __init__(
        self, *, book: StopBook, board: PriceBoard, books: Books, clock: Clock, notices: StopNotices
    ) -> None:
        self._book = book
        self._board = board
        self._books = books
        self._clock = clock
        self._notices = notices
        self._standing: dict[int, TradingStop] = {}
        self._told: dict[int, int] = {}
        self._live: LiveSales | None = None
        self._slippage_bps = 0

    def take_live(self, live: LiveSales, slippage_bps: int) -> None:
        """Name who sells live positions, and with what slippage, the widest that is allowed.

        At wiring. Without, a stop closes those on paper only.
        """
        self._live, self._slippage_bps = live, slippage_bps

    async def load(self) -> None:
        """Take up the stops that stand. Needs no permission: asked at the start, and again."""
        self._standing = {stop.stop_id: stop for stop in await self._book.standing()}

    def of(self, user_id: int, token_id: int) -> TradingStop | None:
        """Give the stop that holds back a person's entry into a token, everybody's first."""
        if not self._standing:
            return None
        holding = (stop for stop in self._standing.values() if stop.holds(user_id, token_id))
        return min(holding, key=_widest_first, default=None)

    def concerning(self, user_id: int) -> list[TradingStop]:
        """Give the stops that concern a person: their own, and everybody's."""
        return [stop for stop in self._standing.values() if stop.user_id in {0, user_id}]

    def standing(self) -> list[StopLine]:
        """Give the stops of everybody, for the status page: none of one person."""
        return [self._line(stop) for stop in self._standing.values() if not stop.user_id]

    async def question(
        self, user: User, token_id: int | None = None, *, is_own: bool = True, person: int = 0
    ) -> StopLine:
        """Give what a stop would concern, before it is pulled; raises `Refusal` (`unknown_user`).

        It is one's own, or, for admins, one person's, or everybody's.
        """
        user.require(Permission.TRADE_PAPER if is_own else Permission.OPERATE)
        asked = self._asked(user, token_id, is_own=is_own)
        if person:
            asked = await self._of_person(asked, person)
        return await self._counted(asked)

    async def pull_own(
        self, request: Request, *, closes: bool, place: Place | None, answer: StopAnswer
    ) -> None:
        """Pause the asking person's entries, and with `closes` close all they have open."""
        request.user.require(Permission.TRADE_PAPER)
        asked = self._asked(request.user, None, is_own=True)
        await self._pull(request, replace(asked, closes=closes), place, answer)

    async def pull(
        self,
        request: Request,
        token_id: int | None,
        *,
        closes: bool,
        reason: str,
        place: Place | None,
        answer: StopAnswer,
        person: int = 0,
    ) -> None:
        """Pause everybody's entries, in one token or in all, or one person's; admins only.

        A person is told, and cannot lift it. Raises `Refusal` (`unknown_user`).
        """
        request.user.require(Permission.OPERATE)
        asked = self._asked(request.user, token_id, is_own=False)
        if person:
            asked = await self._of_person(asked, person)
        asked = replace(asked, closes=closes, reason=reason[:_LONGEST_REASON])
        await self._pull(request, asked, place, answer)

    async def lift_own(self, request: Request, answer: StopAnswer) -> None:
        """Let the asking person's entries through again.

        Raises `Refusal`: `not_stopped`, or `halted_person` where only an admin's stop stands.
        """
        request.user.require(Permission.TRADE_PAPER)
        asked = self._asked(request.user, None, is_own=True)
        if not self._standing_as(asked, _BY_HAND):
            for stop in self._standing_as(asked, _BY_ADMIN):
                check_not_stopped(stop, "")
        await self._lift(request, asked, "", _BY_HAND, answer)

    async def lift(
        self,
        request: Request,
        token_id: int | None,
        reason: str,
        answer: StopAnswer,
        *,
        person: int = 0,
    ) -> None:
        """Let everybody's entries through again, in one token or in all, or one person's.

        It is for admins only; what a person has stopped themselves stays with them.

        What a rule of the market has stopped is lifted too, and stays so until the rule finds
        a new cause.
        """
        request.user.require(Permission.OPERATE)
        asked = self._asked(request.user, token_id, is_own=False)
        if person:
            asked = await self._of_person(asked, person)
        rules = _BY_ADMIN if person else tuple(StopRule)
        await self._lift(request, asked, reason[:_LONGEST_REASON], rules, answer)

    def tokens_of(self, rule: StopRule) -> set[int]:
        """Give the tokens into which a rule of the market holds back entries."""
        standing = self._standing.values()
        return {stop.token_id for stop in standing if stop.rule is rule and stop.token_id}

    async def trip(self, rule: StopRule, reason: str, token_id: int | None = None) -> None:
        """Pause all entries, or those into one token, because the market says so.

        It is asked by the clock. Admins are told, and whoever holds what it concerns.
        """
        if self._of_market(rule, token_id):
            return
        asked = replace(self._market(rule), reason=reason, token_id=token_id)
        line = self._line(asked)
        pulled = await self._book.pull(
            None,
            asked,
            self._notices.tripped(line),
            holders=lambda user_id: self._notices.market_stopped(user_id, line),
        )
        self._standing[pulled.stop_id] = pulled

    async def settle(self, rule: StopRule, reason: str, token_id: int | None = None) -> None:
        """Lift what a rule of the market has stopped; asked by the clock."""
        for stop in self._of_market(rule, token_id):
            line = self._line(stop)
            await self._book.lift(
                None,
                stop,
                rules=(rule,),
                by=0,
                reason=reason,
                at=self._clock.now(),
                notices=self._notices.resumed(line),
                holders=partial(self._freed, line),
            )
            self._standing.pop(stop.stop_id, None)

    def _of_market(self, rule: StopRule, token_id: int | None) -> list[TradingStop]:
        return [
            stop
            for stop in self._standing.values()
            if stop.rule is rule and stop.token_id == token_id
        ]

    def _freed(self, line: StopLine, user_id: int) -> Sequence[Notice]:
        return self._notices.market_freed(user_id, line)

    async def close_what_is_stopped(self, trading: Trading) -> None:
        """Close what is open under the stops that close; asked by the clock.

        What cannot be closed now is tried again at the next call.
        """
        for stop in list(self._standing.values()):
            if stop.closes and stop.closed_at is None:
                await self._close_all(stop, trading)

    async def _close_all(self, stop: TradingStop, trading: Trading) -> None:
        open_at_first = await self._count_open(stop)
        planned = max(stop.planned, open_at_first)
        after: StoppedPosition | None = None
        while batch := await self._book.to_close(stop, after, _AT_ONCE):
            for position in batch:
                await self._close(stop, position, trading)
            after = batch[-1]
        if self._live is not None:
            for held in await self._book.live_to_close(stop, _AT_ONCE):
                await self._sell(stop, held, self._live)
        left = await self._count_open(stop)
        if left == self._told.get(stop.stop_id):
            return
        known = replace(stop, planned=planned, closed_at=None if left else self._clock.now())
        await self._book.note_progress(
            stop,
            planned=planned,
            at=known.closed_at,
            notices=self._notices.progress(self._line(known), left),
        )
        self._told[stop.stop_id] = left
        if stop.stop_id in self._standing:
            self._standing[stop.stop_id] = known

    async def _close(self, stop: TradingStop, position: StoppedPosition, trading: Trading) -> None:
        try:
            desk = await self._books.desk(position.user_id, Mode.PAPER, "")
            name = f"job:emergency:{stop.stop_id}:{position.season}:{position.number}"
            request = Request(user=desk.user, request_id=name, received_at=self._clock.now())
            await trading.close_in_emergency(
                request,
                position.token_id,
                position.number,
                lambda filled: self._notices.closed(position.user_id, filled),
            )
        except (Refusal, Unavailable):
            # Too thin, or the chain is away: the next round tries again.
            return

    async def _sell(self, stop: TradingStop, held: StoppedLive, live: LiveSales) -> None:
        """Place the sale of a live position, one for each try; its end is the live job's."""
        place = f"{held.wallet_number}:{held.number}:{held.tries}"
        try:
            desk = await self._books.desk(held.user_id, Mode.LIVE, "")
            request = Request(
                user=desk.user,
                request_id=f"job:emergency:{stop.stop_id}:{place}",
                received_at=self._clock.now(),
            )
            wish = LiveWish(
                wallet_number=held.wallet_number,
                token_id=held.token_id,
                side=LiveSide.SELL,
                amount_in=held.units,
                slippage_bps=self._slippage_bps,
                position_number=held.number,
                is_forced=True,
            )
            await live.place(request, wish)
        except (Refusal, Unavailable):
            return  # the next round tries again

    async def _counted(self, stop: TradingStop) -> StopLine:
        on_paper, all_open = await self._book.count_open(stop), await self._count_open(stop)
        return replace(self._line(stop), positions=all_open, live=all_open - on_paper)

    async def _count_open(self, stop: TradingStop) -> int:
        return await self._book.count_open(stop, with_live=self._live is not None)

    async def _pull(
        self, request: Request, asked: TradingStop, place: Place | None, answer: StopAnswer
    ) -> None:
        if place is not None:
            asked = replace(asked, chat_id=place[0], message_id=place[1])
        line = await self._counted(asked)
        news = self._notices.halted(line) if asked.rule is StopRule.ADMIN else ()
        pulled = await self._book.pull(request, asked, [*answer(line), *news])
        self._standing[pulled.stop_id] = pulled
        self._told.pop(pulled.stop_id, None)

    async def _lift(
        self,
        request: Request,
        asked: TradingStop,
        reason: str,
        rules: Sequence[StopRule],
        answer: StopAnswer,
    ) -> None:
        standing = self._standing_as(asked, rules)
        if not standing:
            raise Refusal("not_stopped", symbol=self._symbol(asked.token_id))
        line = self._line(standing[0])
        news = self._notices.released(line) if asked.rule is StopRule.ADMIN else ()
        await self._book.lift(
            request,
            asked,
            rules=rules,
            by=request.user.user_id,
            reason=reason,
            at=self._clock.now(),
            notices=[*answer(line), *news],
        )
        for stop in standing:
            self._standing.pop(stop.stop_id, None)

    def _standing_as(self, asked: TradingStop, rules: Sequence[StopRule]) -> list[TradingStop]:
        scope = (asked.user_id, asked.token_id)
        return [
            stop
            for stop in self._standing.values()
            if (stop.user_id, stop.token_id) == scope and stop.rule in rules
        ]

    async def _of_person(self, asked: TradingStop, user_id: int) -> TradingStop:
        if not await self._book.knows(user_id):
            raise Refusal("unknown_user", text=str(user_id))
        return replace(asked, user_id=user_id, token_id=None, rule=StopRule.ADMIN)

    def _asked(self, user: User, token_id: int | None, *, is_own: bool) -> TradingStop:
        stop = self._market(StopRule.HAND, self._clock.now())
        return replace(
            stop,
            user_id=user.user_id if is_own else 0,
            token_id=token_id,
            actor_id=user.user_id,
        )

    def _market(self, rule: StopRule, at: datetime | None = None) -> TradingStop:
        return TradingStop(
            stop_id=0,
            user_id=0,
            token_id=None,
            rule=rule,
            actor_id=0,
            reason="",
            closes=False,
            began_at=at or self._clock.now(),
        )

    def _line(self, stop: TradingStop) -> StopLine:
        token = None if stop.token_id is None else self._board.tokens.get(stop.token_id)
        return StopLine(stop=stop, token=token)

    def _symbol(self, token_id: int | None) -> str | None:
        token = None if token_id is None else self._board.tokens.get(token_id)
        return None if token is None else token.symbol


def _widest_first(stop: TradingStop) -> tuple[bool, bool, bool, int]:
    is_own = stop.user_id != 0 and stop.rule is StopRule.HAND
    return (stop.user_id != 0, stop.token_id is not None, is_own, stop.stop_id)
