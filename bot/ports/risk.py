"""What the inside asks of the database about limits, locks and the marks of equity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.domain.notices import Notice
from bot.domain.positions import Position
from bot.domain.requests import Request
from bot.domain.risk import RiskLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedWallet:
    """A wallet with open positions, and its marks so far; `free_lamports` is cash."""

    user_id: int
    season: int
    grant_lamports: int
    free_lamports: int
    positions: tuple[Position, ...]
    peak_lamports: int | None
    day_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityMark:
    """What is written of a wallet: its peak so far, and where `day_lamports` is, a day's begin."""

    user_id: int
    season: int
    peak_lamports: int
    day_on: date
    day_lamports: int | None


class RiskBook(Protocol):
    """A person's own limits and locks, and the marks of equity. All raise `Unavailable`."""

    async def set_limit(
        self, request: Request, limit: RiskLimit, value: int | None, notices: Sequence[Notice]
    ) -> None:
        """Keep a person's own limit (None: the role's again) and end its update.

        Raises `Refusal("already_done")` where that update had ended before.
        """

    async def lift_lock(
        self, request: Request, lock_id: int, at: datetime, notices: Sequence[Notice]
    ) -> None:
        """Lift a lock and end its update; raises `Refusal` (`unknown_lock`, `already_done`)."""

    async def wallets_at_risk(self, after_user: int, limit: int) -> list[MarkedWallet]:
        """Give paper wallets with open positions, by user id, from the first after one on."""

    async def mark(self, marks: Sequence[EquityMark]) -> None:
        """Write marks of equity; a peak never falls and a day begins once."""
