"""A word to the admins, and the answer back."""

from collections.abc import Callable, Sequence
from typing import Protocol

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.domain.users import Permission
from bot.ports.approvals import FeedbackBook
from bot.ports.people import PeopleBook

LONGEST_FEEDBACK = 1000
_AN_HOUR = 3


class FeedbackNotices(Protocol):
    """What is told of feedback."""

    def sent(
        self, person: Person, words: str, number: int, admins: Sequence[int]
    ) -> Sequence[Notice]:
        """Give each admin the words, with a button to answer."""

    def answered(self, user_id: int, question: str, words: str) -> Sequence[Notice]:
        """Give the person the answer."""


class Feedback:
    """What people tell the admins; a few an hour, and each is answered once."""

    def __init__(self, *, book: FeedbackBook, people: PeopleBook, notices: FeedbackNotices) -> None:
        self._book = book
        self._people = people
        self._notices = notices

    async def send(
        self, request: Request, words: str, answer: Callable[[], Sequence[Notice]]
    ) -> None:
        """Pass words on to the admins; raises `Refusal` (`too_much_feedback`).

        Whoever is not banned may: who waits outside or is frozen has most to say.
        """
        request.user.require(Permission.READ_HELP)
        person = await self._people.person(request.user.user_id)
        if person is None:
            raise Refusal("unknown_person", text=str(request.user.user_id))
        said, number = words[:LONGEST_FEEDBACK], await self._book.new_number()
        cards = self._notices.sent(person, said, number, await self._people.admins())
        await self._book.send(request, number, said, an_hour=_AN_HOUR, notices=[*answer(), *cards])

    async def answer(
        self, request: Request, number: int, words: str, answer: Callable[[], Sequence[Notice]]
    ) -> None:
        """Answer, once for all admins; raises `Refusal` (`feedback_answered`)."""
        request.user.require(Permission.MANAGE_PEOPLE)
        found = await self._book.author(number)
        if found is None:
            raise Refusal("feedback_answered")
        said = words[:LONGEST_FEEDBACK]
        told = self._notices.answered(found[0], found[1], said)
        await self._book.answer(request, number, said, [*answer(), *told])
