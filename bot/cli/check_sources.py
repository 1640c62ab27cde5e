"""How the HTTP sources of pools and prices answer, asked as the bot asks them."""

import asyncio
from collections.abc import Mapping

from bot.bootstrap.price_sources import open_sources
from bot.bootstrap.settings import Settings
from bot.cli.findings import Finding
from bot.domain.errors import Unavailable
from bot.domain.identifiers import USDC_MINT
from bot.ports.token_sources import TokenSource

_SETTINGS: Mapping[str, str] = {
    "DexScreener": "dexscreener_base",
    "Jupiter": "jupiter_base",
    "GeckoTerminal": "geckoterminal_base",
}


async def source_findings(settings: Settings) -> list[Finding]:
    """Ask each source that the settings name for the price of a dollar, all at once."""
    async with open_sources(settings) as sources, asyncio.TaskGroup() as group:
        asked = {source.name: group.create_task(_ask(source)) for source in sources}
    return [
        asked[name].result() if name in asked else _unused(name, field)
        for name, field in _SETTINGS.items()
    ]


async def _ask(source: TokenSource) -> Finding:
    subject = source.name.lower()
    try:
        figures = await source.figures([USDC_MINT])
    except Unavailable as error:
        cure = "not needed for trading: pools found on chain still work"
        return Finding(subject=subject, state="warn", detail=str(error), cure=cure)
    told = f"USDC at ${figures[0].usd:.4f}" if figures else "answers, but knows no USDC"
    return Finding(subject=subject, state="ok", detail=told)


def _unused(name: str, field: str) -> Finding:
    return Finding(subject=name.lower(), state="ok", detail=f"not used ({field.upper()} empty)")
