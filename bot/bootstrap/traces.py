"""Opens what sends traces of updates, where the settings name a collector."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot import __version__
from bot.bootstrap.settings import Settings
from bot.observability.journeys import Journeys


@asynccontextmanager
async def traced(settings: Settings, journeys: Journeys) -> AsyncIterator[None]:
    """Send them for the length of a block; where no collector is named, nothing is imported."""
    endpoint = settings.otel_endpoint.get_secret_value()
    if not endpoint:
        yield
        return
    from bot.observability.tracing import UpdateTraces  # noqa: PLC0415 (30 MB that few need)

    bot_id = settings.bot_token.get_secret_value().partition(":")[0]
    pairs = filter(None, settings.otel_headers.get_secret_value().split(","))
    traces = UpdateTraces(
        endpoint=endpoint,
        headers=dict(pair.split("=", 1) for pair in pairs),
        bot_id=int(bot_id) % 2**63 if bot_id.isdecimal() else 0,
        share=settings.otel_share,
        version=__version__,
    )
    journeys.tell(traces)
    try:
        yield
    finally:
        await asyncio.to_thread(traces.close)
