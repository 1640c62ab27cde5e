"""Tokens called in groups: who was first, how each did since, and news of the good ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from bot.domain.groups import Call, GroupSettings
from bot.domain.instruments import Token
from bot.domain.notices import Notice
from bot.domain.users import Permission, User
from bot.ports.clock import Clock
from bot.ports.groups import GroupBook
from bot.services.groups import Groups
from bot.services.price_board import PriceBoard

_COOLDOWN_SECONDS = 60.0
_MOST_CALLS, _MOST_SHOWN_LATELY = 200, 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLine:
    """A call with its token and the price now, None where it is not known."""

    call: Call
    token: Token
    price: Decimal | None

    @property
    def best(self) -> Decimal:
        """Give the highest multiple so far: the price now may be above every whole candle."""
        prices = [self.call.best, *([self.price] if self.price is not None else [])]
        return self.call.multiple(max(prices))


class CallNews(Protocol):
    """What a group is told, in the words of its door."""

    def reached(self, line: CallLine, times: int, here: GroupSettings) -> Sequence[Notice]:
        """Tell that a token is worth so many times what it was when it was called."""


class GroupCalls:
    """The calls of each group."""

    def __init__(
        self,
        *,
        book: GroupBook,
        groups: Groups,
        board: PriceBoard,
        clock: Clock,
        news: CallNews,
    ) -> None:
        self._book = book
        self._groups = groups
        self._board = board
        self._clock = clock
        self._news = news
        self._shown: dict[tuple[int, int], float] = {}

    def is_fresh(self, chat_id: int, token_id: int) -> bool:
        """Tell whether a token's card was not shown here a moment ago; it counts as shown now."""
        now = self._clock.monotonic()
        if len(self._shown) > _MOST_SHOWN_LATELY:
            self._shown.clear()
        last = self._shown.get((chat_id, token_id))
        if last is not None and now - last < _COOLDOWN_SECONDS:
            return False
        self._shown[chat_id, token_id] = now
        return True

    async def call(self, user: User, chat_id: int, token_id: int, price: Decimal) -> CallLine:
        """Give who named a token first here; that is this person where nobody did before."""
        user.require(Permission.VIEW_MARKET)
        here = self._groups.of(chat_id).chat_id
        at = self._clock.now()
        return self._line(await self._book.call(here, token_id, user.user_id, price, at))

    async def board(self, user: User, chat_id: int) -> list[CallLine]:
        """Give a group's calls, the best first."""
        user.require(Permission.VIEW_MARKET)
        calls = await self._book.calls(self._groups.of(chat_id).chat_id, _MOST_CALLS)
        lines = [self._line(call) for call in calls if call.token_id in self._board.tokens]
        return sorted(lines, key=lambda line: -line.best)

    async def follow(self) -> None:
        """Tell groups what became of their calls; asked by the clock."""
        wanted = self._groups.with_alerts()
        if not wanted:
            return
        for call in await self._book.followed_calls(wanted):
            if call.token_id not in self._board.tokens:
                continue
            line = self._line(call)
            times = None if line.price is None else call.news(line.price)
            here = self._groups.of(call.chat_id)
            if times is not None:
                await self._book.told(call, times, self._news.reached(line, times, here))

    def _line(self, call: Call) -> CallLine:
        seen = self._board.columns.glimpse(call.token_id)
        token = self._board.tokens[call.token_id]
        return CallLine(call=call, token=token, price=None if seen is None else seen.price)
