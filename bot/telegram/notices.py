"""News that nobody asked for: what the clock's door did to a person's position."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.notices import Notice, Priority
from bot.domain.users import Mode
from bot.services.margin_warnings import NearShort
from bot.services.views import Filled
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens.margin import margin_warning
from bot.telegram.screens.receipts import receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidationNotices(PrivateNews):
    """Renders a liquidation for its owner, as `bot.services.ticks` asks for."""

    def __call__(self, user_id: int, filled: Filled) -> Sequence[Notice]:
        """Give the receipt as news for the private chat."""
        return self.told(
            user_id, lambda keys: receipt(filled, keys), Priority.FILL, mode=filled.mode
        )

    def warning(self, near: NearShort, percent: int) -> Sequence[Notice]:
        """Give the warning before, for the private chat."""
        return self.told(
            near.short.user_id,
            lambda keys: margin_warning(near, percent, keys),
            Priority.FILL,
            mode=Mode.PAPER,
        )
