"""What the inside asks of the database about money that moved in live wallets without us."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.ledger import Transfer
from bot.domain.movements import Movement, TokenPlace
from bot.domain.notices import Notice
from bot.domain.positions import Position
from bot.ports.live_wallets import Place


class Cause(StrEnum):
    """Who made a transaction that is booked as a movement."""

    EXTERNAL = "external"  # anybody but us
    CLEANUP = "cleanup"  # our closing of empty accounts


class MovementOutcome(StrEnum):
    """What came of booking a movement."""

    BOOKED = "booked"
    REPEATED = "repeated"  # booked before, or by another door
    CONFLICT = "conflict"  # the wallet has changed since it was read: decide again
    SHORT = "short"  # it took away what is held for something else
    OTHER_WALLET = "other_wallet"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementDesk:
    """A live wallet's books as a movement meets them, of one moment.

    `positions` are those that stand and closed ones whose rent is still out, each with its mint.
    `loose_rent_lamports` lies in token accounts that no position of ours had made, `unlisted` are
    the units of tokens that no position tells of.
    """

    version: int
    last_position: int
    positions: tuple[tuple[str, Position], ...]
    loose_rent_lamports: int
    unlisted: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementBooking:
    """A decided movement: positions as they are after it, and its transfers."""

    version: int
    positions: tuple[Position, ...]
    transfers: tuple[Transfer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How far a wallet and each of its token accounts have been followed, by slot.

    `expected_until` is set while somebody waits for money.
    """

    slot: int
    places: Mapping[TokenPlace, int]
    expected_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementSeen:
    """A movement as it was booked, for its owner to read."""

    signature: str
    cause: Cause
    lamports: int
    tokens: Mapping[str, int]
    counterpart: str | None
    sent_at: datetime | None
    booked_at: datetime


class LiveMovementBook(Protocol):
    """Keeps movements, each signature once, and how far wallets were followed.

    All raise `Unavailable("database")` when the database does not answer.
    """

    async def watched(self, place: Place) -> Watched:
        """Tell how far a wallet has been followed."""

    async def unbooked(self, user_id: int, signatures: Collection[str]) -> frozenset[str]:
        """Give those that were not booked, and are not to be booked by another door."""

    async def cause(self, user_id: int, signature: str) -> Cause:
        """Tell who made a transaction."""

    async def desk(self, place: Place) -> MovementDesk | None:
        """Read what a decision needs; None where the wallet's books are not the current ones."""

    async def book(
        self,
        place: Place,
        movement: Movement,
        cause: Cause,
        booking: MovementBooking,
        notices: Sequence[Notice],
        *,
        seen_at: datetime,
        booked_at: datetime,
    ) -> MovementOutcome:
        """Book a movement with its notices, once for each signature.

        One without notices is dust: kept, and not told.
        """

    async def adopt(
        self, place: Place, booking: MovementBooking, notices: Sequence[Notice]
    ) -> bool:
        """Make positions of unlisted tokens; false where the wallet has changed meanwhile."""

    async def follow(self, place: Place, slot: int, addresses: Collection[str]) -> None:
        """Note that all up to a slot is booked of a wallet, and of these accounts of it."""

    async def note_places(self, place: Place, found: Collection[TokenPlace], at: datetime) -> None:
        """Keep token accounts that were found on the chain."""

    async def note_sweep(self, place: Place, at: datetime) -> None:
        """Note that a wallet's token accounts were looked for."""

    async def expect(self, place: Place, until: datetime) -> None:
        """Note that somebody waits for money until then."""

    async def due(self, now: datetime, swept_before: datetime, limit: int) -> Sequence[Place]:
        """Give the wallets whose accounts are to be looked for: those awaited, then the stalest."""

    async def adoptable(self) -> Sequence[Place]:
        """Give the wallets that hold an unlisted token which is tracked by now."""

    async def seen(self, place: Place, limit: int, *, with_dust: bool) -> Sequence[MovementSeen]:
        """Give a wallet's movements, the newest first."""
