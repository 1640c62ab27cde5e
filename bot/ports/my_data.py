"""What the inside asks of the database about all that it keeps of one person."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.my_data import DataCategory, DeletionRequest
from bot.domain.notices import Notice
from bot.domain.requests import Request


class PersonalData(Protocol):
    """All rows about a person. All methods raise `Unavailable`."""

    async def counts(self, user_id: int) -> Mapping[DataCategory, int]:
        """Give how many rows there are of each category; messages are not counted."""

    def rows(self, user_id: int) -> AsyncIterator[tuple[DataCategory, str, Sequence[str]]]:
        """Give every row as JSON, some hundreds at a time, with its category and table.

        All are of one moment. Secrets are left out.
        """


class Deletions(Protocol):
    """Wishes to be deleted; all raise `Unavailable`, and those with a request `already_done`."""

    async def standing(self, user_id: int) -> DeletionRequest | None:
        """Give a person's open wish."""

    async def open_requests(self, limit: int) -> list[DeletionRequest]:
        """Give open wishes, the next due first."""

    async def ask(
        self, request: Request, *, at: datetime, due_at: datetime, notices: Sequence[Notice]
    ) -> None:
        """Write a wish down; raises `Refusal("deletion_standing")` where there is one."""

    async def cancel(self, request: Request, *, at: datetime, notices: Sequence[Notice]) -> None:
        """Take a wish back; raises `Refusal("no_deletion")` where there is none."""

    async def carry_out(self, user_id: int, *, at: datetime, notices: Sequence[Notice]) -> bool:
        """Delete what need not stay, if the wish still stands and is due; tells whether so."""
