"""Wire how paper models the way to the chain."""

from random import SystemRandom

from bot.adapters.database.twins import PostgresTwins
from bot.bootstrap.outside import Outside
from bot.bootstrap.settings import Settings
from bot.domain.landing_model import LandingModel
from bot.services.landing import LandingDelays


def landing_delays(settings: Settings, outside: Outside) -> LandingDelays:
    """Take the delay from the settings, until live orders say otherwise, if they may."""
    is_fed = settings.live_trading and settings.paper_from_live
    return LandingDelays(
        otherwise=LandingModel(delay_seconds=settings.landing_seconds),
        chance=SystemRandom().random,
        clock=outside.clock,
        book=PostgresTwins(outside.pool) if is_fed else None,
    )
