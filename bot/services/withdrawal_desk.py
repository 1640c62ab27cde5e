"""Withdrawals in one bundle: what the doors and the clock are handed of them."""

from dataclasses import dataclass

from bot.services.withdrawal_addresses import WithdrawalAddresses
from bot.services.withdrawal_payments import WithdrawalPayments
from bot.services.withdrawals import Withdrawals


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalDesk:
    """Lists, wishes and payments."""

    addresses: WithdrawalAddresses
    asking: Withdrawals
    payments: WithdrawalPayments
