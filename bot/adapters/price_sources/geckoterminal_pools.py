"""Reads GeckoTerminal's pools and tokens into places and figures."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from bot.adapters.price_sources.http_source import Garbled
from bot.adapters.price_sources.source_json import at, objects, parsed, positive, text
from bot.domain.identifiers import is_address
from bot.domain.pairs import telling
from bot.ports.chain import PoolPlace
from bot.ports.token_sources import SourceFigure

SOURCE = "GeckoTerminal"
_NETWORK = "solana_"
_MOST_PLACES = 20


def read_places(body: bytes, mint: str) -> list[PoolPlace]:
    """Give the pools that price a token, deepest first, at most twenty; raises `Garbled`."""
    pools = telling(mint, objects(_data(body)), _sides)
    pools.sort(key=_reserve, reverse=True)
    addresses = (text(at(pool, "attributes", "address")) for pool in pools)
    known = dict.fromkeys(address for address in addresses if is_address(address))
    return [
        PoolPlace(address=address, kind=None, source=SOURCE, mint=mint)
        for address in list(known)[:_MOST_PLACES]
    ]


def read_figures(body: bytes, mints: Collection[str], received_at: datetime) -> list[SourceFigure]:
    """Give what GeckoTerminal says of the tokens asked for; raises `Garbled`."""
    found = {
        mint: each
        for each in objects(_data(body))
        if (mint := text(at(each, "attributes", "address"))) in mints
    }
    return [
        SourceFigure(
            source=SOURCE,
            mint=mint,
            name=text(at(token, "attributes", "name")),
            symbol=text(at(token, "attributes", "symbol")),
            usd=usd,
            liquidity_usd=positive(at(token, "attributes", "total_reserve_in_usd")),
            source_at=None,
            received_at=received_at,
            volume_24h_usd=positive(at(token, "attributes", "volume_usd", "h24")),
        )
        for mint, token in found.items()
        if (usd := positive(at(token, "attributes", "price_usd"))) is not None
    ]


def _data(body: bytes) -> object:
    data = at(parsed(body), "data")
    if not isinstance(data, list):
        raise Garbled("no data")
    return data


def _sides(pool: Mapping[str, object]) -> tuple[str, str]:
    base, quote = (
        text(at(pool, "relationships", side, "data", "id")).removeprefix(_NETWORK)
        for side in ("base_token", "quote_token")
    )
    return base, quote


def _reserve(pool: Mapping[str, object]) -> Decimal:
    # Only an order to read pools in: what they really hold is read from the chain.
    return positive(at(pool, "attributes", "reserve_in_usd")) or Decimal(0)
