"""What the settings say of trust, of roles and of the circuit breaker, as the inside puts it."""

from bot.bootstrap.settings import Settings
from bot.domain.money import LAMPORTS_PER_SOL
from bot.domain.price_trust import TrustRules
from bot.domain.users import Role
from bot.engine.market_rules import BreakerRules

_MISSED_ROUNDS = 3


def trust_rules(settings: Settings) -> TrustRules:
    """Give when a price is believed."""
    return TrustRules(
        disagreement=settings.price_disagreement,
        source_disagreement=settings.source_disagreement,
        calm_seconds=settings.suspicion_calm_seconds,
        deep_lamports=settings.deep_pool_sol * LAMPORTS_PER_SOL,
        readings_deep=settings.confirmations_deep,
        readings_thin=settings.confirmations_thin,
    )


def breaker_rules(settings: Settings) -> BreakerRules:
    """Give when the market stops all entries."""
    # Where prices are read seldom, the silence between two rounds is no silence of the chain.
    patience = _MISSED_ROUNDS * settings.price_refresh_seconds
    return BreakerRules(
        silent_seconds=max(settings.breaker_silent_seconds, patience),
        sol_move=settings.breaker_sol_move,
        rpc_lost_seconds=settings.breaker_rpc_seconds,
        sol_fall=settings.breaker_sol_fall,
        sol_swing=settings.breaker_sol_swing,
        token_fall=settings.breaker_token_fall,
        disputed_share=settings.breaker_disputed_share,
    )


def roles_of(settings: Settings) -> dict[int, Role]:
    """Give the roles that the settings name, by user id; the owners are admins."""
    roles = dict.fromkeys(settings.premium_ids, Role.PREMIUM)
    return roles | dict.fromkeys(settings.admin_ids, Role.ADMIN)
