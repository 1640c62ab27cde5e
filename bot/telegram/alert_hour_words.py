"""Reads hours as people write them: `22-7`, `22:30-07:00`, `+2`, `-3:30`."""

import re

from bot.domain.alert_hours import MINUTES_OF_A_DAY, MOST_OFFSET_MINUTES, QuietHours
from bot.domain.errors import Refusal

_LONGEST_ECHO = 32
_SPAN = re.compile(r"([0-9]{1,2})(?::([0-9]{2}))?-([0-9]{1,2})(?::([0-9]{2}))?", re.ASCII)
_OFFSET = re.compile(r"([+\-\u2212]?)([0-9]{1,2})(?::([0-9]{2}))?", re.ASCII)


def read_quiet(text: str) -> QuietHours:
    """Read quiet hours, from-to in the person's own time; raises `Refusal("bad_hours")`."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise Refusal("bad_hours", text=text[:_LONGEST_ECHO])
    began, ended = _minute(match[1], match[2]), _minute(match[3], match[4])
    if began is None or ended is None or began == ended:
        raise Refusal("bad_hours", text=text[:_LONGEST_ECHO])
    return QuietHours(from_minute=began, to_minute=ended)


def read_offset(text: str) -> int:
    """Read how far a clock is ahead of UTC, in minutes; raises `Refusal("bad_hours")`."""
    match = _OFFSET.fullmatch(text)
    minutes = None if match is None else int(match[2]) * 60 + int(match[3] or 0)
    if match is None or minutes is None or minutes > MOST_OFFSET_MINUTES:
        raise Refusal("bad_hours", text=text[:_LONGEST_ECHO])
    return minutes if match[1] in ("", "+") else -minutes


def _minute(hours: str, minutes: str | None) -> int | None:
    minute = int(hours) * 60 + int(minutes or 0)
    is_sound = int(minutes or 0) < 60 and minute <= MINUTES_OF_A_DAY  # noqa: PLR2004 (an hour)
    return minute % MINUTES_OF_A_DAY if is_sound else None
