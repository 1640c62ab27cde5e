"""The words of the double-entry ledger: accounts, and the transfers between them.

Every account's balance is its credits less its debits, so all balances of an asset add up to
zero. A transfer moves an amount from its debit account to its credit account and never
changes afterwards. After TigerBeetle (pending, post, void) and Formance (postings, hashes).
"""

from enum import StrEnum

from bot.domain.values import value


class AccountKind(StrEnum):
    """What an account stands for; each user has their own of every kind, per mode and season.

    The first five are the user's own and can never go below zero, and so are the tokens in a live
    wallet that no position tells of (unlisted); the rest are the other side of the books (the
    market, the faucet of grants, borrowed tokens, insurance, and for live money whatever is
    outside of our wallets).
    """

    CASH = "cash"
    MARGIN = "margin"
    HOLDING = "holding"
    RENT = "rent"
    FEES = "fees"
    MARKET = "market"
    FAUCET = "faucet"
    DEBT = "debt"
    INSURANCE = "insurance"
    EXTERNAL = "external"
    UNLISTED = "unlisted"


class TransferCode(StrEnum):
    """Why an amount moved."""

    GRANT = "grant"
    SWAP_IN = "swap_in"
    SWAP_OUT = "swap_out"
    NETWORK_FEE = "network_fee"
    TRANSFER_FEE = "transfer_fee"
    RENT_PAID = "rent_paid"
    RENT_RETURNED = "rent_returned"
    MARGIN_POSTED = "margin_posted"
    MARGIN_RETURNED = "margin_returned"
    SHORT_SOLD = "short_sold"
    SHORT_PROCEEDS = "short_proceeds"
    SHORT_COST = "short_cost"
    SHORT_BOUGHT_BACK = "short_bought_back"
    INSURANCE_PAID = "insurance_paid"
    FUNDING = "funding"
    CORRECTION = "correction"
    PRIORITY_FEE = "priority_fee"
    TIP = "tip"
    FAILED_FEE = "failed_fee"  # what a live transaction cost that changed nothing else
    LIVE_HOLD = "live_hold"
    LIVE_RELEASE = "live_release"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    ADOPTED = "adopted"  # from the unlisted tokens into a position
    CLEANUP_FEE = "cleanup_fee"  # what closing empty accounts cost
    WITHDRAWAL_FEE = "withdrawal_fee"  # the network's, for a payment that landed or failed


@value
class AccountKey:
    """One account of a user; `position` is 0 except for margin and rent, kept per position."""

    kind: AccountKind
    asset: str
    position: int = 0


@value
class Transfer:
    """One movement of `units` (> 0) base units; both accounts hold the same asset."""

    debit: AccountKey
    credit: AccountKey
    units: int
    code: TransferCode

    def __post_init__(self) -> None:
        """Refuse a transfer that could not balance."""
        if self.debit.asset != self.credit.asset:
            raise ValueError("a transfer keeps to one asset")
        if self.units <= 0:
            raise ValueError("a transfer moves a positive amount")
        if self.debit == self.credit:
            raise ValueError("a transfer needs two accounts")
