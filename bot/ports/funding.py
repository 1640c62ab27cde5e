"""What the inside asks of the database about the funding of shorts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.funding import FundingCharge


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpaidShort:
    """An open paper short that owes for an hour at least."""

    user_id: int
    season: int
    number: int
    token_id: int
    proceeds_lamports: int
    funded_hours: int
    opened_at: datetime


class FundingBook(Protocol):
    """Charges shorts, once per position and hour. All raise `Unavailable`."""

    async def unpaid(self, now: datetime, limit: int) -> list[UnpaidShort]:
        """Give open paper shorts that owe for a whole hour, those of a user together."""

    async def charge(self, charges: Sequence[FundingCharge], at: datetime) -> int:
        """Charge them from their margins, all of it or nothing; gives how many were charged.

        One that was charged or closed since it was read is left out.
        """
