"""Wire what follows live wallets on the chain, and what people pay in by."""

from collections.abc import Sequence

from bot.adapters.database.live_movements import PostgresLiveMovements
from bot.adapters.database.mail import OnOutbox
from bot.adapters.solana.wallet_balances import SolanaBalances
from bot.adapters.solana.wallet_history import SolanaHistory
from bot.bootstrap.outside import Outside
from bot.bootstrap.settings import Settings
from bot.services.live_means import LiveMeans
from bot.services.movement_means import MovementMeans, MovementNotices, MovementRules, Release
from bot.services.token_worth import TokenWorth
from bot.services.trading import Trading


def movement_means(
    settings: Settings,
    outside: Outside,
    live: LiveMeans,
    trading: Trading,
    *,
    releases: Sequence[Release],
    notices: MovementNotices,
    on_outbox: OnOutbox,
) -> MovementMeans:
    """Build what following wallets is made with."""
    return MovementMeans(
        live=live,
        book=PostgresLiveMovements(outside.pool, on_outbox),
        history=SolanaHistory(outside.rpc),
        balances=SolanaBalances(outside.rpc),
        worth=TokenWorth(trading).lamports,
        notices=notices,
        rules=MovementRules(dust_lamports=settings.deposit_dust_lamports),
        releases=releases,
    )
