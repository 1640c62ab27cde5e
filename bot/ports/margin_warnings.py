"""What the inside asks of the database about warnings before a liquidation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.notices import Notice


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ShortNamed:
    """An open short of somebody's present season; numbers never come again in a later one."""

    user_id: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a short's owner was last told: the percentage of the way to its liquidation."""

    short: ShortNamed
    token_id: int
    percent: int


class MarginBook(Protocol):
    """Who was told how near a liquidation is, across restarts. All raise `Unavailable`."""

    async def standing(self) -> list[Told]:
        """Give what the owners of open shorts were last told."""

    async def warn(
        self, short: ShortNamed, percent: int, at: datetime, notices: Sequence[Notice]
    ) -> bool:
        """Write a warning down and queue it, together; False where one as high stands."""

    async def forget(self, shorts: Sequence[ShortNamed]) -> None:
        """Forget the warnings of shorts that have recovered."""
