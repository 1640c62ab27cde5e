"""Tables to take along: what somebody ordered, what was filled, and every transfer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.errors import Refusal
from bot.domain.spreadsheets import csv_text
from bot.domain.users import Mode, Permission, User
from bot.ports.clock import Clock
from bot.ports.exports import Export, ExportBook, Part

MOST_ROWS, MOST_FILES = 25_000, 20
"""How long a file may be, and how many come at once; Telegram takes 50 MB a file."""
_BYTE_ORDER_MARK = "\ufeff".encode()


class ExportSpan(StrEnum):
    """How far back an export goes, beyond the present season too."""

    ALL = "all"
    MONTH = "month"
    YEAR = "year"


_LENGTHS = {ExportSpan.MONTH: timedelta(days=30), ExportSpan.YEAR: timedelta(days=365)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFile:
    """One file about to be sent: its name, and the recipe that it is written from."""

    name: str
    rows: int
    recipe: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportView:
    """An export about to be sent, oldest rows first; `left_out` files are too many at once."""

    mode: Mode
    what: Export
    span: ExportSpan
    since: datetime | None
    files: tuple[ExportFile, ...]
    rows: int
    left_out: int = 0


class Exports:
    """The use cases around a person's tables; each gets only their own."""

    def __init__(self, *, book: ExportBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock

    async def export(self, user: User, what: Export, span: ExportSpan) -> ExportView:
        """Give the files of the mode's tables; raises `Refusal` (`nothing_to_export`)."""
        user.require(Permission.VIEW_OWN)
        length = _LENGTHS.get(span)
        since = None if length is None else self._clock.now() - length
        parts = await self._book.parts(user.user_id, user.mode, what, since, MOST_ROWS)
        if not parts:
            raise Refusal("nothing_to_export", what=what.value)
        files = [
            _file(user, what, part, number, len(parts))
            for number, part in enumerate(parts[:MOST_FILES], start=1)
        ]
        return ExportView(
            mode=user.mode,
            what=what,
            span=span,
            since=since,
            files=tuple(files),
            rows=sum(part.rows for part in parts),
            left_out=len(parts) - len(files),
        )

    async def write(self, recipe: Mapping[str, object]) -> bytes:
        """Write the file of a recipe as CSV in UTF-8; raises `Unavailable`.

        Rows come some hundreds at a time, so that nobody waits behind a long table.
        Needs no permission: only `export`, which requires one, makes recipes.
        """
        part = Part(
            first=int(str(recipe["first"])),
            last=int(str(recipe["last"])),
            rows=int(str(recipe["rows"])),
        )
        # The mark tells spreadsheets that this is UTF-8.
        written = bytearray(_BYTE_ORDER_MARK)
        what, mode = Export(str(recipe["what"])), Mode(str(recipe["mode"]))
        async for rows in self._book.rows(int(str(recipe["user_id"])), mode, what, part):
            written += csv_text(rows).encode()
        return bytes(written)


def _file(user: User, what: Export, part: Part, number: int, count: int) -> ExportFile:
    of_count = f"_{number}_of_{count}" if count > 1 else ""
    return ExportFile(
        name=f"kitrader_{user.mode.value}_{what.value}{of_count}.csv",
        rows=part.rows,
        recipe={
            "what": what.value,
            "user_id": user.user_id,
            "mode": user.mode.value,
            "first": part.first,
            "last": part.last,
            "rows": part.rows,
        },
    )
