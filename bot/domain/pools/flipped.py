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
    if reading.base_mint != SOL_MINT or not isinstance(reading.curve, OrientedCurve):
        raise UnreadableAccount("the pool has no SOL side")
    return replace(
        reading,
        base_mint=reading.quote_mint,
        quote_mint=reading.base_mint,
        base_decimals=reading.quote_decimals,
        quote_decimals=reading.base_decimals,
        curve=replace(reading.curve, is_base_first=not reading.curve.is_base_first),
    )
