"""DexScreener: finds the pools of a token that cannot be derived from its mint."""

from collections.abc import Sequence

from bot.adapters.price_sources.dexscreener_pairs import SOURCE, read_figures, read_places
from bot.adapters.price_sources.http_source import HttpSource, SiteSettings
from bot.ports.chain import PoolPlace, SourceState
from bot.ports.clock import Clock
from bot.ports.token_sources import SourceFigure


def dexscreener_site(base_url: str) -> SiteSettings:
    """Give how it may be asked: its limit is 300 requests a minute."""
    return SiteSettings(name=SOURCE, base_url=base_url, requests_per_second=4.0, burst=8)


class DexScreener:
    """Implements `TokenSource` over `/token-pairs/v1` and `/tokens/v1`."""

    name = SOURCE
    most_mints = 30

    def __init__(self, site: HttpSource, clock: Clock) -> None:
        self._site = site
        self._clock = clock

    async def places(self, mint: str) -> list[PoolPlace]:
        """Give the pools known for a mint, deepest first."""
        path = f"/token-pairs/v1/solana/{mint}"
        return await self._site.fetch(path, {}, lambda body: read_places(body, mint)) or []

    async def figures(self, mints: Sequence[str]) -> list[SourceFigure]:
        """Give what it says of some tokens."""
        wanted, now = set(mints), self._clock.now()
        path = f"/tokens/v1/solana/{','.join(mints)}"
        found = await self._site.fetch(path, {}, lambda body: read_figures(body, wanted, now))
        return found or []

    def state(self) -> SourceState:
        """Give how it is doing."""
        return self._site.state()
