"""Open the outside world, with what real money is traded through where that is on."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from bot.bootstrap.live_venue import open_swap_venue, sending_over
from bot.bootstrap.outside import LiveOutside, Outside, open_outside
from bot.bootstrap.roles import ProcessRole
from bot.bootstrap.settings import Settings
from bot.bootstrap.signer import signer_client


@asynccontextmanager
async def open_whole_outside(
    settings: Settings, role: ProcessRole = ProcessRole.ALL
) -> AsyncIterator[Outside]:
    """Open everything as `open_outside` does, and venue, sending and signer beside it."""
    signer = signer_client(settings)
    async with AsyncExitStack() as stack:
        outside = await stack.enter_async_context(open_outside(settings, role))
        if not settings.live_trading or signer is None:
            yield outside
            return
        stack.push_async_callback(signer.close)
        live = LiveOutside(
            venue=await stack.enter_async_context(open_swap_venue(settings)),
            sending=await stack.enter_async_context(sending_over(settings, outside.rpc)),
            signer=signer,
        )
        yield replace(outside, live=live)
