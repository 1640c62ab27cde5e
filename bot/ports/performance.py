"""What the inside asks of the database for a report: fills added up, and the course of equity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.instruments import Token
from bot.domain.performance import Drawdown, EquityPoint, Exits, Flow
from bot.domain.users import Mode
from bot.ports.books import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenResult:
    """What the exits of one token came to, and what its shorts paid as funding."""

    token: Token
    exits: Exits
    funding_lamports: int = 0

    @property
    def realised_lamports(self) -> int:
        """Give what the token came to: its exits, less the funding of its shorts."""
        return self.exits.realised_lamports - self.funding_lamports


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonResult:
    """What the exits for one reason came to; `reason` as it is stored: `manual`, `stop`, ..."""

    reason: str
    exits: Exits


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that a report is made of, read in one snapshot of the database.

    The fills are those of the desk's season from `since` to `until`. `pool_fees_lamports` are
    already in the prices of the fills, `network_fees_lamports` already in what exits came to;
    `funding_lamports`, which shorts paid in the span, closed or open, are in neither.
    `by_token` has the largest results first and leaves the rest out; `points` are in order, the
    first of them the last before `since` where there is one. `flows` are those from the first
    point on, of a live wallet.
    """

    desk: Desk
    since: datetime
    until: datetime
    fills: int
    exits: Exits
    network_fees_lamports: int
    pool_fees_lamports: int
    funding_lamports: int
    by_token: tuple[TokenResult, ...]
    by_reason: tuple[ReasonResult, ...]
    points: tuple[EquityPoint, ...]
    flows: tuple[Flow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A wallet whose worth is to be written down."""

    user_id: int
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a wallet was worth at a moment; `version` counts the changes of the wallet."""

    user_id: int
    mode: Mode
    season: int
    version: int
    point: EquityPoint


class PerformanceBook(Protocol):
    """Fills and equity as reports need them. All methods raise `Unavailable`."""

    async def record(
        self, user_id: int, mode: Mode, *, length: timedelta | None, until: datetime
    ) -> Record:
        """Read a report's figures of the present season; all of it where `length` is None."""

    async def drawdowns(
        self, user_ids: Sequence[int], mode: Mode
    ) -> dict[int, tuple[Drawdown, int]]:
        """Give the deepest fall of each present season so far, and its highest worth."""

    async def due(self, now: datetime, after: Due | None, limit: int) -> list[Due]:
        """Give wallets that changed since they were last written down, or are due again.

        In order of user and mode, those behind `after`.
        """

    async def write_down(self, samples: Sequence[Sample]) -> None:
        """Keep samples; of a wallet that has one of that moment already, nothing is kept."""

    async def thin(self, before: datetime, after: datetime) -> int:
        """Leave of each wallet's days between the two the lowest, highest and last point."""
