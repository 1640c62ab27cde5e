"""News of orders that waited: filled, held back, given up, expired, or moved."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.notices import Notice, Priority
from bot.domain.positions import Position
from bot.domain.resting import Resting
from bot.ports.clock import Clock
from bot.services.views import Filled
from bot.telegram.callbacks import Chance, Keys, new_nonce
from bot.telegram.layout import Screen, to_send
from bot.telegram.screens import triggered
from bot.telegram.screens.receipts import receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingNews:
    """Implements `bot.services.resting_views.RestingNotices` for the private chat."""

    clock: Clock
    chance: Chance
    bot_name: str

    def filled(self, user_id: int, filled: Filled) -> Sequence[Notice]:
        """Give the receipt of a fill."""
        return self._send(user_id, receipt(filled, self._keys(user_id)))

    def held_back(
        self, user_id: int, order: Resting, token: Token, refusal: Refusal
    ) -> Sequence[Notice]:
        """Say, once, that an order could not fill and is tried again."""
        return self._send(user_id, triggered.held_back(order, token, refusal, self._keys(user_id)))

    def rejected(
        self, user_id: int, order: Resting, token: Token, refusal: Refusal
    ) -> Sequence[Notice]:
        """Say that an order is given up, why, and what would help."""
        return self._send(user_id, triggered.rejected(order, token, refusal, self._keys(user_id)))

    def expired(self, user_id: int, order: Resting, token: Token) -> Sequence[Notice]:
        """Say that an order's time ran out."""
        return self._send(user_id, triggered.expired(order, token, self._keys(user_id)))

    def expires_soon(self, user_id: int, order: Resting, token: Token) -> Sequence[Notice]:
        """Warn that a position loses its stop within a day."""
        return self._send(user_id, triggered.expires_soon(order, token, self._keys(user_id)))

    def protected(
        self, user_id: int, order: Resting, token: Token, position: Position
    ) -> Sequence[Notice]:
        """Say that a position's stop is at its entry price now."""
        return self._send(user_id, triggered.protected(order, token, position, self._keys(user_id)))

    def _keys(self, user_id: int) -> Keys:
        nonce = new_nonce(self.clock.now(), self.chance)
        return Keys(owner=user_id, nonce=nonce, bot_name=self.bot_name)

    def _send(self, user_id: int, screen: Screen) -> Sequence[Notice]:
        return (to_send(screen, user_id, priority=Priority.FILL),)
