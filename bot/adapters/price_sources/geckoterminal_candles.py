"""GeckoTerminal's candles of a pool: what a token did before we began to watch it."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from bot.adapters.price_sources.http_source import Garbled, HttpSource, SiteSettings
from bot.domain.candles import Candle, Interval
from bot.domain.identifiers import SOL_MINT
from bot.ports.chain import SourceState
from bot.ports.clock import Clock

SOURCE = "GeckoTerminal"
_TIMEFRAMES: Mapping[Interval, tuple[str, int]] = {
    Interval.MINUTE: ("minute", 1),
    Interval.FIVE_MINUTES: ("minute", 5),
    Interval.QUARTER: ("minute", 15),
    Interval.HOUR: ("hour", 1),
    Interval.FOUR_HOURS: ("hour", 4),
    Interval.DAY: ("day", 1),
}
_FIELDS = 6
_MOST_CANDLES = 1000
_LARGEST, _SMALLEST = Decimal("1e24"), Decimal("1e-30")
_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,60})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_LATEST_SECOND = 2**33


def site_settings(base_url: str) -> SiteSettings:
    """Give how it may be asked: of its 30 calls a minute, half, and four at once."""
    name = f"{SOURCE} candles"
    return SiteSettings(name=name, base_url=base_url, requests_per_second=0.25, burst=4)


class GeckoTerminalCandles:
    """Implements `CandleSource` over `/networks/solana/pools/{pool}/ohlcv/{timeframe}`."""

    def __init__(self, site: HttpSource, clock: Clock) -> None:
        self._site = site
        self._clock = clock

    async def candles(
        self, pool_address: str, mint: str, interval: Interval, limit: int
    ) -> list[Candle]:
        """Give the newest closed candles of a token in a pool; see `CandleSource`."""
        timeframe, aggregate = _TIMEFRAMES[interval]
        query = {
            "aggregate": str(aggregate),
            "limit": str(limit),
            "currency": "token",
            "token": mint,
        }
        path = f"/networks/solana/pools/{pool_address}/ohlcv/{timeframe}"
        found = await self._site.fetch(path, query, lambda body: read_candles(body, mint))
        now = self._clock.now()
        return [
            candle
            for candle in found or ()
            if candle.opened_at == interval.floor(candle.opened_at)
            and candle.opened_at + interval.length <= now
        ]

    def state(self) -> SourceState:
        """Give how it is doing."""
        return self._site.state()


def read_candles(body: bytes, mint: str) -> list[Candle]:
    """Read the reply into candles of `mint` in SOL, oldest first; bad rows are left out.

    Nothing where the pool is not of `mint` and SOL. Raises `Garbled`.
    """
    try:
        answer = json.loads(body, parse_float=_decimal, parse_int=_decimal)
    except (ValueError, RecursionError):
        raise Garbled("not JSON") from None
    rows = _at(answer, "data", "attributes", "ohlcv_list")
    if not isinstance(rows, list):
        raise Garbled("no ohlcv_list")
    sides = {_at(answer, "meta", side, "address") for side in ("base", "quote")}
    if sides != {mint, SOL_MINT}:
        return []
    found = {c.opened_at: c for row in rows[:_MOST_CANDLES] if (c := _candle(row)) is not None}
    return [found[opened_at] for opened_at in sorted(found)]


def _decimal(text: str) -> Decimal | None:
    # Checked before `Decimal` sees it: a short exponent can stand for a number of any length.
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _at(found: object, *path: str) -> object:
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _candle(row: object) -> Candle | None:
    if not isinstance(row, list) or len(row) != _FIELDS:
        return None
    if not all(isinstance(value, Decimal) for value in row):
        return None
    second, *prices, volume = row
    if not 0 < second < _LATEST_SECOND or second % 1 or not _are_sound(prices):
        return None
    first, high, low, last = prices
    return Candle(
        opened_at=datetime.fromtimestamp(int(second), UTC),
        open=first,
        # A source's wick may end short of its body: what was paid was also the most paid.
        high=max(high, first, last),
        low=min(low, first, last),
        close=last,
        volume_sol=volume if 0 <= volume < _LARGEST else None,
        ticks=0,
        source=SOURCE,
    )


def _are_sound(prices: Sequence[Decimal]) -> bool:
    return all(_SMALLEST < price < _LARGEST for price in prices)
