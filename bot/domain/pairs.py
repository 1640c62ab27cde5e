"""Which pairs price a token: money is priced in SOL, all else in money or, failing that, in other.

Half of all tokens trade against the dollar, so of its own pairs only the one with SOL counts.
"""

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from bot.domain.identifiers import SOL_MINT, USDC_MINT, USDT_MINT

MONEY = (SOL_MINT, USDC_MINT, USDT_MINT)
"""What others are priced in, the most usual first."""

_Pair = TypeVar("_Pair")


def telling(
    mint: str, pairs: Iterable[_Pair], sides_of: Callable[[_Pair], Collection[str]]
) -> list[_Pair]:
    """Give the pairs that tell what a token is worth, in their order.

    `sides_of` gives a pair's two mints. A pair with another token counts only where there is
    none with SOL or dollars. SOL itself is priced in dollars.
    """
    others = [(other, pair) for pair in pairs if (other := _other(mint, sides_of(pair)))]
    if mint == SOL_MINT:
        return [pair for other, pair in others if other == USDC_MINT]
    if mint in MONEY:
        return [pair for other, pair in others if other == SOL_MINT]
    in_money = [pair for other, pair in others if other in MONEY]
    return in_money or [pair for _, pair in others]


def _other(mint: str, sides: Collection[str]) -> str:
    if mint not in sides:
        return ""
    return next((side for side in sides if side != mint), "")
