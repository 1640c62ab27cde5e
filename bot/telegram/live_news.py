"""News of live orders for the people concerned; implements the notices that services ask for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.domain.instruments import Token
from bot.domain.live_orders import LiveIntent
from bot.domain.live_wallets import FaultyKey
from bot.domain.notices import Notice, Priority
from bot.domain.orders import Receipt
from bot.domain.users import Mode
from bot.ports.live_orders import BalanceDifference, LiveBalances
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens import linked_wallets, live_orders, live_progress

_WATCHED_SECONDS = 60.0
Render = Callable[[Keys], Screen]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveNews(PrivateNews):
    """Implements `bot.services.live_means.LiveNotices`.

    An order that has a message is told of in that message, edited in place. Who has watched it for
    a minute may have gone: what becomes of it then comes as a new message too. All of these are
    fills by priority, so that they keep their order. `explorer` is an address up to the signature.
    """

    admin_ids: Sequence[int]
    explorer: str = ""

    def moved(self, intent: LiveIntent, token: Token) -> Sequence[Notice]:
        """Show how far an order is, in its message; nothing where it has none."""
        if intent.message_id is None:
            return ()
        return self._edited(
            intent, lambda _keys: live_progress.under_way(intent, token, self.explorer)
        )

    def filled(self, intent: LiveIntent, receipt: Receipt, token: Token) -> Sequence[Notice]:
        """Tell that an order was filled."""
        return self._news(
            intent, lambda keys: live_orders.filled(intent, receipt, token, keys, self.explorer)
        )

    def ended(self, intent: LiveIntent, reason: str, token: Token) -> Sequence[Notice]:
        """Tell that an order came to nothing."""
        return self._news(
            intent, lambda _keys: live_orders.ended(intent, reason, token, self.explorer)
        )

    def unknown(self, intent: LiveIntent, token: Token) -> Sequence[Notice]:
        """Tell that nothing is known of an order yet."""
        return self._news(intent, lambda _keys: live_orders.unknown(intent, token, self.explorer))

    def key_faulty(self, faulty: FaultyKey) -> Sequence[Notice]:
        """Tell owner and admins of a key that is unfit for use."""
        return tuple(
            notice
            for person in dict.fromkeys((faulty.user_id, *self.admin_ids))
            for notice in self.told(
                person,
                lambda _keys: linked_wallets.key_faulty(faulty),
                Priority.SAFETY,
                mode=Mode.LIVE,
            )
        )

    def paused(
        self, wallet: LiveBalances, differences: Sequence[BalanceDifference]
    ) -> Sequence[Notice]:
        """Tell owner and admins that a wallet is paused, or trades again without differences."""

        def screen(_keys: Keys) -> Screen:
            if differences:
                return live_orders.paused(wallet, differences)
            return live_orders.resumed(wallet)

        return tuple(
            notice
            for person in dict.fromkeys((wallet.user_id, *self.admin_ids))
            for notice in self.told(person, screen, Priority.SAFETY)
        )

    def _news(self, intent: LiveIntent, screen: Render) -> tuple[Notice, ...]:
        if intent.message_id is None:
            return self._sent(intent, screen)
        edited = self._edited(intent, screen)
        if (self.clock.now() - intent.decided_at).total_seconds() < _WATCHED_SECONDS:
            return edited
        return (*edited, *self._sent(intent, screen))

    def _sent(self, intent: LiveIntent, screen: Render) -> tuple[Notice, ...]:
        return self.told(intent.user_id, screen, Priority.FILL, mode=Mode.LIVE)

    def _edited(self, intent: LiveIntent, screen: Render) -> tuple[Notice, ...]:
        return tuple(
            replace(
                notice,
                method="editMessageText",
                payload={**notice.payload, "message_id": intent.message_id},
            )
            for notice in self._sent(intent, screen)
        )
