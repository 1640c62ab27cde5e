"""Passes the bot's own status on to the page, which may ask its own origin only."""

from urllib.parse import urlsplit

import aiohttp
import orjson
from aiohttp import web

TIMEOUT_S = 2.0
LONGEST_BODY_BYTES = 2_000_000
_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class BotStatusProxy:
    """Knows where the bot tells about itself and asks there.

    Without an answer the page gets ``{"is_up": false, "was_up": ...}``, never an error:
    a bot that starts or stops is a normal sight here.
    """

    def __init__(self, url: str | None = None) -> None:
        self._url = None if url is None else checked_url(url)
        self._was_up = False

    def routes(self) -> list[web.RouteDef]:
        """Give the routes that read the status and that tell where it is."""
        return [
            web.get("/sandbox/bot-status", self._show),
            web.post("/sandbox/bot-status-url", self._learn),
        ]

    async def read(self) -> dict[str, object]:
        """Ask the bot; ``is_up`` is always part of the answer."""
        status = await self._ask() if self._url is not None else None
        if status is None:
            return {"is_up": False, "was_up": self._was_up}
        self._was_up = True
        return {**status, "is_up": True}

    async def _ask(self) -> dict[str, object] | None:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(str(self._url), allow_redirects=False) as response,
            ):
                body = await response.content.read(LONGEST_BODY_BYTES)
                answer = orjson.loads(body) if response.ok else None
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None
        return answer if isinstance(answer, dict) else None

    async def _show(self, _: web.Request) -> web.Response:
        return web.Response(body=orjson.dumps(await self.read()), content_type="application/json")

    async def _learn(self, request: web.Request) -> web.Response:
        try:
            body = orjson.loads(await request.read())
            self._url = checked_url(body["url"])
        except (ValueError, TypeError, KeyError) as error:
            raise web.HTTPBadRequest(text=f'{{"url": "http://..."}} is wanted: {error}') from error
        return web.Response(body=b'{"ok": true}', content_type="application/json")


def checked_url(url: str) -> str:
    """Let only plain HTTP to this machine through.

    Raises:
        ValueError: the address is elsewhere, or none.
    """
    parts = urlsplit(str(url))
    if parts.scheme != "http" or parts.hostname not in _LOCAL_HOSTS:
        raise ValueError("the status address must be http:// on this machine")
    return url
