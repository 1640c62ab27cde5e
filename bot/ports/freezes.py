"""What the inside asks of the database about accounts that their owners froze."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.freezes import OwnFreeze
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import User


class FreezeBook(Protocol):
    """Freezes of one's own; an admin's freeze is none, and takes the place of one.

    Each change is audited and told in one transaction. All methods raise `Unavailable`.
    """

    async def standing(self, user_id: int) -> OwnFreeze | None:
        """Give the freeze that a person put on themselves and that stands."""

    async def freeze(
        self,
        user_id: int,
        at: datetime,
        notices: Sequence[Notice],
        *,
        request: Request | None = None,
        keep_session: int = 0,
    ) -> bool:
        """Freeze an active account and end its web sessions; tells whether it was active.

        With a request its update ends together with it, in either case.
        """

    async def ask(
        self, freeze: OwnFreeze, at: datetime, due_at: datetime, notices: Sequence[Notice]
    ) -> bool:
        """Let a freeze end later; tells whether it still stood and nobody had asked."""

    async def keep(
        self,
        user_id: int,
        notices: Sequence[Notice],
        *,
        request: Request | None = None,
    ) -> bool:
        """Let a freeze stand after all; tells whether its end had been asked for."""

    async def lift_due(
        self, at: datetime, notices: Callable[[User], Sequence[Notice]]
    ) -> list[int]:
        """End the freezes that are due; gives whose."""
