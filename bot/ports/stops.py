"""What the inside asks of the database about emergency stops."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.risk import StopRule, TradingStop

TellHolder = Callable[[int], Sequence[Notice]]
"""Gives what somebody is told who holds what a stop concerns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedPosition:
    """A position that an emergency stop is to close."""

    user_id: int
    season: int
    number: int
    token_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedLive:
    """A live position that an emergency stop is to sell; `tries` counts what was placed for it."""

    user_id: int
    wallet_number: int
    number: int
    token_id: int
    units: int
    tries: int


class StopBook(Protocol):
    """Emergency stops with who, why and when; all raise `Unavailable`.

    `request` is None where the clock asks; with one, its update ends in the same transaction,
    and `Refusal("already_done")` is raised where it had ended before.
    """

    async def knows(self, user_id: int) -> bool:
        """Tell whether there is such a user."""

    async def standing(self) -> list[TradingStop]:
        """Give the stops that were not lifted."""

    async def pull(
        self,
        request: Request | None,
        stop: TradingStop,
        notices: Sequence[Notice],
        holders: TellHolder | None = None,
    ) -> TradingStop:
        """Write a stop down and give it with its number; its own number is not looked at.

        With `holders`, whoever holds what it concerns is told in the same transaction.

        Where one of the same scope and rule stands, that one goes on, and closes from now on
        if this one does.
        """

    async def lift(
        self,
        request: Request | None,
        stop: TradingStop,
        *,
        rules: Sequence[StopRule],
        by: int,
        reason: str,
        at: datetime,
        notices: Sequence[Notice],
        holders: TellHolder | None = None,
    ) -> None:
        """Lift the standing stops of this one's scope that these rules have pulled."""

    async def to_close(
        self, stop: TradingStop, after: StoppedPosition | None, limit: int
    ) -> list[StoppedPosition]:
        """Give open paper positions that a stop is to close, by user and number, after one."""

    async def live_to_close(self, stop: TradingStop, limit: int) -> list[StoppedLive]:
        """Give open live positions that a stop is to sell, and for which nothing is under way.

        What was tried within the last minute is left out.
        """

    async def count_open(self, stop: TradingStop, *, with_live: bool = False) -> int:
        """Give how many positions a stop has still to close."""

    async def note_progress(
        self, stop: TradingStop, *, planned: int, at: datetime | None, notices: Sequence[Notice]
    ) -> None:
        """Write down how many there were, with `at` that none is left; queue what is told of it."""
