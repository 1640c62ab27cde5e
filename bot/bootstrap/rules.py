"""What the settings say of trust and of roles, as the domain puts it."""

from bot.bootstrap.settings import Settings
from bot.domain.money import LAMPORTS_PER_SOL
from bot.domain.price_trust import TrustRules
from bot.domain.users import Role


def trust_rules(settings: Settings) -> TrustRules:
    """Give when prices are believed."""
    return TrustRules(
        disagreement=settings.price_disagreement,
        source_disagreement=settings.source_disagreement,
        calm_seconds=settings.suspicion_calm_seconds,
        deep_lamports=settings.deep_pool_sol * LAMPORTS_PER_SOL,
        readings_deep=settings.confirmations_deep,
        readings_thin=settings.confirmations_thin,
    )


def roles_of(settings: Settings) -> dict[int, Role]:
    """Give the roles that the settings name, by user id; the owners are admins."""
    roles = dict.fromkeys(settings.premium_ids, Role.PREMIUM)
    return roles | dict.fromkeys(settings.admin_ids, Role.ADMIN)
