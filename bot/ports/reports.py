"""What the inside asks of the database about daily reports and leaderboards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.daily_reports import ReportHour
from bot.domain.notices import Notice
from bot.domain.users import User


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReport:
    """A report whose hour has come."""

    user: User
    hour: ReportHour
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody on a group's leaderboard; the name is theirs and not yet cleaned."""

    user_id: int
    first_name: str


class ReportBook(Protocol):
    """At which hours people want reports. All methods raise `Unavailable`."""

    async def hour(self, user_id: int) -> ReportHour | None:
        """Give a person's hour; None where they want no reports."""

    async def offset_minutes(self, user_id: int) -> int:
        """Give how far a person's clocks are ahead of UTC, as they last told anybody of us."""

    async def keep(self, user_id: int, hour: ReportHour, next_due_at: datetime) -> None:
        """Remember a person's hour in place of another, and how far their clocks are ahead."""

    async def drop(self, user_id: int) -> bool:
        """Forget a person's hour; tells whether there was one."""

    async def due(self, now: datetime, limit: int) -> list[DueReport]:
        """Give the reports that are due, the longest due first."""

    async def done(self, due: DueReport, next_due_at: datetime, notices: Sequence[Notice]) -> bool:
        """Queue a report and set the next, together and once; tells whether it was this time."""


class LeaderboardBook(Protocol):
    """Who lets which group see how they do. All methods raise `Unavailable`."""

    async def join(self, user_id: int, chat_id: int, most: int) -> bool:
        """Add a person, or do nothing where they are in; false where the group is full."""

    async def leave(self, user_id: int, chat_id: int) -> bool:
        """Take a person off; tells whether they were in."""

    async def members(self, chat_id: int) -> list[Member]:
        """Give who is in, the longest first; frozen people as well, banned ones not."""
