"""Server-sent events for the people's screens."""

import json

from aiohttp import web

from bot.sandbox.telegram_api.world import TelegramWorld

_KEEP_ALIVE_S = 15


async def stream_events(
    world: TelegramWorld, request: web.Request, after: int
) -> web.StreamResponse:
    """Write every event after a number, then each new one, until the reader leaves."""
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
    )
    await response.prepare(request)
    try:
        await response.write(b": ready\n\n")
        while not world.updates.closing:
            fresh = world.events.after(after)
            for event in fresh:
                await response.write(_line(event))
            if fresh:
                after = int(str(fresh[-1]["seq"]))
            elif not await world.events.changed.wait(_KEEP_ALIVE_S):
                await response.write(b": still here\n\n")
        await response.write_eof()
    except ConnectionError:
        # The reader left: a closed page is no error.
        return response
    return response


def _line(event: dict[str, object]) -> bytes:
    content = json.dumps(event, separators=(",", ":"))
    return f"id: {event['seq']}\ndata: {content}\n\n".encode()
