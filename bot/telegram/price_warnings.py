"""News for holders of a token whose price is disputed: when that begins, and when it is over."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.instruments import Token
from bot.domain.notices import Notice, Priority
from bot.domain.price_trust import Suspicion
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens import warnings


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceWarnings(PrivateNews):
    """Renders what `bot.services.suspicions` has to tell, for a holder's private chat."""

    def began(self, user_id: int, token: Token, suspicion: Suspicion) -> Sequence[Notice]:
        """Say that a token's price is not believed now, and what that means."""
        return self.told(
            user_id, lambda keys: warnings.disputed(token, suspicion, keys), Priority.SAFETY
        )

    def ended(self, user_id: int, token: Token) -> Sequence[Notice]:
        """Say that it is believed again."""
        return self.told(user_id, lambda keys: warnings.agreed(token, keys), Priority.SAFETY)
