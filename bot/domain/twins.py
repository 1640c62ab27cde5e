"""How a live fill came out against its paper twin, decided at the same moment: the gap of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, localcontext
from enum import StrEnum

from bot.domain.money import LAMPORTS_PER_SOL
from bot.domain.orders import Fill
from bot.domain.performance import median

_DIGITS = 28


class SizeClass(StrEnum):
    """How large an order was: what a token's market gives depends on it more than on all else."""

    TINY = "tiny"
    SMALL = "small"
    MIDDLE = "middle"
    LARGE = "large"


_BELOW: tuple[tuple[int, SizeClass], ...] = (
    (LAMPORTS_PER_SOL // 10, SizeClass.TINY),
    (LAMPORTS_PER_SOL, SizeClass.SMALL),
    (10 * LAMPORTS_PER_SOL, SizeClass.MIDDLE),
)
"""Up to which lamports, that amount left out, each class goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinGap:
    """What live came out worse than paper; below zero it came out better.

    `price` compares the two prices alone and `haircut` all that was paid and got, network fees
    as well: fractions of what paper gave. `fee_lamports` is how much more the network took, and
    `latency` the time from the decision to the proven fill, which a fill on paper does not have.
    """

    price: Decimal
    haircut: Decimal
    fee_lamports: int
    latency: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """A live fill with its gap, as statistics take it in; `lamports` is its size."""

    token_id: int
    lamports: int
    gap: TwinGap


@dataclass(frozen=True, slots=True, kw_only=True)
class Haircut:
    """What some live fills came out worse than their twins, all costs counted.

    `mean` weighs each by its size, so that `lost_lamports` are that share of all sizes; `median`
    counts each once.
    """

    orders: int
    median: Decimal
    mean: Decimal
    lost_lamports: int


def gap_of(live: Fill, twin: Fill, latency: timedelta) -> TwinGap | None:
    """Give the gap of two fills of one wish; None where one of them came to nothing."""
    price = _worse(live, twin, live_fee=0, twin_fee=0)
    haircut = _worse(
        live, twin, live_fee=live.network_fee_lamports, twin_fee=twin.network_fee_lamports
    )
    if price is None or haircut is None or live.bought is not twin.bought:
        return None
    return TwinGap(
        price=price,
        haircut=haircut,
        fee_lamports=live.network_fee_lamports - twin.network_fee_lamports,
        latency=latency,
    )


def _worse(live: Fill, twin: Fill, *, live_fee: int, twin_fee: int) -> Decimal | None:
    """Compare tokens per SOL of a purchase, SOL per token of a sale."""
    if live.bought:
        had, gave = (live.token_units, twin.token_units), (live.sol_lamports, twin.sol_lamports)
        gave = (gave[0] + live_fee, gave[1] + twin_fee)
    else:
        gave = (live.token_units, twin.token_units)
        had = (live.sol_lamports - live_fee, twin.sol_lamports - twin_fee)
    if min(*had, *gave) <= 0:
        return None
    with localcontext() as context:
        context.prec = _DIGITS
        # One division: nothing is rounded before it.
        return 1 - Decimal(had[0] * gave[1]) / (had[1] * gave[0])


def size_class(lamports: int) -> SizeClass:
    """Give the class of a size."""
    return next((one for below, one in _BELOW if lamports < below), SizeClass.LARGE)


def haircut_of(twins: Sequence[Twins]) -> Haircut | None:
    """Add some fills up; None of none."""
    middle = median([one.gap.haircut for one in twins])
    lamports = sum(one.lamports for one in twins)
    if middle is None or lamports <= 0:
        return None
    with localcontext() as context:
        context.prec = _DIGITS
        lost = sum((one.gap.haircut * one.lamports for one in twins), Decimal(0))
        mean = lost / lamports
    return Haircut(orders=len(twins), median=middle, mean=mean, lost_lamports=int(lost))
