"""What the inside asks of the database for a person's account page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.users import RoleLimits, User


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """Something that happened to an account: what, when, and whether somebody else did it."""

    at: datetime
    action: str
    is_own: bool


class AccountBook(Protocol):
    """Reads what an account page shows. All methods raise `Unavailable`."""

    async def log(self, user_id: int, limit: int) -> list[LogLine]:
        """Give what happened to an account, the newest first."""

    async def limits(self, user: User) -> RoleLimits:
        """Give what a person may risk: their role's limits, with their own tighter ones."""
