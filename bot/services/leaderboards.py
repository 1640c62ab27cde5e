"""A group's leaderboard: of those who opted in there, in percent of their season's grant."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.performance import Drawdown, change, median
from bot.domain.users import Mode, Permission, User
from bot.ports.books import Books
from bot.ports.performance import PerformanceBook
from bot.ports.reports import LeaderboardBook, Member
from bot.services.valuation import Valuation
from bot.services.views import Portfolio

MOST_MEMBERS = 200
_AT_ONCE = 16
_NO_REQUEST = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one member's present season goes; fractions of the grant, and of the highest worth."""

    user_id: int
    first_name: str
    season: int
    growth: Decimal
    drawdown: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaderboard:
    """A group's members, the best first; `idle` of them have not traded in their season.

    The medians are over all that traded, so that one lucky season says nothing of the group.
    `unpriced` are those whose positions cannot be valued now.
    """

    mode: Mode
    standings: tuple[Standing, ...]
    idle: int
    unpriced: int
    median_growth: Decimal | None
    median_drawdown: Decimal | None


class Leaderboards:
    """The use cases around a group's leaderboard."""

    def __init__(
        self,
        *,
        book: LeaderboardBook,
        books: Books,
        performance: PerformanceBook,
        valuation: Valuation,
    ) -> None:
        self._book = book
        self._books = books
        self._performance = performance
        self._valuation = valuation

    async def join(self, user: User, chat_id: int) -> None:
        """Let a group see how a person's seasons go; raises `Refusal` (`leaderboard_full`)."""
        user.require(Permission.VIEW_OWN)
        if not await self._book.join(user.user_id, chat_id, MOST_MEMBERS):
            raise Refusal("leaderboard_full", limit=MOST_MEMBERS)

    async def leave(self, user: User, chat_id: int) -> bool:
        """Show a person to a group no more; tells whether they were on its board."""
        user.require(Permission.VIEW_OWN)
        return await self._book.leave(user.user_id, chat_id)

    async def gone(self, user_id: int, chat_id: int) -> None:
        """Take off somebody who left the group.

        Needs no permission: it only ever shows less.
        """
        await self._book.leave(user_id, chat_id)

    async def board(self, user: User, chat_id: int) -> Leaderboard:
        """Give a group's board at what everybody's positions would fetch now."""
        user.require(Permission.VIEW_MARKET)
        members = await self._book.members(chat_id)
        held = await self._portfolios(members)
        falls = await self._performance.drawdowns(list(held), Mode.PAPER)
        names = {one.user_id: one.first_name for one in members}
        standings = [
            _standing(names[one], portfolio, *falls[one])
            for one, portfolio in held.items()
            if portfolio.wallet.version and one in falls
        ]
        return Leaderboard(
            mode=Mode.PAPER,
            standings=tuple(sorted(standings, key=lambda one: -one.growth)),
            idle=len(held) - len(standings),
            unpriced=len(members) - len(held),
            median_growth=median([one.growth for one in standings]),
            median_drawdown=median([one.drawdown for one in standings]),
        )

    async def _portfolios(self, members: list[Member]) -> dict[int, Portfolio]:
        found: dict[int, Portfolio] = {}
        for first in range(0, len(members), _AT_ONCE):
            some = members[first : first + _AT_ONCE]
            valued = await asyncio.gather(*(self._portfolio(one.user_id) for one in some))
            found |= {one.user.user_id: one for one in valued if one is not None}
        return found

    async def _portfolio(self, user_id: int) -> Portfolio | None:
        desk = await self._books.desk(user_id, Mode.PAPER, _NO_REQUEST)
        return await self._valuation.known(desk)


def _standing(name: str, held: Portfolio, fallen: Drawdown, highest: int) -> Standing:
    grant, worth = held.wallet.grant_lamports, held.equity_lamports
    # The points know nothing of the minutes since the last of them.
    falling = Decimal(highest - worth) / highest if highest else Decimal(0)
    return Standing(
        user_id=held.user.user_id,
        first_name=name,
        season=held.wallet.season,
        growth=change(grant, worth) or Decimal(0),
        drawdown=max(fallen.fraction, falling),
    )
