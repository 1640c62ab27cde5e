"""Finds the best way from one token to another through the market's pools, as they stand now."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.addresses import USDC, WSOL
from bot.sandbox.market.market import Market
from bot.sandbox.market.migrations import is_complete
from bot.sandbox.market.pools.pool import Asset, Pool

MOST_LEGS = 3
BETWEEN = (WSOL, USDC)
"""What a route may pass through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One swap of a route, in base units."""

    pool: Pool
    mint_in: Pubkey
    mint_out: Pubkey
    amount_in: int
    amount_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way from the first leg's input to the last one's output."""

    legs: Sequence[Leg]

    @property
    def amount_out(self) -> int:
        """What comes out at its end."""
        return self.legs[-1].amount_out

    @property
    def price_impact(self) -> Decimal:
        """Give how much less than at the spot price comes out, as a fraction of at most zero."""
        fair = Decimal(self.legs[0].amount_in)
        for leg in self.legs:
            fair *= _spot(leg)
        return min(Decimal(0), self.amount_out / fair - 1) if fair else Decimal(0)


def best_route(market: Market, mint_in: Pubkey, mint_out: Pubkey, amount_in: int) -> Route | None:
    """Find what gives the most; None where no pool leads there, or nothing would come out."""
    pools = [pool for token in market.tokens() for pool in token.pools if not is_complete(pool)]
    routes = [Route(legs=legs) for legs in _ways(pools, mint_in, mint_out, amount_in, ())]
    return max(routes, key=lambda route: route.amount_out, default=None)


def asset_of(market: Market, mint: Pubkey) -> Asset | None:
    """Give what the market knows of a mint; None where it does not trade it."""
    for token in market.tokens():
        for pool in token.pools:
            for asset in (pool.base, pool.quote):
                if asset.mint == mint:
                    return asset
    return None


def _ways(
    pools: Sequence[Pool], mint: Pubkey, goal: Pubkey, amount: int, legs: tuple[Leg, ...]
) -> Iterator[tuple[Leg, ...]]:
    if len(legs) == MOST_LEGS:
        return
    been = {leg.mint_in for leg in legs}
    for pool in pools:
        other = _other_side(pool, mint)
        if other is None or other in been or (other != goal and other not in BETWEEN):
            continue
        leg = _swapped(pool, mint, other, amount)
        if leg is None:
            continue
        if other == goal:
            yield (*legs, leg)
        else:
            yield from _ways(pools, other, goal, leg.amount_out, (*legs, leg))


def _other_side(pool: Pool, mint: Pubkey) -> Pubkey | None:
    sides = {pool.base.mint: pool.quote.mint, pool.quote.mint: pool.base.mint}
    return sides.get(mint)


def _swapped(pool: Pool, mint_in: Pubkey, mint_out: Pubkey, amount_in: int) -> Leg | None:
    try:
        out = copy.deepcopy(pool).swap(sells_base=mint_in == pool.base.mint, amount_in=amount_in)
    except (ArithmeticError, ValueError):
        return None  # more than the pool can take
    if out <= 0:
        return None
    return Leg(pool=pool, mint_in=mint_in, mint_out=mint_out, amount_in=amount_in, amount_out=out)


def _spot(leg: Leg) -> Decimal:
    """Give base units out per base unit in, before any impact and fee."""
    base, quote = leg.pool.base, leg.pool.quote
    ratio = leg.pool.price() * quote.scale / base.scale
    return ratio if leg.mint_in == base.mint else 1 / ratio
