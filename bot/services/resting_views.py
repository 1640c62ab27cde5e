"""What the use cases of resting orders answer with, and what its owner is told of an order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.notices import Notice
from bot.domain.positions import Position
from bot.domain.resting import NewResting, Resting
from bot.services.views import Filled


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingView:
    """A resting order with its token and where the price stands.

    `now` is the figure of its gauge, None while it is not known; `distance` is how far the
    figure has to go to the level, as a signed fraction of the figure. `position` is that of an
    exit while it stands.
    """

    order: Resting
    token: Token
    position: Position | None
    now: Decimal | None
    distance: Decimal | None
    sol_usd: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Orders about to be placed, with their token, its price in SOL, and the exits' position."""

    orders: tuple[NewResting, ...]
    token: Token
    price: Decimal
    position: Position | None
    sol_usd: Decimal | None


PlacedAnswer = Callable[[Placed], Sequence[Notice]]
CancelAnswer = Callable[[tuple[RestingView, ...]], Sequence[Notice]]
ChangeAnswer = Callable[[RestingView], Sequence[Notice]]


class RestingNotices(Protocol):
    """What an order's owner is told when nobody asked, in the words of their door."""

    def filled(self, user_id: int, filled: Filled) -> Sequence[Notice]:
        """Give the receipt of a fill; its `receipt.trigger` says what set it off."""

    def held_back(
        self, user_id: int, order: Resting, token: Token, refusal: Refusal
    ) -> Sequence[Notice]:
        """Say, once, that an order's time has come but it could not fill, and is tried again."""

    def rejected(
        self, user_id: int, order: Resting, token: Token, refusal: Refusal
    ) -> Sequence[Notice]:
        """Say that an order is given up, why, and what would help."""

    def expired(self, user_id: int, order: Resting, token: Token) -> Sequence[Notice]:
        """Say that an order's time ran out."""

    def expires_soon(self, user_id: int, order: Resting, token: Token) -> Sequence[Notice]:
        """Warn that a position loses its stop within a day."""

    def protected(
        self, user_id: int, order: Resting, token: Token, position: Position
    ) -> Sequence[Notice]:
        """Say that a position's stop is at its entry price now."""
