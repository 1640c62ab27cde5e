"""News of money that moved in live wallets, for their owners."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.instruments import Token
from bot.domain.movements import Movement
from bot.domain.notices import Notice, Priority
from bot.domain.positions import Position
from bot.ports.live_movements import Cause
from bot.ports.live_orders import LiveBalances
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens import live_movements


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementNews(PrivateNews):
    """Implements `bot.services.movement_means.MovementNotices`.

    `explorer` is what a signature is put behind to look it up; empty for none.
    """

    explorer: str

    def moved(
        self,
        wallet: LiveBalances,
        movement: Movement,
        cause: Cause,
        tokens: Mapping[str, Token],
    ) -> Sequence[Notice]:
        """Tell what moved; what left by another hand goes before everything else."""

        def screen(keys: Keys) -> Screen:
            if cause is Cause.CLEANUP:
                shown = live_movements.cleaned(movement)
            else:
                render = live_movements.left if movement.is_out else live_movements.came
                shown = render(wallet, movement, tokens, keys)
            return live_movements.with_transaction(shown, movement.signature, self.explorer)

        is_alarming = movement.is_out and cause is Cause.EXTERNAL
        priority = Priority.SAFETY if is_alarming else Priority.FILL
        return self.told(wallet.user_id, screen, priority)

    def adopted(
        self, wallet: LiveBalances, positions: Sequence[Position], tokens: Mapping[int, Token]
    ) -> Sequence[Notice]:
        """Tell that tokens which were there without a position have one now."""
        return self.told(
            wallet.user_id, lambda _keys: live_movements.adopted(positions, tokens), Priority.FILL
        )
