"""News of withdrawals for the people concerned; implements the notices that services ask for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.instruments import Token
from bot.domain.notices import Notice, Priority
from bot.domain.withdrawals import ListedAddress, Withdrawal
from bot.ports.chain_sending import WalletChange
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens import withdrawal_news as screens
from bot.telegram.screens import withdrawals


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalNews(PrivateNews):
    """Implements `bot.services.withdrawal_means.WithdrawalNotices`."""

    def added(self, address: ListedAddress) -> Sequence[Notice]:
        """Tell that an address was listed."""
        return self._to(address.user_id, lambda keys: withdrawals.address_added(address, keys))

    def removed(self, address: ListedAddress) -> Sequence[Notice]:
        """Tell that an address was taken off the list."""
        return self._to(address.user_id, lambda keys: withdrawals.address_removed(address, keys))

    def proved(
        self, withdrawal: Withdrawal, token: Token | None, due_at: datetime
    ) -> Sequence[Notice]:
        """Tell that a withdrawal waits until it is sent."""
        return self._to(
            withdrawal.user_id, lambda keys: screens.proved(withdrawal, token, due_at, keys)
        )

    def sent(
        self,
        withdrawal: Withdrawal,
        token: Token | None,
        change: WalletChange,
        confirmed_at: datetime,
    ) -> Sequence[Notice]:
        """Tell that it was paid."""
        return self._to(
            withdrawal.user_id,
            lambda keys: screens.sent(withdrawal, token, change, confirmed_at, keys),
        )

    def ended(self, withdrawal: Withdrawal, token: Token | None, reason: str) -> Sequence[Notice]:
        """Tell that it came to nothing."""
        return self._to(
            withdrawal.user_id, lambda keys: screens.ended(withdrawal, token, reason, keys)
        )

    def unknown(self, withdrawal: Withdrawal, token: Token | None) -> Sequence[Notice]:
        """Tell that nothing is known of its payment yet."""
        return self._to(withdrawal.user_id, lambda _keys: screens.unknown(withdrawal, token))

    def _to(self, user_id: int, screen: Callable[[Keys], Screen]) -> Sequence[Notice]:
        return self.told(user_id, screen, Priority.SAFETY)
