"""Who is let in: strangers ask, admins answer, and the banned are met with silence."""

from collections.abc import Callable, Sequence
from typing import Protocol

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.people import Admission, Person, Verdict
from bot.domain.requests import Request
from bot.domain.users import Permission
from bot.ports.people import AdmissionBook, PeopleBook
from bot.services.access import Access


class AdmissionNotices(Protocol):
    """What is told of somebody who asks to be let in."""

    def asked_in(self, person: Person, admins: Sequence[int]) -> Sequence[Notice]:
        """Give the card with which each admin answers."""

    def answered_in(self, person: Person, verdict: Verdict) -> Sequence[Notice]:
        """Tell the person what an admin said."""

    def decided_in(
        self, person: Person, verdict: Verdict, by: str, others: Sequence[int]
    ) -> Sequence[Notice]:
        """Tell the other admins who answered, and what."""


class Admissions:
    """The queue at the door; `mode` says whether there is one."""

    def __init__(
        self,
        *,
        mode: Admission,
        book: AdmissionBook,
        people: PeopleBook,
        access: Access,
        notices: AdmissionNotices,
    ) -> None:
        self._mode = mode
        self._book = book
        self._people = people
        self._access = access
        self._notices = notices

    async def knock(
        self,
        request: Request,
        answer: Callable[[Admission, Verdict | None], Sequence[Notice]],
    ) -> None:
        """Answer somebody who waits; the first time, the admins get a card each.

        Needs no permission: whoever waits has none.
        """
        user_id = request.user.user_id
        verdict = await self._book.verdict_on(user_id)
        notices = answer(self._mode, verdict)
        person = await self._people.person(user_id)
        if self._mode is not Admission.CLOSED and verdict is None and person is not None:
            cards = self._notices.asked_in(person, await self._people.admins())
            await self._book.apply(request, notices, cards)
            return
        await self._book.answer(request, notices)

    async def decide(
        self,
        request: Request,
        user_id: int,
        verdict: Verdict,
        answer: Callable[[Person], Sequence[Notice]],
    ) -> None:
        """Answer for all admins; the first answer counts, and is told to the others.

        Raises `Refusal` (`admission_decided`, `no_admin_now`, `unknown_person`).
        """
        request.user.require(Permission.MANAGE_PEOPLE)
        person = await self._people.person(user_id)
        if person is None:
            raise Refusal("unknown_person", text=str(user_id))
        admins = await self._people.admins()
        others = [admin for admin in admins if admin != request.user.user_id]
        by = request.user.first_name
        notices = [
            *answer(person),
            *self._notices.answered_in(person, verdict),
            *self._notices.decided_in(person, verdict, by, others),
        ]
        await self._book.decide(request, user_id, verdict, notices)
        self._access.forget(user_id)

    async def answer_banned(self, request: Request, notices: Sequence[Notice]) -> None:
        """Answer a banned person once, then never again. Needs no permission: they have none."""
        await self._book.answer_banned(request, notices)
