"""Turn a reading round, so that the token is the base and SOL what it is priced in."""

from dataclasses import replace

from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import SOL_MINT
from bot.domain.pools.oriented import OrientedCurve
from bot.domain.pools.reading import PoolReading


def in_sol(reading: PoolReading) -> PoolReading:
    """Give the same pool with SOL as its quote; raises `UnreadableAccount` if it has no SOL."""
    if reading.quote_mint == SOL_MINT:
        return reading
    if reading.base_mint != SOL_MINT:
        raise UnreadableAccount("the pool has no SOL side")
    return facing(reading, reading.quote_mint)


def facing(reading: PoolReading, base_mint: str) -> PoolReading:
    """Give the same pool with `base_mint` as its base.

    Raises `UnreadableAccount` if the mint is on neither side, or the pool cannot be turned.
    """
    if reading.base_mint == base_mint:
        return reading
    if reading.quote_mint != base_mint or not isinstance(reading.curve, OrientedCurve):
        raise UnreadableAccount("the pool does not trade this token")
    return replace(
        reading,
        base_mint=reading.quote_mint,
        quote_mint=reading.base_mint,
        base_decimals=reading.quote_decimals,
        quote_decimals=reading.base_decimals,
        curve=replace(reading.curve, is_base_first=not reading.curve.is_base_first),
    )
