"""Reads DexScreener's list of pairs into places that we can read on the chain."""

from collections.abc import Mapping

import orjson

from bot.domain.identifiers import is_address
from bot.domain.pairs import telling
from bot.domain.pools.reading import PoolKind
from bot.ports.chain import PoolPlace

SOURCE = "DexScreener"
MOST_PLACES = 20

# A venue is a dexId with its label; Raydium's oldest pools have none. Whoever the source says
# runs a pool, the account's owner decides.
_KINDS: Mapping[tuple[str, str], PoolKind] = {
    ("raydium", ""): PoolKind.RAYDIUM_AMM_V4,
    ("raydium", "CPMM"): PoolKind.RAYDIUM_CPMM,
    ("raydium", "CLMM"): PoolKind.RAYDIUM_CLMM,
    ("orca", ""): PoolKind.ORCA_WHIRLPOOL,
    ("orca", "wp"): PoolKind.ORCA_WHIRLPOOL,
    ("pumpfun", ""): PoolKind.PUMPFUN_CURVE,
    ("pumpswap", ""): PoolKind.PUMPSWAP,
}


class GarbledPairs(ValueError):
    """The reply is not a list of pairs."""


def read_places(body: bytes, mint: str) -> list[PoolPlace]:
    """Give the places that price `mint`, deepest first, at most twenty.

    The mint may be the base or the quote of a pair. Pairs that are malformed, elsewhere or on
    other venues are left out; raises `GarbledPairs` if the reply is no list at all.
    """
    try:
        pairs = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise GarbledPairs("not JSON") from None
    if isinstance(pairs, dict):
        pairs = pairs.get("pairs") or []
    if not isinstance(pairs, list):
        raise GarbledPairs("not a list of pairs")
    here = [pair for pair in pairs if isinstance(pair, dict) and pair.get("chainId") == "solana"]
    known = telling(mint, here, _sides)
    known.sort(key=_liquidity, reverse=True)
    places = {place.address: place for pair in known if (place := _read_place(pair))}
    return list(places.values())[:MOST_PLACES]


def _sides(pair: Mapping[str, object]) -> tuple[str, str]:
    return _mint_of(pair.get("baseToken")), _mint_of(pair.get("quoteToken"))


def _mint_of(token: object) -> str:
    address = token.get("address") if isinstance(token, dict) else None
    return address if isinstance(address, str) else ""


def _liquidity(pair: Mapping[str, object]) -> float:
    # Only an order to read pools in: what they really hold is read from the chain.
    liquidity = pair.get("liquidity")
    usd = liquidity.get("usd") if isinstance(liquidity, dict) else None
    return float(usd) if isinstance(usd, int | float) else 0.0


def _read_place(pair: Mapping[str, object]) -> PoolPlace | None:
    address, dex, labels = pair.get("pairAddress"), pair.get("dexId"), pair.get("labels")
    label = labels[0] if isinstance(labels, list) and labels else ""
    if not isinstance(address, str) or not is_address(address):
        return None
    if not isinstance(dex, str) or not isinstance(label, str):
        return None
    kind = _KINDS.get((dex, label))
    return PoolPlace(address=address, kind=kind, source=SOURCE) if kind else None
