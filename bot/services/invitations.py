"""Links that let one person in, with a role and an end; their secret lies nowhere in the books."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.people import Invitation, Person
from bot.domain.requests import Request
from bot.domain.users import Permission, Role
from bot.ports.people import AdmissionBook, PeopleBook
from bot.services.access import Access

MOST_INVITATION_DAYS = 365
TOKEN_LENGTH = 32
_TOKEN_BYTES = 24
_NONCE_BITS = 128


class InvitationNotices(Protocol):
    """What is told of invitations."""

    def invitation(self, user_id: int, nonce: str, role: Role, days: int) -> Notice:
        """Give an admin the link to pass on, which is finished when the message leaves."""

    def used(self, maker_id: int, person: Person, role: Role) -> Sequence[Notice]:
        """Tell whoever invited that somebody came."""


class InvitationSeal:
    """Makes the secret of a link from a number drawn by chance and a key outside the database.

    The number may lie in the books and the outbox: without the key nobody makes the link of it.
    """

    def __init__(self, key: bytes, draw: Callable[[int], int]) -> None:
        self._key = hmac.digest(key, b"kitrader invitations", "sha256")
        self._draw = draw

    def new_nonce(self) -> str:
        """Draw the number of a new link, in hex."""
        return f"{self._draw(1 << _NONCE_BITS):032x}"

    def token(self, nonce: str) -> str:
        """Give the secret: 192 bits in 32 letters that a deep link may carry."""
        digest = hmac.digest(self._key, nonce.encode(), "sha256")
        return urlsafe_b64encode(digest[:_TOKEN_BYTES]).decode()

    def token_hash(self, nonce: str) -> str:
        """Give what is kept of it."""
        return hash_of_token(self.token(nonce))


def hash_of_token(token: str) -> str:
    """Give the SHA-256 of a link's secret, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


class Invitations:
    """Invitations of admins: each is used once, by one person, while whoever made it is admin."""

    def __init__(
        self,
        *,
        book: AdmissionBook,
        people: PeopleBook,
        access: Access,
        seal: InvitationSeal,
        notices: InvitationNotices,
    ) -> None:
        self._book = book
        self._people = people
        self._access = access
        self._seal = seal
        self._notices = notices

    async def invite(
        self,
        request: Request,
        role: Role,
        days: int,
    ) -> None:
        """Make a link for a number of days, and send it to whoever asks.

        An invitation to be admin takes two: see `Approvals`. Raises `Refusal` (`no_admin_now`).
        """
        request.user.require(Permission.MANAGE_PEOPLE)
        nonce = self._seal.new_nonce()
        await self._book.invite(
            request,
            role,
            self._seal.token_hash(nonce),
            expires_at=request.received_at + timedelta(days=days),
            notices=[self._notices.invitation(request.user.user_id, nonce, role, days)],
        )

    async def redeem(
        self, request: Request, token: str, answer: Callable[[Role], Sequence[Notice]]
    ) -> None:
        """Let the requesting person in with the role of a link.

        Raises `Refusal` (`invitation_spent`, `invitation_needless`). Needs no permission: whoever
        waits outside has none.
        """
        token_hash = hash_of_token(token)
        found = await self._book.invitation(token_hash)
        if found is None:
            raise Refusal("invitation_spent")
        await self._book.redeem(
            request, token_hash, [*answer(found.role), *await self._news(request, found)]
        )
        self._access.forget(request.user.user_id)

    async def revoke(
        self, request: Request, invitation_id: int, answer: Callable[[], Sequence[Notice]]
    ) -> None:
        """Take a link back that nobody used; raises `Refusal` (`invitation_spent`)."""
        request.user.require(Permission.MANAGE_PEOPLE)
        await self._book.revoke(request, invitation_id, answer())

    async def _news(self, request: Request, found: Invitation) -> Sequence[Notice]:
        person = await self._people.person(request.user.user_id)
        return () if person is None else self._notices.used(found.made_by, person, found.role)
