"""News that nobody asked for: what the clock's door did to a person's position."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.notices import Notice, Priority
from bot.ports.clock import Clock
from bot.services.margin_warnings import NearShort
from bot.services.views import Filled
from bot.telegram.callbacks import Chance, Keys, new_nonce
from bot.telegram.layout import to_send
from bot.telegram.screens.margin import margin_warning
from bot.telegram.screens.receipts import receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidationNotices:
    """Renders a liquidation for its owner, as `bot.services.ticks` asks for."""

    clock: Clock
    chance: Chance
    bot_name: str

    def __call__(self, user_id: int, filled: Filled) -> Sequence[Notice]:
        """Give the receipt as news for the private chat."""
        nonce = new_nonce(self.clock.now(), self.chance)
        keys = Keys(owner=user_id, nonce=nonce, bot_name=self.bot_name)
        return (to_send(receipt(filled, keys), user_id, priority=Priority.FILL),)

    def warning(self, near: NearShort, percent: int) -> Sequence[Notice]:
        """Give the warning before, for the private chat."""
        user_id = near.short.user_id
        nonce = new_nonce(self.clock.now(), self.chance)
        keys = Keys(owner=user_id, nonce=nonce, bot_name=self.bot_name)
        screen = margin_warning(near, percent, keys)
        return (to_send(screen, user_id, priority=Priority.FILL),)
