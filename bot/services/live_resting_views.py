"""What the owner of a live order that waits is asked and told, in the words of their door."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.live_orders import LiveIntent
from bot.domain.live_questions import Question
from bot.domain.notices import Notice
from bot.domain.positions import Position
from bot.domain.resting import Resting, RestingState


class LiveRestingNotices(Protocol):
    """What is told of live orders that wait, beside what is told of every order."""

    def asked(self, order: Resting, token: Token, question: Question) -> Sequence[Notice]:
        """Ask the owner whether to carry an order out now, to keep it, or to cancel it.

        Its buttons name the generation that the order has once this is committed.
        """

    def unprotected(
        self, intent: LiveIntent, position: Position, token: Token, refusal: Refusal
    ) -> Sequence[Notice]:
        """Say that a purchase is booked, but the exits it was to bring could not be placed."""

    def failed(
        self, order: Resting, intent: LiveIntent, token: Token, reason: str, state: RestingState
    ) -> Sequence[Notice]:
        """Say that an order's try came to nothing, why, what it cost, and how it goes on."""
