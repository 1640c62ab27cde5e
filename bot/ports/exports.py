"""What the inside asks of the database for an export: its parts, and their rows one by one."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.spreadsheets import Cell
from bot.domain.users import Mode


class Export(StrEnum):
    """What can be taken along."""

    ORDERS = "orders"
    FILLS = "fills"
    TRANSFERS = "transfers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of an export: `rows` of it, whose numbers go from `first` to `last`."""

    first: int
    last: int
    rows: int


class ExportBook(Protocol):
    """A person's rows of every season, oldest first. All methods raise `Unavailable`."""

    async def parts(
        self, user_id: int, mode: Mode, what: Export, since: datetime | None, most_rows: int
    ) -> list[Part]:
        """Cut what there is since a moment into files of at most so many rows."""

    def rows(
        self, user_id: int, mode: Mode, what: Export, part: Part
    ) -> AsyncIterator[Sequence[Sequence[Cell]]]:
        """Give a file's rows, the names of the columns first, some hundreds at a time."""
