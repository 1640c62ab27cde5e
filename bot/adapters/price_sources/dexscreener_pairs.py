"""Reads DexScreener's list of pairs into places that we can read on the chain, and figures."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from bot.adapters.price_sources.http_source import Garbled
from bot.adapters.price_sources.source_json import at, objects, parsed, positive, second_of, text
from bot.domain.identifiers import is_address
from bot.domain.pairs import telling
from bot.domain.pools.reading import PoolKind
from bot.ports.chain import PoolPlace
from bot.ports.token_sources import SourceFigure

SOURCE = "DexScreener"
MOST_PLACES = 20

# A venue is a dexId with its label; Raydium's oldest pools have none. Whoever the source says
# runs a pool, the account's owner decides.
_KINDS: Mapping[tuple[str, str], PoolKind] = {
    ("raydium", ""): PoolKind.RAYDIUM_AMM_V4,
    ("raydium", "CPMM"): PoolKind.RAYDIUM_CPMM,
    ("raydium", "CLMM"): PoolKind.RAYDIUM_CLMM,
    ("meteora", "DLMM"): PoolKind.METEORA_DLMM,
    ("meteora", "DYN2"): PoolKind.METEORA_DAMM_V2,
    ("meteoradbc", ""): PoolKind.METEORA_DBC,
    ("orca", ""): PoolKind.ORCA_WHIRLPOOL,
    ("orca", "wp"): PoolKind.ORCA_WHIRLPOOL,
    ("pumpfun", ""): PoolKind.PUMPFUN_CURVE,
    ("pumpswap", ""): PoolKind.PUMPSWAP,
}


def read_places(body: bytes, mint: str) -> list[PoolPlace]:
    """Give the places that price `mint`, deepest first, at most twenty.

    The mint may be the base or the quote of a pair. Pairs that are malformed, elsewhere or on
    other venues are left out; raises `Garbled` if the reply is no list at all.
    """
    known = telling(mint, _pairs(body), _sides)
    known.sort(key=_liquidity, reverse=True)
    places = {place.address: place for pair in known if (place := _read_place(pair))}
    return list(places.values())[:MOST_PLACES]


def read_figures(body: bytes, mints: Collection[str], received_at: datetime) -> list[SourceFigure]:
    """Give what the deepest pair of each token asked for says of it; raises `Garbled`.

    Only pairs whose base it is: the price in dollars is the base's.
    """
    by_mint: dict[str, list[Mapping[str, object]]] = {}
    for pair in _pairs(body):
        if (mint := _sides(pair)[0]) in mints:
            by_mint.setdefault(mint, []).append(pair)
    figures = (_figure(mint, pairs, received_at) for mint, pairs in by_mint.items())
    return [figure for figure in figures if figure is not None]


def _pairs(body: bytes) -> list[Mapping[str, object]]:
    answer = parsed(body)
    pairs = (answer.get("pairs") or []) if isinstance(answer, dict) else answer
    if not isinstance(pairs, list):
        raise Garbled("not a list of pairs")
    return [pair for pair in objects(pairs) if pair.get("chainId") == "solana"]


def _figure(
    mint: str, pairs: list[Mapping[str, object]], received_at: datetime
) -> SourceFigure | None:
    best = max(pairs, key=_liquidity)
    usd = positive(best.get("priceUsd"))
    if usd is None:
        return None
    return SourceFigure(
        source=SOURCE,
        mint=mint,
        name=text(at(best, "baseToken", "name")),
        symbol=text(at(best, "baseToken", "symbol")),
        usd=usd,
        liquidity_usd=sum((_liquidity(pair) for pair in pairs), Decimal(0)) or None,
        source_at=None,
        received_at=received_at,
        volume_24h_usd=sum((_volume(pair) for pair in pairs), Decimal(0)) or None,
    )


def _sides(pair: Mapping[str, object]) -> tuple[str, str]:
    return text(at(pair, "baseToken", "address")), text(at(pair, "quoteToken", "address"))


def _liquidity(pair: Mapping[str, object]) -> Decimal:
    # Only an order to read pools in: what they really hold is read from the chain.
    return positive(at(pair, "liquidity", "usd")) or Decimal(0)


def _volume(pair: Mapping[str, object]) -> Decimal:
    return positive(at(pair, "volume", "h24")) or Decimal(0)


def _read_place(pair: Mapping[str, object]) -> PoolPlace | None:
    address, dex, labels = pair.get("pairAddress"), pair.get("dexId"), pair.get("labels")
    label = labels[0] if isinstance(labels, list) and labels else ""
    if not isinstance(address, str) or not is_address(address):
        return None
    if not isinstance(dex, str) or not isinstance(label, str):
        return None
    kind = _KINDS.get((dex, label))
    if kind is None:
        return None
    opened_at = second_of(pair.get("pairCreatedAt"))
    return PoolPlace(address=address, kind=kind, source=SOURCE, opened_at=opened_at)
