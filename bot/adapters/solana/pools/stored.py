"""A pool as its account stores it, and that pool turned the trader's way round."""

from dataclasses import dataclass

from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.domain.pools.oriented import OrientedCurve
from bot.domain.pools.reading import PoolKind, PoolReading
from bot.domain.pools.sides import TwoSidedPool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPool:
    """A pool in the order of its account: first is token 0, A, X or base.

    `first_mint` is None for a bonding curve whose mint is not at hand: its account does
    not name it.
    """

    kind: PoolKind
    first_mint: str | None
    second_mint: str
    first_decimals: int
    second_decimals: int
    pool: TwoSidedPool
    halt: str | None = None
    notes: tuple[str, ...] = ()


def orient(stored: StoredPool, address: str, slot: int) -> PoolReading:
    """Turn a pool so that its base is the traded token and its quote SOL, where it has SOL.

    In a pool of SOL and USDC the base is SOL. Raises `UnreadableAccount` for a bonding
    curve of an unknown mint.
    """
    if stored.first_mint is None:
        raise UnreadableAccount("the mint of this bonding curve was not given")
    first, second = stored.first_mint, stored.second_mint
    is_base_first = _is_base_first(first, second)
    return PoolReading(
        address=address,
        kind=stored.kind,
        base_mint=first if is_base_first else second,
        quote_mint=second if is_base_first else first,
        base_decimals=stored.first_decimals if is_base_first else stored.second_decimals,
        quote_decimals=stored.second_decimals if is_base_first else stored.first_decimals,
        slot=slot,
        curve=OrientedCurve(pool=stored.pool, is_base_first=is_base_first),
        halt=stored.halt,
        notes=stored.notes,
    )


def _is_base_first(first: str, second: str) -> bool:
    if {first, second} == {SOL_MINT, USDC_MINT}:
        return first == SOL_MINT
    return first != SOL_MINT
