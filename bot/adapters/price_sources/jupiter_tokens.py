"""Reads Jupiter's tokens (v2) into figures and places that we can read on the chain."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from bot.adapters.price_sources.http_source import Garbled
from bot.adapters.price_sources.source_json import (
    at,
    count,
    moment,
    objects,
    parsed,
    positive,
    text,
)
from bot.domain.identifiers import is_address
from bot.ports.chain import PoolPlace
from bot.ports.token_sources import SourceFigure

SOURCE = "Jupiter"
_PERCENT = 100


def read_places(body: bytes, mint: str) -> list[PoolPlace]:
    """Give the token's first pool, and the one it graduated to; raises `Garbled`."""
    token = _tokens(body, {mint}).get(mint, {})
    named = (at(token, "graduatedPool"), at(token, "firstPool", "id"))
    addresses = [name for name in named if isinstance(name, str) and is_address(name)]
    return [
        PoolPlace(address=address, kind=None, source=SOURCE, mint=mint)
        for address in dict.fromkeys(addresses)
    ]


def read_figures(body: bytes, mints: Collection[str], received_at: datetime) -> list[SourceFigure]:
    """Give what Jupiter says of the tokens asked for; raises `Garbled`."""
    found = _tokens(body, mints)
    return [
        figure
        for mint, token in found.items()
        if (figure := _figure(mint, token, received_at)) is not None
    ]


def _tokens(body: bytes, mints: Collection[str]) -> dict[str, Mapping[str, object]]:
    answer = parsed(body)
    if not isinstance(answer, list):
        raise Garbled("not a list of tokens")
    # A search also finds tokens that merely mention what was asked for.
    return {mint: each for each in objects(answer) if (mint := text(each.get("id"))) in mints}


def _volume(token: Mapping[str, object]) -> Decimal | None:
    sides = (positive(at(token, "stats24h", f"{side}Volume")) for side in ("buy", "sell"))
    return sum((side for side in sides if side), Decimal(0)) or None


def _figure(mint: str, token: Mapping[str, object], received_at: datetime) -> SourceFigure | None:
    usd, top = positive(token.get("usdPrice")), positive(at(token, "audit", "topHoldersPercentage"))
    is_verified = token.get("isVerified")
    if usd is None:
        return None
    return SourceFigure(
        source=SOURCE,
        mint=mint,
        name=text(token.get("name")),
        symbol=text(token.get("symbol")),
        usd=usd,
        liquidity_usd=positive(token.get("liquidity")),
        source_at=moment(token.get("updatedAt")),
        received_at=received_at,
        holders=count(token.get("holderCount")),
        top_holders_share=top / _PERCENT if top is not None and top <= _PERCENT else None,
        is_verified=is_verified if isinstance(is_verified, bool) else None,
        volume_24h_usd=_volume(token),
    )
