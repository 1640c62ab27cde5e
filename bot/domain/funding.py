"""What a paper short pays for the tokens it owes: a modelled rate, by the hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.money import LAMPORTS_PER_SOL
from bot.domain.positions import BPS

HOUR = timedelta(hours=1)
_HOURS_A_YEAR = 24 * 365
# Yearly rates in basis points by the depth of the pool: the first is the base rate of perpetual
# futures (0.01 % in 8 hours), the others grow as tokens get harder to borrow. Modelled.
_RATES = (
    (10_000 * LAMPORTS_PER_SOL, 1_095),
    (1_000 * LAMPORTS_PER_SOL, 2_500),
    (100 * LAMPORTS_PER_SOL, 6_000),
    (0, 12_000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingCharge:
    """What a short owes for the hours after `from_hours` up to `to_hours` since it was opened."""

    user_id: int
    season: int
    number: int
    from_hours: int
    to_hours: int
    hourly_lamports: int


def yearly_rate_bps(depth_lamports: int) -> int:
    """Give the modelled yearly rate in basis points for a pool of this depth."""
    return next(rate for least, rate in _RATES if depth_lamports >= least)


def hourly_lamports(proceeds_lamports: int, depth_lamports: int) -> int:
    """Give what an hour costs: the yearly rate on what the short sold for, rounded down."""
    return proceeds_lamports * yearly_rate_bps(depth_lamports) // (BPS * _HOURS_A_YEAR)


def whole_hours(since: datetime, now: datetime) -> int:
    """Give how many whole hours have passed; none if the clock went back."""
    return max(0, (now - since) // HOUR)
