"""News of orders that waited: filled, held back, given up, expired, or moved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.notices import Notice, Priority
from bot.domain.positions import Position
from bot.domain.resting import Resting
from bot.domain.users import Mode
from bot.services.views import Filled
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens import triggered
from bot.telegram.screens.receipts import receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingNews(PrivateNews):
    """Implements `bot.services.resting_views.RestingNotices` for the private chat."""

    def filled(self, user_id: int, filled: Filled) -> Sequence[Notice]:
        """Give the receipt of a fill."""
        return self._send(user_id, filled.mode, lambda keys: receipt(filled, keys))

    def held_back(
        self, user_id: int, order: Resting, token: Token, refusal: Refusal
    ) -> Sequence[Notice]:
        """Say, once, that an order could not fill and is tried again."""
        return self._send(
            user_id, order.mode, lambda keys: triggered.held_back(order, token, refusal, keys)
        )

    def rejected(
        self, user_id: int, order: Resting, token: Token, refusal: Refusal
    ) -> Sequence[Notice]:
        """Say that an order is given up, why, and what would help."""
        return self._send(
            user_id, order.mode, lambda keys: triggered.rejected(order, token, refusal, keys)
        )

    def expired(self, user_id: int, order: Resting, token: Token) -> Sequence[Notice]:
        """Say that an order's time ran out."""
        return self._send(user_id, order.mode, lambda keys: triggered.expired(order, token, keys))

    def expires_soon(self, user_id: int, order: Resting, token: Token) -> Sequence[Notice]:
        """Warn that a position loses its stop within a day."""
        return self._send(
            user_id, order.mode, lambda keys: triggered.expires_soon(order, token, keys)
        )

    def protected(
        self, user_id: int, order: Resting, token: Token, position: Position
    ) -> Sequence[Notice]:
        """Say that a position's stop is at its entry price now."""
        return self._send(
            user_id, order.mode, lambda keys: triggered.protected(order, token, position, keys)
        )

    def _send(self, user_id: int, mode: Mode, screen: Callable[[Keys], Screen]) -> Sequence[Notice]:
        return self.told(user_id, screen, Priority.FILL, mode=mode)
