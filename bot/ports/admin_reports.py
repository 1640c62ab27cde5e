"""What the inside asks of the database about a day of everybody's, and about telling it once."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from bot.domain.admin_reports import DayCount, StoredDay
from bot.domain.notices import Notice
from bot.domain.twins import Twins


class AdminReportBook(Protocol):
    """Days in sums. All methods raise `Unavailable`."""

    async def day(self, day: date, *, late_seconds: float) -> StoredDay:
        """Add up a UTC day; an alert is late from `late_seconds` on."""

    async def twins(self, day: date) -> Sequence[Twins]:
        """Give the day's filled live orders that have a paper twin."""

    async def began_by(self, day: date) -> bool:
        """Tell whether anybody had come by the end of a day."""

    async def is_told(self, day: date) -> bool:
        """Tell whether admins were told of a day."""

    async def tell(
        self, day: date, request_id: str, at: datetime, notices: Sequence[Notice]
    ) -> bool:
        """Claim a day and queue its report, together; false where another was quicker."""

    async def add_counts(self, day: date, counts: Sequence[DayCount]) -> None:
        """Add to the sums of a day."""
