"""Open the HTTP sources that the settings name: each optional, with a limit of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from random import SystemRandom

from bot.adapters.clock import SystemClock
from bot.adapters.price_sources.dexscreener import DexScreener, dexscreener_site
from bot.adapters.price_sources.geckoterminal import GeckoTerminal, geckoterminal_site
from bot.adapters.price_sources.http_source import HttpSource, SiteSettings
from bot.adapters.price_sources.jupiter import Jupiter, jupiter_site
from bot.bootstrap.settings import Settings
from bot.ports.clock import Clock
from bot.ports.token_sources import TokenSource

_Made = Callable[[HttpSource, Clock], TokenSource]


@asynccontextmanager
async def open_sources(settings: Settings) -> AsyncIterator[tuple[TokenSource, ...]]:
    """Give the sources of pools and figures, in the order in which they are shown."""
    clock, chance = SystemClock(), SystemRandom()
    async with AsyncExitStack() as stack:
        opened = []
        for site, make in _named(settings):
            http = HttpSource(site, clock=clock, chance=chance)
            opened.append(make(await stack.enter_async_context(http), clock))
        yield tuple(opened)


def _named(settings: Settings) -> list[tuple[SiteSettings, _Made]]:
    named: list[tuple[SiteSettings, _Made]] = []
    if settings.dexscreener_base:
        named.append((dexscreener_site(settings.dexscreener_base), DexScreener))
    if settings.jupiter_base:
        key = settings.jupiter_api_key.get_secret_value()
        named.append((jupiter_site(settings.jupiter_base, key), Jupiter))
    if settings.geckoterminal_base:
        named.append((geckoterminal_site(settings.geckoterminal_base), GeckoTerminal))
    return named
