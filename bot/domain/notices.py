"""What leaves for Telegram: one Bot API call each, kept in the outbox until it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class Priority(IntEnum):
    """Which notice goes first when many wait; lower goes earlier."""

    TOAST = 0
    REPLY = 1
    FILL = 2
    ALERT = 3
    REPORT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One Bot API method with its parameters, bound for one chat."""

    chat_id: int
    method: str
    payload: Mapping[str, object]
    priority: Priority = Priority.REPLY


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedNotice:
    """A notice as it lies in the outbox."""

    notice_id: int
    notice: Notice
