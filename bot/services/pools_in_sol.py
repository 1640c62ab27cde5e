"""A token's pools put in SOL: directly, or through the pool of what they are quoted in."""

from collections.abc import Callable, Iterable

from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import SOL_MINT
from bot.domain.pools.flipped import facing, in_sol
from bot.domain.pools.path import path
from bot.domain.pools.reading import PoolReading
from bot.domain.pools.taxed import taxed
from bot.domain.transfer_fees import NO_FEES, FeeSchedule

Bridge = Callable[[str], PoolReading | None]
"""Gives the pool through which a mint is put in SOL, if one is known."""


def no_bridge(_mint: str) -> PoolReading | None:
    """Know no pool: only what has SOL on a side gets a price."""
    return None


def ranked(
    readings: Iterable[PoolReading],
    mint: str = "",
    bridge: Bridge = no_bridge,
    fees: FeeSchedule = NO_FEES,
) -> tuple[PoolReading, ...]:
    """Put a token's readings in SOL, deepest first, halted ones last.

    Those of another token, without a way to SOL or without a price drop out. A path takes two
    pools at most. `fees` are the token's own, taken from each transfer of it.
    """
    turned = [
        taxed(pool, fees)
        for reading in readings
        if (pool := _priced(reading, mint, bridge)) is not None
    ]
    if len(turned) > 1:
        turned.sort(key=lambda pool: (pool.halt is not None, -pool.curve.depth_quote_units()))
    return tuple(turned)


def middle_of(reading: PoolReading, mint: str) -> str | None:
    """Give the mint, other than SOL, that a token's pool is quoted in, None where it is SOL."""
    other = reading.quote_mint if reading.base_mint == mint else reading.base_mint
    return None if other == SOL_MINT else other


def _priced(reading: PoolReading, mint: str, bridge: Bridge) -> PoolReading | None:
    try:
        pool = _in_sol(reading, mint, bridge)
    except UnreadableAccount:
        return None
    return pool if pool is not None and pool.curve.spot_units() > 0 else None


def _in_sol(reading: PoolReading, mint: str, bridge: Bridge) -> PoolReading | None:
    if SOL_MINT in (reading.base_mint, reading.quote_mint):
        return in_sol(reading)
    own = facing(reading, mint)
    second = bridge(own.quote_mint)
    return None if second is None else path(own, second)
