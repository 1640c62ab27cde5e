"""What withdrawals are made with: the ports they ask, their rules, and who tells people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.instruments import Token
from bot.domain.notices import Notice
from bot.domain.withdrawals import ListedAddress, Withdrawal, WithdrawalRules
from bot.ports.chain_sending import WalletChange
from bot.ports.withdrawals import AddressList, DestinationLooks, WithdrawalBook
from bot.services.live_means import LiveMeans

Worth = Callable[[Token, int], int | None]
"""Gives what units of a token are worth, in lamports; None where no price is known."""
DrawNonce = Callable[[], str]
"""Gives a fresh text that nobody can guess."""


class WithdrawalNotices(Protocol):
    """What people are told of withdrawals; every text says that it is about real money."""

    def added(self, address: ListedAddress) -> Sequence[Notice]:
        """Tell that an address was listed and from when it counts, with a way to stop it."""

    def removed(self, address: ListedAddress) -> Sequence[Notice]:
        """Tell that an address was taken off the list."""

    def proved(
        self, withdrawal: Withdrawal, token: Token | None, due_at: datetime
    ) -> Sequence[Notice]:
        """Tell that a withdrawal waits until it is sent, with the ways to stop it."""

    def sent(
        self,
        withdrawal: Withdrawal,
        token: Token | None,
        change: WalletChange,
        confirmed_at: datetime,
    ) -> Sequence[Notice]:
        """Tell that it was paid, by the actual amounts and with all times."""

    def ended(self, withdrawal: Withdrawal, token: Token | None, reason: str) -> Sequence[Notice]:
        """Tell that it came to nothing, why, and that its funds are free."""

    def unknown(self, withdrawal: Withdrawal, token: Token | None) -> Sequence[Notice]:
        """Tell that nothing is known of its payment yet, and that its funds stay held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalMeans:
    """The ports that withdrawals ask; `live` are those that they share with live orders."""

    live: LiveMeans
    book: WithdrawalBook
    addresses: AddressList
    looks: DestinationLooks
    notices: WithdrawalNotices
    rules: WithdrawalRules
    worth: Worth
    draw: DrawNonce

    @property
    def tokens(self) -> Mapping[int, Token]:
        """Give the tokens that are tracked now, by id."""
        return self.live.tokens

    def token_of(self, withdrawal: Withdrawal) -> Token | None:
        """Give the token that is withdrawn; None for SOL."""
        return None if withdrawal.token_id is None else self.live.tokens.get(withdrawal.token_id)
