"""The web door's visitors: one-time links, sessions, and their ends."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.domain.errors import Refusal
from bot.domain.users import Permission, RoleLimits, User
from bot.domain.web_sessions import LINK_LIFE, WHOLE_LIFE, Visitor, WebSession
from bot.ports.accounts import AccountBook, LogLine
from bot.ports.clock import Clock
from bot.ports.web_sessions import SessionBook
from bot.services.security_notices import SecurityNotices

_LOG_LINES = 20
_KEPT = timedelta(days=30)

Draw = Callable[[], str]
"""Gives a fresh token of at least 128 bits that nobody can guess."""


class WebSessions:
    """The use cases around logging in; the database knows tokens by their hash only."""

    def __init__(
        self,
        *,
        book: SessionBook,
        accounts: AccountBook,
        notices: SecurityNotices,
        draw: Draw,
        clock: Clock,
    ) -> None:
        self._book = book
        self._accounts = accounts
        self._notices = notices
        self._draw = draw
        self._clock = clock

    async def invite(self, user_id: int) -> str:
        """Give the token of a new login link, which makes older ones void.

        Needs no permission: it is asked for at the moment when an answer to `/dashboard` leaves,
        which required one.
        """
        token = self._draw()
        expires_at = self._clock.now() + LINK_LIFE
        await self._book.put_link(user_id, hash_of_token(token), expires_at)
        return token

    async def log_in(self, link_token: str, device: str) -> str:
        """Use a link up; gives the token of the session that begins.

        Needs no permission: whoever has the link is nobody yet, and the book turns away who may
        not come in. Raises `Refusal` (`bad_login_link`).
        """
        now, token = self._clock.now(), self._draw()
        session = WebSession(
            session_id=0, device=device, began_at=now, seen_at=now, ends_at=now + WHOLE_LIFE
        )
        user = await self._book.begin(
            hash_of_token(link_token),
            hash_of_token(token),
            session,
            lambda user: self._notices.session_began(user, device),
        )
        if user is None:
            raise Refusal("bad_login_link")
        return token

    async def visitor(self, token: str) -> Visitor | None:
        """Give who visits, with the role and status of now; None where the session is over.

        Needs no permission: it is what permissions hang on.
        """
        if not token:
            return None
        return await self._book.visit(hash_of_token(token), self._clock.now())

    async def prove(self, visitor: Visitor) -> str:
        """Note that a factor was just given; gives the token by which the session goes on.

        Needs no permission: `Factors.prove`, which requires one, has seen the factor.
        """
        token = self._draw()
        if not await self._book.renew(visitor, hash_of_token(token), self._clock.now()):
            raise Refusal("session_over")
        return token

    async def mine(self, user: User) -> Sequence[WebSession]:
        """Give a person's sessions that hold."""
        user.require(Permission.PROTECT_OWN)
        return await self._book.of(user.user_id, self._clock.now())

    async def end(self, user: User, session_id: int) -> None:
        """End one of a person's sessions; raises `Refusal` (`unknown_session`)."""
        user.require(Permission.PROTECT_OWN)
        if not await self._book.end(user.user_id, session_id, self._clock.now()):
            raise Refusal("unknown_session")

    async def end_all(self, user: User) -> int:
        """End all of a person's sessions, here and elsewhere; gives how many."""
        user.require(Permission.PROTECT_OWN)
        return await self._book.end_all(user.user_id, self._clock.now())

    async def log(self, user: User) -> Sequence[LogLine]:
        """Give what happened to a person's account of late, looks of staff among it."""
        user.require(Permission.VIEW_OWN)
        return await self._accounts.log(user.user_id, _LOG_LINES)

    async def limits(self, user: User) -> RoleLimits:
        """Give what a person may risk."""
        user.require(Permission.VIEW_OWN)
        return await self._accounts.limits(user)

    async def forget(self) -> None:
        """Drop what was over a month ago; asked by the clock."""
        await self._book.forget(self._clock.now() - _KEPT)


def hash_of_token(token: str) -> bytes:
    """Give what is kept of a token: nobody can go back from it, and none needs a salt."""
    return hashlib.sha256(token.encode()).digest()


def form_token(session_token: str) -> str:
    """Give what a form of a session has to bring along: only our own pages know it."""
    return hmac.new(session_token.encode(), b"kitrader form", hashlib.sha256).hexdigest()
