"""What the inside asks of the database about live orders beside their paper twins."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.landing_model import Landings
from bot.domain.twins import Twins


class TwinBook(Protocol):
    """Reads fills with their twins; all raise `Unavailable("database")`."""

    async def newest(self, user_id: int, *, since: datetime, limit: int) -> Sequence[Twins]:
        """Give somebody's filled live orders that have a twin, the newest first."""

    async def landings(self, *, since: datetime, limit: int, limit_each: int) -> Landings:
        """Give how the newest attempts of everybody landed, at most so many of each person."""
