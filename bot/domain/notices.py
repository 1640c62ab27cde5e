"""What leaves for Telegram: one Bot API call each, kept in the outbox until it is sent."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import IntEnum

from bot.domain.values import value


class Priority(IntEnum):
    """Which notice goes first when many wait; lower goes earlier.

    Within one chat, notices of the same priority keep their order. SAFETY warns, FILL tells what
    became of money, REPLY answers a person who waits for it; the others are news. A toast answers
    a press within seconds or not at all, and stands in no line.
    """

    TOAST = 0
    SAFETY = 1
    FILL = 2
    REPLY = 3
    ALERT = 4
    REPORT = 5
    BROADCAST = 6


@value
class Notice:
    """One Bot API method with its parameters, bound for one chat."""

    chat_id: int
    method: str
    payload: Mapping[str, object]
    priority: Priority = Priority.REPLY


@value
class QueuedNotice:
    """A notice as it lies in the outbox; `due_at` is unknown where it was queued just now.

    When it was read it had been due for `waited`, and the update that it answers, if it answers
    one, had been here for `since_received`: both by the database's clock, whatever ours says.
    """

    notice_id: int
    notice: Notice
    due_at: datetime | None = None
    waited: timedelta = timedelta(0)
    update_id: int | None = None
    since_received: timedelta | None = None
