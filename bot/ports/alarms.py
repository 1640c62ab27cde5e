"""What the inside asks of the database about alarms: what was told, and what is silenced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.health import Check
from bot.domain.notices import Notice
from bot.domain.requests import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """How a check stands with admins: since when it fails, and when they were told last.

    `told_at` is None where it fails unheard, since it was silenced.
    """

    check: Check
    failing_since: datetime | None = None
    told_at: datetime | None = None
    silenced_until: datetime | None = None

    def is_silent(self, at: datetime) -> bool:
        """Tell whether admins want to hear nothing of it."""
        return self.silenced_until is not None and at < self.silenced_until


class AlarmBook(Protocol):
    """Alarms as they were told. All methods raise `Unavailable`."""

    async def load(self) -> Sequence[Alarm]:
        """Give every alarm that is known."""

    async def tell(self, before: Alarm, after: Alarm, notices: Sequence[Notice]) -> bool:
        """Keep an alarm and queue what is told of it, together; false where another was quicker."""

    async def silence(
        self, request: Request, check: Check, until: datetime, notices: Sequence[Notice]
    ) -> None:
        """Silence a check, write down who did, end the update; `Refusal` (`already_done`)."""
