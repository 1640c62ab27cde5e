"""What the inside asks of the database about people: who they are, and what admins do to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.notices import Notice
from bot.domain.people import Change, Headcount, Invitation, Person, PersonFile, RoleGrant, Verdict
from bot.domain.requests import Request
from bot.domain.users import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """A person whose role runs out now."""

    user_id: int
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Grantee:
    """One grant that stands, and whose it is."""

    person: Person
    grant: RoleGrant


class PeopleBook(Protocol):
    """People and their roles; all raise `Unavailable`.

    What changes something ends the request's update with the notices in the same transaction, and
    raises `Refusal` with nothing changed: `already_done` where that update had ended before.
    """

    async def person(self, user_id: int) -> Person | None:
        """Give somebody by their number."""

    async def called(self, username: str) -> list[Person]:
        """Give whoever had this username when they last wrote: names change hands."""

    async def admins(self) -> list[int]:
        """Give the numbers of those who are admins now and may act."""

    async def page(self, search: str, offset: int, limit: int) -> list[Person]:
        """Give people by number, those whose name, number, role or status is searched for."""

    async def headcount(self) -> Headcount:
        """Count everybody by role and by status."""

    async def file(self, user_id: int) -> PersonFile | None:
        """Give all that admins are shown of a person."""

    async def note_look(
        self, request: Request, user_id: int, what: str, notices: Sequence[Notice]
    ) -> None:
        """Write down that staff looked at a person, with the answer that shows it."""

    async def grants(self, limit: int) -> list[Grantee]:
        """Give the grants that stand, the newest first."""

    async def change(
        self,
        request: Request,
        change: Change,
        user_id: int,
        *,
        until: datetime | None,
        reason: str,
        notices: Sequence[Notice],
    ) -> None:
        """Do to a person what one admin may."""

    async def settle_settings(self, at: datetime) -> None:
        """Take back the roles that the settings no longer give."""

    async def grant_premium(
        self, user_id: int, until: datetime | None, source: str, actor_id: int, at: datetime
    ) -> Role:
        """Give premium by one source, in place of what it gave before; gives the role now."""

    async def end_premium(self, user_id: int, source: str, actor_id: int, at: datetime) -> Role:
        """Take back what one source gave; gives the role that is left."""

    async def lapsing(self, at: datetime, limit: int) -> list[Lapse]:
        """Give those whose grants have run out."""

    async def lapse(self, user_id: int, at: datetime, notices: Sequence[Notice]) -> bool:
        """End them; tells whether the role changed, and only then queues the notices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A password that is about to be looked at, or, with `locked_until`, is not.

    `failures` are the person's, this one counted in until it proves right; `everybody` those of
    all people within the hour.
    """

    failures: int
    everybody: int
    locked_until: datetime | None


class AdmissionBook(Protocol):
    """How people get in; all raise `Unavailable`, and those that change `Refusal`, as above."""

    async def verdict_on(self, user_id: int) -> Verdict | None:
        """Give what an admin said of somebody; None while nobody has."""

    async def apply(
        self, request: Request, notices: Sequence[Notice], cards: Sequence[Notice]
    ) -> None:
        """Ask for the requesting person to be let in; the cards are queued once per person."""

    async def answer(self, request: Request, notices: Sequence[Notice]) -> None:
        """End the request's update with an answer."""

    async def decide(
        self, request: Request, user_id: int, verdict: Verdict, notices: Sequence[Notice]
    ) -> None:
        """Answer for all admins: the first answer counts (`admission_decided`)."""

    async def answer_banned(self, request: Request, notices: Sequence[Notice]) -> None:
        """Answer a banned person once; after that the update ends in silence."""

    async def invite(
        self,
        request: Request,
        role: Role,
        token_hash: str,
        *,
        expires_at: datetime,
        notices: Sequence[Notice],
    ) -> None:
        """Keep an invitation to a role that one admin may give."""

    async def invitation(self, token_hash: str) -> Invitation | None:
        """Give an invitation by the hash of its secret."""

    async def invitations(self, at: datetime, limit: int) -> list[Invitation]:
        """Give those that can still be used, the newest first."""

    async def redeem(self, request: Request, token_hash: str, notices: Sequence[Notice]) -> None:
        """Use an invitation up; raises `Refusal` (`invitation_spent`, `invitation_needless`)."""

    async def revoke(self, request: Request, invitation_id: int, notices: Sequence[Notice]) -> None:
        """Take back an invitation that nobody used; raises `Refusal` (`invitation_spent`)."""

    async def begin_attempt(self, user_id: int, at: datetime) -> Attempt:
        """Count an attempt at the password before it is looked at."""

    async def end_attempt(
        self, request: Request, *, is_right: bool, role: Role, notices: Sequence[Notice]
    ) -> None:
        """Let the requesting person in, or write the failure down."""
