"""What one admin may do to a person, and roles that run out; whom it concerns is told."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.people import Change, GrantSource, Person
from bot.domain.requests import Request
from bot.domain.users import Permission, Role
from bot.ports.clock import Clock
from bot.ports.people import PeopleBook
from bot.services.access import Access

LONGEST_REASON = 120
MOST_DAYS = 3650
_AT_ONCE = 100


class PeopleNotices(Protocol):
    """What people are told about themselves, in the words of their door."""

    def changed(
        self, person: Person, change: Change, *, until: datetime | None, reason: str
    ) -> Sequence[Notice]:
        """Tell a person what an admin has done to their account."""

    def lapsed(self, user_id: int) -> Sequence[Notice]:
        """Tell a person that their role has run out."""


class People:
    """The roles and the standing of people. PostgreSQL decides who may act on whom.

    Premium may come from several sources (a command, an invitation, the password, Stars), each
    with its own end; a person has the highest role that any of them, or the settings, give.
    """

    def __init__(
        self, *, book: PeopleBook, access: Access, clock: Clock, notices: PeopleNotices
    ) -> None:
        self._book = book
        self._access = access
        self._clock = clock
        self._notices = notices

    async def load(self) -> None:
        """Take back what the settings no longer give. Needs no permission: asked at the start."""
        await self._book.settle_settings(self._clock.now())

    async def admin_ids(self) -> list[int]:
        """Give who runs the bot now. Needs no permission: asked at the start."""
        return await self._book.admins()

    async def change(
        self,
        request: Request,
        change: Change,
        user_id: int,
        *,
        days: int | None = None,
        reason: str = "",
        answer: Callable[[Person], Sequence[Notice]],
    ) -> None:
        """Do one thing to one person, who is told; `days` only count for premium.

        Raises `Refusal`: `on_yourself`, `on_owner`, `on_admin`, `no_admin_now`, or why there is
        nothing to do (`already_banned`, `not_frozen`, `role_paid` and so on).
        """
        request.user.require(Permission.MANAGE_PEOPLE)
        person = await self._book.person(user_id)
        if person is None:
            raise Refusal("unknown_person", text=str(user_id))
        until = None if days is None else request.received_at + timedelta(days=days)
        told = self._notices.changed(person, change, until=until, reason=reason)
        await self._book.change(
            request,
            change,
            user_id,
            until=until,
            reason=reason[:LONGEST_REASON],
            notices=[*answer(person), *told],
        )
        self._access.forget(user_id)

    async def grant_premium(
        self, user_id: int, until: datetime | None, source: GrantSource, *, by: int = 0
    ) -> Role:
        """Give premium by one source until a moment; gives the role that the person has now.

        It takes the place of what this source gave before, so a renewal is given once however
        often it is told; other sources stand beside it. Needs no permission: what was paid is
        asked by the clock or by Telegram. In a transaction of your own, call the SQL function
        `grant_premium(user_id, until, source, actor_id, at)`, then `Access.forget`.
        """
        role = await self._book.grant_premium(user_id, until, source.value, by, self._clock.now())
        self._access.forget(user_id)
        return role

    async def end_premium(self, user_id: int, source: GrantSource, *, by: int = 0) -> Role:
        """Take back what one source gave, a refund say; gives the role that is left.

        Needs no permission: see `grant_premium`; the SQL function is `end_premium`.
        """
        role = await self._book.end_premium(user_id, source.value, by, self._clock.now())
        self._access.forget(user_id)
        return role

    async def lapse(self) -> None:
        """End the roles that have run out, each with a notice; asked by the clock."""
        now = self._clock.now()
        for one in await self._book.lapsing(now, _AT_ONCE):
            await self._book.lapse(one.user_id, now, self._notices.lapsed(one.user_id))
            self._access.forget(one.user_id)
