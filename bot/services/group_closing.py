"""Closes the paper positions of a group's members, all of them, when an admin says so."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.domain.errors import Refusal, Unavailable
from bot.domain.requests import Request
from bot.domain.users import Mode, Permission, User
from bot.ports.books import Books
from bot.ports.groups import GroupBook
from bot.services.groups import Groups
from bot.services.stop_notices import StopNotices
from bot.services.trading import Trading
from bot.services.valuation import Valuation
from bot.services.views import Portfolio

_AT_ONCE = 16
Begun = Callable[[int], Awaitable[None]]
"""Keeps, before the first is closed, how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOpen:
    """What a group's members have open: sums, and nobody's own."""

    members: int
    positions: int
    lamports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupClosed:
    """What became of it; `left` could not be closed now."""

    closed: int
    left: int


class GroupClosing:
    """Members are those who used the bot in the group and are in it now, says Telegram."""

    def __init__(
        self,
        *,
        book: GroupBook,
        groups: Groups,
        books: Books,
        trading: Trading,
        valuation: Valuation,
        notices: StopNotices,
    ) -> None:
        self._book = book
        self._groups = groups
        self._books = books
        self._trading = trading
        self._valuation = valuation
        self._notices = notices

    async def question(self, user: User, chat_id: int) -> GroupOpen:
        """Give what would be closed; raises `Refusal` as `Groups.members`."""
        user.require(Permission.OPERATE)
        held = await self._held(user, chat_id)
        marked = [one for portfolio in held for one in portfolio.positions]
        return GroupOpen(
            members=len(held),
            positions=len(marked),
            lamports=sum(
                one.mark.equity_lamports if one.mark else one.position.cost_lamports
                for one in marked
            ),
        )

    async def close(self, request: Request, chat_id: int, begun: Begun) -> GroupClosed:
        """Close all of it, each position once for this request; each member gets the receipt.

        One that was cut off is taken up by closing again for the same request: what was closed
        before is not there any more. Raises `Refusal` as `Groups.members`.
        """
        request.user.require(Permission.OPERATE)
        held = await self._held(request.user, chat_id)
        asked = [(one, marked) for one in held for marked in one.positions]
        told = {"chat_id": chat_id, "positions": len(asked)}
        await self._book.note(request, "group.closed", told)
        await begun(len(asked))
        closed = 0
        for portfolio, marked in asked:
            closed += await self._is_closed(
                request, portfolio, marked.position.number, marked.token.token_id
            )
        return GroupClosed(closed=closed, left=len(asked) - closed)

    async def _is_closed(
        self, request: Request, held: Portfolio, number: int, token_id: int
    ) -> bool:
        user_id, season = held.user.user_id, held.wallet.season
        named = replace(
            request,
            user=held.user,
            request_id=f"{request.request_id}:{user_id}:{season}:{number}",
            update_id=None,
        )
        try:
            return await self._trading.close_in_emergency(
                named,
                token_id,
                number,
                lambda filled: self._notices.closed(user_id, filled),
            )
        except (Refusal, Unavailable):
            # Too thin, or the chain is away: it is counted as left, and may be asked for again.
            return False

    async def _held(self, user: User, chat_id: int) -> list[Portfolio]:
        members = await self._groups.members(user, chat_id)
        found: list[Portfolio] = []
        for first in range(0, len(members), _AT_ONCE):
            some = members[first : first + _AT_ONCE]
            found += await asyncio.gather(*map(self._portfolio, some))
        return [one for one in found if one.positions]

    async def _portfolio(self, user_id: int) -> Portfolio:
        return self._valuation.now(await self._books.desk(user_id, Mode.PAPER, ""))
