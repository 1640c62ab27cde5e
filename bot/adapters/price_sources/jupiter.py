"""Jupiter's tokens API: what a token costs, who vouches for it, and where it began to trade."""

from collections.abc import Sequence

from bot.adapters.price_sources.http_source import HttpSource, SiteSettings
from bot.adapters.price_sources.jupiter_tokens import SOURCE, read_figures, read_places
from bot.ports.chain import PoolPlace, SourceState
from bot.ports.clock import Clock
from bot.ports.token_sources import SourceFigure

_PATH = "/tokens/v2/search"
_KEYLESS_PER_SECOND, _KEYED_PER_SECOND = 0.5, 1.0


def jupiter_site(base_url: str, api_key: str = "") -> SiteSettings:
    """Give how it may be asked: once in two seconds without a key, each second with one."""
    return SiteSettings(
        name=SOURCE,
        base_url=base_url,
        requests_per_second=_KEYED_PER_SECOND if api_key else _KEYLESS_PER_SECOND,
        burst=4,
        headers={"x-api-key": api_key} if api_key else {},
    )


class Jupiter:
    """Implements `TokenSource` over `/tokens/v2/search`."""

    name = SOURCE
    most_mints = 100

    def __init__(self, site: HttpSource, clock: Clock) -> None:
        self._site = site
        self._clock = clock

    async def places(self, mint: str) -> list[PoolPlace]:
        """Give the pools that it names for a mint."""
        query = {"query": mint}
        return await self._site.fetch(_PATH, query, lambda body: read_places(body, mint)) or []

    async def figures(self, mints: Sequence[str]) -> list[SourceFigure]:
        """Give what it says of some tokens."""
        wanted, now = set(mints), self._clock.now()
        query = {"query": ",".join(mints)}
        found = await self._site.fetch(_PATH, query, lambda body: read_figures(body, wanted, now))
        return found or []

    def state(self) -> SourceState:
        """Give how it is doing."""
        return self._site.state()
