"""News for holders of a token that moved to another pool."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.graduations import Graduation
from bot.domain.instruments import Token
from bot.domain.notices import Notice, Priority
from bot.ports.clock import Clock
from bot.telegram.callbacks import Chance, Keys, new_nonce
from bot.telegram.layout import to_send
from bot.telegram.screens import graduations


@dataclass(frozen=True, slots=True, kw_only=True)
class GraduationNews:
    """Renders what `bot.services.graduations` has to tell, for a holder's private chat."""

    clock: Clock
    chance: Chance
    bot_name: str

    def moved(self, user_id: int, token: Token, graduation: Graduation) -> Sequence[Notice]:
        """Say that a token moved to another pool, and that nothing is left to do."""
        nonce = new_nonce(self.clock.now(), self.chance)
        keys = Keys(owner=user_id, nonce=nonce, bot_name=self.bot_name)
        screen = graduations.moved(token, graduation, keys)
        return (to_send(screen, user_id, priority=Priority.ALERT),)
