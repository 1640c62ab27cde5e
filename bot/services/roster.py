"""Who there is: admins look people up by number or name, in pages, and one by one."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.people import Headcount, Invitation, Person, PersonFile
from bot.domain.requests import Request
from bot.domain.users import Permission, User
from bot.ports.clock import Clock
from bot.ports.people import AdmissionBook, Grantee, PeopleBook

PAGE = 10
_MOST_LISTED = 40
_NUMBER = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
_USERNAME = re.compile(r"@([A-Za-z0-9_]{1,64})", re.ASCII)
_LONGEST_SEARCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPage:
    """Some of the people; `is_last` tells that no page follows."""

    people: tuple[Person, ...]
    search: str
    number: int
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorized:
    """Who has what by whom, and the invitations that still lie about."""

    grantees: tuple[Grantee, ...]
    invitations: tuple[Invitation, ...]


class Roster:
    """People as admins find them. A name only finds a number: nothing is ever done by name."""

    def __init__(self, *, book: PeopleBook, admissions: AdmissionBook, clock: Clock) -> None:
        self._book = book
        self._admissions = admissions
        self._clock = clock

    async def find(self, user: User, text: str) -> Person:
        """Give the person that a number or an @username stands for.

        Raises `Refusal`: `unknown_person`, or `ambiguous_person` where several had that name.
        """
        user.require(Permission.MANAGE_PEOPLE)
        named = _USERNAME.fullmatch(text)
        if named is not None:
            return _only(await self._book.called(named[1]), text)
        if not _NUMBER.fullmatch(text):
            raise Refusal("unknown_person", text=text[:32])
        found = await self._book.person(int(text))
        if found is None:
            raise Refusal("unknown_person", text=text[:32])
        return found

    async def page(self, user: User, search: str, number: int) -> RosterPage:
        """Give a page of people, counted from 0."""
        user.require(Permission.MANAGE_PEOPLE)
        searched = search.strip().removeprefix("@")[:_LONGEST_SEARCH]
        found = await self._book.page(searched, number * PAGE, PAGE + 1)
        return RosterPage(
            people=tuple(found[:PAGE]),
            search=searched,
            number=number,
            is_last=len(found) <= PAGE,
        )

    async def headcount(self, user: User) -> Headcount:
        """Count everybody by role and by status: what may be read in a group."""
        user.require(Permission.MANAGE_PEOPLE)
        return await self._book.headcount()

    async def look(
        self, request: Request, user_id: int, answer: Callable[[PersonFile], Sequence[Notice]]
    ) -> None:
        """Show a person's file; the look is written down where that person can read of it."""
        request.user.require(Permission.MANAGE_PEOPLE)
        found = await self._book.file(user_id)
        if found is None:
            raise Refusal("unknown_person", text=str(user_id))
        await self._book.note_look(request, user_id, "file", answer(found))

    async def authorized(self, user: User) -> Authorized:
        """Give who has a role by whom, and which invitations can still be used."""
        user.require(Permission.MANAGE_PEOPLE)
        return Authorized(
            grantees=tuple(await self._book.grants(_MOST_LISTED)),
            invitations=tuple(await self._admissions.invitations(self._clock.now(), _MOST_LISTED)),
        )


def _only(found: Sequence[Person], text: str) -> Person:
    if not found:
        raise Refusal("unknown_person", text=text[:32])
    if len(found) > 1:
        numbers = ", ".join(str(person.user_id) for person in found)
        raise Refusal("ambiguous_person", text=text[:32], numbers=numbers)
    return found[0]
