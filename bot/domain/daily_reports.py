"""When a person wants the report of their day: an hour of theirs, by its distance from UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.errors import Refusal

_HOUR = re.compile(r"([0-9]{1,2})(?::00)?", re.ASCII)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])([0-9]{1,2})(?::([0-9]{2}))?", re.ASCII | re.IGNORECASE)
_LAST_HOUR, _LONGEST_ECHO = 23, 16
_MINUTES = (0, 15, 30, 45)
_FURTHEST_WEST_MINUTES, _FURTHEST_EAST_MINUTES = -12 * 60, 14 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportHour:
    """An hour of the day, 0 to 23, where clocks are `offset_minutes` ahead of UTC."""

    hour: int
    offset_minutes: int = 0

    def next_after(self, moment: datetime) -> datetime:
        """Give the next moment, in UTC, at which it is that hour there."""
        ahead = timedelta(minutes=self.offset_minutes)
        there = moment.astimezone(UTC) + ahead
        due = there.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return (due if due > there else due + timedelta(days=1)) - ahead


def hour_from_text(text: str) -> int:
    """Read an hour such as `9` or `21:00`; raises `Refusal` (`bad_hour`)."""
    match = _HOUR.fullmatch(text)
    if match is None or int(match[1]) > _LAST_HOUR:
        raise Refusal("bad_hour", text=text[:_LONGEST_ECHO])
    return int(match[1])


def offset_from_text(text: str) -> int:
    """Read a distance from UTC such as `+2` or `-3:30` as minutes; raises `Refusal`.

    No clock is further west than 12 hours or further east than 14 (`bad_offset`).
    """
    match = _OFFSET.fullmatch(text.replace("\u2212", "-"))
    minutes = int(match[3] or 0) if match else -1
    if match is None or minutes not in _MINUTES:
        raise Refusal("bad_offset", text=text[:_LONGEST_ECHO])
    offset = (int(match[2]) * 60 + minutes) * (-1 if match[1] == "-" else 1)
    if not _FURTHEST_WEST_MINUTES <= offset <= _FURTHEST_EAST_MINUTES:
        raise Refusal("bad_offset", text=text[:_LONGEST_ECHO])
    return offset
