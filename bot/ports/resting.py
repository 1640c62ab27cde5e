"""What the inside asks of the database for orders that wait; every method is one transaction."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.resting import NewResting, Resting, RestingState
from bot.domain.users import Mode
from bot.ports.books import ClosedOrder

Refused = Mapping[str, object]
"""A refusal as it is kept: its `code`, and what of its fields is plain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The end of a resting order other than by a fill; `reason` is one word."""

    order: Resting
    state: RestingState
    reason: str
    refused: Refused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A resting order as it shall be from now on."""

    order: Resting
    to: NewResting


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What is remembered of an order that goes on: a try that failed, or a warning given."""

    order: Resting
    refused: Refused | None = None
    is_warned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A live order that waits for its owner's word; `firing` keeps what they are asked."""

    order: Resting
    firing: Refused
    refused: Refused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingChange:
    """One change of a user's resting orders: all of it or nothing.

    `guard` are the orders that it was decided on: each must still wait, at the same generation.
    `wallet_version` must be that of the wallet where anything is placed, since orders are numbered
    on from the wallet's. The clock's changes are forced: they hold for a frozen user as well, and
    role limits do not hinder them. Of live orders, what is placed may be only proposed, and
    `confirm` lets those wait that were proposed within a minute.
    """

    user_id: int
    mode: Mode
    season: int
    request_hash: str = ""
    wallet_version: int | None = None
    is_forced: bool = False
    guard: Sequence[Resting] = ()
    finish: Sequence[Finish] = ()
    change: Sequence[Changed] = ()
    note: Sequence[Noted] = ()
    place: Sequence[NewResting] = field(default=())
    is_proposed: bool = False
    ask: Sequence[Asked] = ()
    confirm: Sequence[Resting] = ()


class RestingBook(Protocol):
    """Orders that wait. All methods raise `Unavailable("database")`."""

    async def apply(
        self, request: Request, change: RestingChange, notices: Sequence[Notice]
    ) -> tuple[int, ...]:
        """Make a change with its notices and the end of its update; gives the new orders' ids.

        Raises `BookingConflict` where the wallet changed meanwhile, or `Refusal`: `already_done`
        or `request_mismatch` where this request was answered before, `frozen`, `order_spent`
        where an order of `guard` waits no more, `too_many_resting`.
        """

    async def of_user(self, user_id: int, mode: Mode) -> list[Resting]:
        """Give a user's orders that wait, and those that ended within a minute."""

    async def of_intent(self, user_id: int, intent_number: int) -> Resting | None:
        """Give the order that a live intent is under way for."""

    async def proposed(self, user_id: int, numbers: Sequence[int]) -> list[Resting]:
        """Give the live orders of these numbers that were proposed and not confirmed yet."""

    async def forget_proposed(self) -> None:
        """End what was proposed and not confirmed in time."""

    async def one(self, user_id: int, mode: Mode, number: int) -> Resting | None:
        """Give an order by its number, in whatever state."""

    async def filled(self, user_id: int, mode: Mode, number: int) -> ClosedOrder | None:
        """Give the fill of this number."""

    def working(self) -> AsyncIterator[Sequence[Resting]]:
        """Give everybody's orders that wait, some thousands at a time."""

    async def triggered(self, seen: Sequence[tuple[int, int, datetime]]) -> list[Resting]:
        """Note that these orders' time was seen to have come, as (id, generation, when).

        Gives those that still wait at that generation, as they are now.
        """

    async def due(self, now: datetime, limit: int) -> list[Resting]:
        """Give orders whose moment has come and was not seen yet, the longest due first."""

    async def expiring(self, before: datetime, limit: int) -> list[Resting]:
        """Give orders that expire before a moment, the first first."""

    async def warnable(self, before: datetime, limit: int) -> list[Resting]:
        """Give protecting stops that expire before a moment and whose owner was not warned."""

    async def keep_peaks(self, peaks: Sequence[tuple[int, int, Decimal, Decimal]]) -> None:
        """Write peaks and the levels that follow them, as (id, generation, peak, level)."""
