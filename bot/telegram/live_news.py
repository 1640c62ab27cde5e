"""News of live orders for the people concerned; implements the notices that services ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.instruments import Token
from bot.domain.live_orders import LiveIntent
from bot.domain.notices import Notice, Priority
from bot.domain.orders import Receipt
from bot.domain.users import Mode
from bot.ports.live_orders import BalanceDifference, LiveBalances
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens import live_orders

_FAILED = "live_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveNews(PrivateNews):
    """Implements `bot.services.live_means.LiveNotices`."""

    admin_ids: Sequence[int]

    def filled(self, intent: LiveIntent, receipt: Receipt, token: Token) -> Sequence[Notice]:
        """Tell that an order was filled."""
        return self.told(
            intent.user_id,
            lambda _keys: live_orders.filled(intent, receipt, token),
            Priority.FILL,
            mode=Mode.LIVE,
        )

    def ended(self, intent: LiveIntent, reason: str, token: Token) -> Sequence[Notice]:
        """Tell that an order came to nothing."""
        is_failed = reason == _FAILED
        return self.told(
            intent.user_id,
            lambda _keys: live_orders.ended(intent, token, is_failed=is_failed),
            Priority.FILL,
            mode=Mode.LIVE,
        )

    def unknown(self, intent: LiveIntent, token: Token) -> Sequence[Notice]:
        """Tell that nothing is known of an order yet."""
        return self.told(
            intent.user_id,
            lambda _keys: live_orders.unknown(intent, token),
            Priority.FILL,
            mode=Mode.LIVE,
        )

    def paused(
        self, wallet: LiveBalances, differences: Sequence[BalanceDifference]
    ) -> Sequence[Notice]:
        """Tell owner and admins that a wallet is paused; nothing where it trades again."""
        if not differences:
            return ()
        return tuple(
            notice
            for person in dict.fromkeys((wallet.user_id, *self.admin_ids))
            for notice in self.told(
                person,
                lambda _keys: live_orders.paused(wallet, differences),
                Priority.SAFETY,
                mode=Mode.LIVE,
            )
        )
