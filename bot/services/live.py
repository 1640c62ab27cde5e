"""What trades real money in one bundle; there is none where the operator has not turned it on."""

from dataclasses import dataclass

from bot.services.cleanups import Cleanups
from bot.services.deposits import Deposits
from bot.services.gate import Gate
from bot.services.key_checks import KeyChecks
from bot.services.landing import LandingDelays
from bot.services.live_asking import LiveAsking
from bot.services.live_choices import LiveChoices
from bot.services.live_movements import LiveMovements
from bot.services.live_orders import LiveOrders
from bot.services.live_reconciliation import LiveReconciliation
from bot.services.live_resting import LiveResting
from bot.services.live_wallets import LiveWallets
from bot.services.twins import TwinFigures
from bot.services.wallet_imports import WalletImports
from bot.services.watched_wallets import WatchedWallets
from bot.services.withdrawal_desk import WithdrawalDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The use cases of real money."""

    orders: LiveOrders
    resting: LiveResting
    asking: LiveAsking
    choices: LiveChoices
    wallets: LiveWallets
    reconciliation: LiveReconciliation
    gate: Gate
    twins: TwinFigures
    landing: LandingDelays
    movements: LiveMovements
    deposits: Deposits
    withdrawals: WithdrawalDesk
    cleanups: Cleanups
    watched: WatchedWallets
    imports: WalletImports
    key_checks: KeyChecks
