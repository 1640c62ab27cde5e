"""GeckoTerminal: the pools of a token, and what it costs."""

from collections.abc import Sequence

from bot.adapters.price_sources.geckoterminal_pools import SOURCE, read_figures, read_places
from bot.adapters.price_sources.http_source import HttpSource, SiteSettings
from bot.ports.chain import PoolPlace, SourceState
from bot.ports.clock import Clock
from bot.ports.token_sources import SourceFigure


def geckoterminal_site(base_url: str) -> SiteSettings:
    """Give how it may be asked: of its 30 calls a minute, some that candles leave over."""
    return SiteSettings(name=SOURCE, base_url=base_url, requests_per_second=0.1, burst=4)


class GeckoTerminal:
    """Implements `TokenSource` over `/networks/solana/tokens`."""

    name = SOURCE
    most_mints = 30

    def __init__(self, site: HttpSource, clock: Clock) -> None:
        self._site = site
        self._clock = clock

    async def places(self, mint: str) -> list[PoolPlace]:
        """Give the pools that it knows for a mint, deepest first."""
        path = f"/networks/solana/tokens/{mint}/pools"
        return await self._site.fetch(path, {}, lambda body: read_places(body, mint)) or []

    async def figures(self, mints: Sequence[str]) -> list[SourceFigure]:
        """Give what it says of some tokens."""
        wanted, now = set(mints), self._clock.now()
        path = f"/networks/solana/tokens/multi/{','.join(mints)}"
        found = await self._site.fetch(path, {}, lambda body: read_figures(body, wanted, now))
        return found or []

    def state(self) -> SourceState:
        """Give how it is doing."""
        return self._site.state()
