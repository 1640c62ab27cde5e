"""News for holders of a token whose price is disputed: when that begins, and when it is over."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.instruments import Token
from bot.domain.notices import Notice, Priority
from bot.domain.price_trust import Suspicion
from bot.ports.clock import Clock
from bot.telegram.callbacks import Chance, Keys, new_nonce
from bot.telegram.layout import Screen, to_send
from bot.telegram.screens import warnings


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceWarnings:
    """Renders what `bot.services.suspicions` has to tell, for a holder's private chat."""

    clock: Clock
    chance: Chance
    bot_name: str

    def began(self, user_id: int, token: Token, suspicion: Suspicion) -> Sequence[Notice]:
        """Say that a token's price is not believed now, and what that means."""
        return self._news(user_id, warnings.disputed(token, suspicion, self._keys(user_id)))

    def ended(self, user_id: int, token: Token) -> Sequence[Notice]:
        """Say that it is believed again."""
        return self._news(user_id, warnings.agreed(token, self._keys(user_id)))

    def _keys(self, user_id: int) -> Keys:
        nonce = new_nonce(self.clock.now(), self.chance)
        return Keys(owner=user_id, nonce=nonce, bot_name=self.bot_name)

    def _news(self, user_id: int, screen: Screen) -> Sequence[Notice]:
        return (to_send(screen, user_id, priority=Priority.SAFETY),)
