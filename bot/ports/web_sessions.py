"""What the inside asks of the database about login links and sessions of the web door."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.notices import Notice
from bot.domain.users import User
from bot.domain.web_sessions import Visitor, WebSession


class SessionBook(Protocol):
    """Links and sessions, known by the hash of a token that only the visitor has.

    Each change is audited in its transaction. All methods raise `Unavailable`.
    """

    async def put_link(self, user_id: int, token_hash: bytes, expires_at: datetime) -> None:
        """Keep a login link, in place of any that the person has not used."""

    async def begin(
        self,
        link_hash: bytes,
        session_hash: bytes,
        session: WebSession,
        notices: Callable[[User], Sequence[Notice]],
    ) -> User | None:
        """Use a link up and begin a session of its person; None where the link is none any more.

        Nobody who is banned or pending gets one. Beyond the most that a person may have, the
        oldest ends.
        """

    async def visit(self, token_hash: bytes, at: datetime) -> Visitor | None:
        """Give who visits, as they are now, and note that they did; None for a session over."""

    async def renew(self, visitor: Visitor, token_hash: bytes, at: datetime) -> bool:
        """Note that a factor was given, and let the session go on under another token."""

    async def of(self, user_id: int, at: datetime) -> list[WebSession]:
        """Give a person's sessions that hold, the newest first."""

    async def end(self, user_id: int, session_id: int, at: datetime) -> bool:
        """End one session; tells whether it was theirs and held."""

    async def end_all(self, user_id: int, at: datetime, *, but: int = 0) -> int:
        """End a person's sessions, and their unused links; gives how many sessions."""

    async def forget(self, before: datetime) -> None:
        """Drop links and sessions that were over by then."""
