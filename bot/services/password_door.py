"""The operator's password as a second way in: attempts are counted before they are looked at."""

from collections.abc import Callable, Sequence
from typing import Protocol

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.domain.users import Role, Status
from bot.ports.passwords import PasswordCheck
from bot.ports.people import AdmissionBook, Attempt, PeopleBook
from bot.services.access import Access

_TELL_FROM = 3
_MANY_AN_HOUR = 20
"""From so many on, whoever tries them, the database locks a guesser sooner and for longer."""


class PasswordNotices(Protocol):
    """What admins are told of the password."""

    def locked(self, person: Person, failures: int, admins: Sequence[int]) -> Sequence[Notice]:
        """Tell that somebody was locked out, after how many wrong passwords."""

    def besieged(self, failures: int, admins: Sequence[int]) -> Sequence[Notice]:
        """Tell how many passwords were wrong within the hour, whoever tried them."""

    def entered(self, person: Person, admins: Sequence[int]) -> Sequence[Notice]:
        """Tell that somebody came in by the password."""


class PasswordDoor:
    """Lets whoever knows the password in, with `role`; without a check there is no such door.

    The password itself is handed through and kept nowhere. Nobody's wrong guesses keep out
    somebody else who knows it and was here before; the rule is `begin_password_attempt`'s.
    """

    def __init__(
        self,
        *,
        check: PasswordCheck | None,
        role: Role,
        book: AdmissionBook,
        people: PeopleBook,
        access: Access,
        notices: PasswordNotices,
    ) -> None:
        self._check = check
        self._role = role
        self._book = book
        self._people = people
        self._access = access
        self._notices = notices

    async def enter(
        self, request: Request, password: str, answer: Callable[[bool], Sequence[Notice]]
    ) -> None:
        """Let the requesting person in if the password is right; the answer says whether it was.

        Raises `Refusal`: `no_password_door`, `password_locked`, and `banned` or `frozen`.
        Needs no permission: whoever waits outside has none.
        """
        user = request.user
        if user.status in {Status.BANNED, Status.FROZEN}:
            raise Refusal("banned" if user.status is Status.BANNED else "frozen")
        if self._check is None:
            raise Refusal("no_password_door")
        attempt = await self._book.begin_attempt(user.user_id, request.received_at)
        if attempt.locked_until is not None:
            raise Refusal("password_locked", until=attempt.locked_until)
        is_right = await self._check.is_right(password)
        news = await self._news(user.user_id, attempt, is_right=is_right)
        await self._book.end_attempt(
            request, is_right=is_right, role=self._role, notices=[*answer(is_right), *news]
        )
        self._access.forget(user.user_id)

    async def _news(self, user_id: int, attempt: Attempt, *, is_right: bool) -> Sequence[Notice]:
        is_guesser = attempt.failures >= _TELL_FROM
        is_siege = attempt.everybody == _MANY_AN_HOUR
        person = await self._people.person(user_id)
        if person is None or not (is_right or is_guesser or is_siege):
            return ()
        admins = await self._people.admins()
        if is_right:
            return self._notices.entered(person, admins)
        told = self._notices.locked(person, attempt.failures, admins) if is_guesser else ()
        siege = self._notices.besieged(attempt.everybody, admins) if is_siege else ()
        return (*told, *siege)
