"""Tells whether only a pool's price moved, so that a refresh need not read all of it again."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.adapters.solana.pools import orca_whirlpool, raydium_clmm
from bot.domain.pools.glanced import GlancedPool
from bot.domain.pools.raydium_ticks import MAX_RAYDIUM_SQRT_PRICE
from bot.domain.pools.reading import PoolKind
from bot.domain.pools.sides import TwoSidedPool
from bot.domain.pools.sqrt_price import MAX_SQRT_PRICE, MIN_SQRT_PRICE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where price and liquidity stand (16 bytes each), and what must be as it was.

    Settled are the mints, the decimals, the spacing, the fee and the status: what the rest of
    a reading is made of.
    """

    length: int
    sqrt_price: slice
    liquidity: slice
    settled: tuple[slice, ...]
    highest: int


# Offsets: whirlpool `state/whirlpool.rs`, raydium-clmm `states/pool.rs`.
_PLACES = {
    PoolKind.ORCA_WHIRLPOOL: _Places(
        length=orca_whirlpool.POOL_BYTES,
        sqrt_price=slice(65, 81),
        liquidity=slice(49, 65),
        settled=(slice(0, 49), slice(101, 165), slice(181, 245)),
        highest=MAX_SQRT_PRICE,
    ),
    PoolKind.RAYDIUM_CLMM: _Places(
        length=raydium_clmm.POOL_BYTES,
        sqrt_price=slice(253, 269),
        liquidity=slice(237, 253),
        settled=(slice(0, 237), slice(389, 391), slice(1080, 1088)),
        highest=MAX_RAYDIUM_SQRT_PRICE,
    ),
}
PRICED_ALONE = frozenset(_PLACES)
"""The kinds whose own account tells the price: their vaults only bound what can come out."""


def glance(
    kind: PoolKind,
    before: bytes,
    now: bytes,
    last: TwoSidedPool,
    whole: Callable[[], TwoSidedPool],
) -> GlancedPool | None:
    """Give a pool by its price alone, None where more than that may have changed.

    `before` are the bytes of the `last` reading, in which the pool traded. A price out of bounds
    and a pool without liquidity are for the whole reading to judge.
    """
    places = _PLACES.get(kind)
    if places is None or not len(now) == len(before) == places.length:
        return None
    for part in places.settled:
        if before[part] != now[part]:
            return None
    sqrt_price = int.from_bytes(now[places.sqrt_price], "little")
    liquidity = int.from_bytes(now[places.liquidity], "little")
    if not (liquidity and MIN_SQRT_PRICE <= sqrt_price <= places.highest):
        return None
    return GlancedPool(sqrt_price=sqrt_price, liquidity=liquidity, most=most_of(last), whole=whole)


def most_of(last: TwoSidedPool) -> tuple[int, int]:
    """Give what a pool could pay of each side when all of it was last read."""
    if isinstance(last, GlancedPool):
        return last.most
    return last.payable(first=True), last.payable(first=False)
