"""What people call the venues."""

from collections.abc import Mapping, Sequence

from bot.domain.orders import SwapVenueKind
from bot.domain.pools.reading import PoolKind
from bot.words.speech import say

_NAMES: Mapping[PoolKind | SwapVenueKind, str] = {
    SwapVenueKind.JUPITER: "Jupiter",
    PoolKind.RAYDIUM_AMM_V4: "Raydium AMM",
    PoolKind.RAYDIUM_CPMM: "Raydium CPMM",
    PoolKind.RAYDIUM_CLMM: "Raydium CLMM",
    PoolKind.ORCA_WHIRLPOOL: "Orca Whirlpool",
    PoolKind.METEORA_DLMM: "Meteora DLMM",
    PoolKind.PUMPFUN_CURVE: "Pump.fun curve",
    PoolKind.PUMPSWAP: "PumpSwap",
    PoolKind.METEORA_DAMM_V2: "Meteora DAMM v2",
    PoolKind.METEORA_DBC: "Meteora launch curve",
}
_KINDS = {kind.value: kind for kind in PoolKind}


def pool_name(kind: PoolKind | SwapVenueKind) -> str:
    """Give a venue's name; of one without, the word that the code has for it."""
    return _NAMES.get(kind) or kind.value.replace("_", " ")


def way_name(kind: PoolKind | SwapVenueKind, then_kinds: Sequence[PoolKind]) -> str:
    """Give the name of a pool, or of the pools of a path in order."""
    names = [pool_name(each) for each in (kind, *then_kinds)]
    return say(", then ").join(names)


def venue_name(name: str) -> str:
    """Give a venue's or a source's name by the word that the code has for it."""
    return pool_name(_KINDS[name]) if name in _KINDS else name
