"""News of live orders that wait: what their owner is asked, and what came to nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.live_orders import LiveIntent
from bot.domain.live_questions import Question
from bot.domain.notices import Notice, Priority
from bot.domain.positions import Position
from bot.domain.resting import Resting, RestingState
from bot.domain.users import Mode
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens import live_resting as screen


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRestingNews(PrivateNews):
    """Implements `bot.services.live_resting_views.LiveRestingNotices` for the private chat."""

    def asked(self, order: Resting, token: Token, question: Question) -> Sequence[Notice]:
        """Ask the owner whether to carry an order out now, to keep it, or to cancel it."""
        generation = order.generation + 1  # being asked is a change of its own
        return self.told(
            order.user_id,
            lambda keys: screen.asked(order, token, question, generation, keys),
            Priority.FILL,
            mode=Mode.LIVE,
        )

    def failed(
        self, order: Resting, intent: LiveIntent, token: Token, reason: str, state: RestingState
    ) -> Sequence[Notice]:
        """Say that an order's try came to nothing, why, and how it goes on."""
        return self.told(
            order.user_id,
            lambda keys: screen.failed(order, intent, token, reason, state=state, keys=keys),
            Priority.FILL,
            mode=Mode.LIVE,
        )

    def unprotected(
        self, intent: LiveIntent, position: Position, token: Token, refusal: Refusal
    ) -> Sequence[Notice]:
        """Say that a purchase is booked, but the exits it was to bring could not be placed."""
        return self.told(
            intent.user_id,
            lambda keys: screen.unprotected(intent, position, token, refusal, keys),
            Priority.SAFETY,
            mode=Mode.LIVE,
        )
