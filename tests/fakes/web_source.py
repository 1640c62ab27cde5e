"""A small web server on a free port that answers every GET with what the test set."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(kw_only=True)
class WebSource:
    """What it answers next, and the paths that it was asked for."""

    url: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"[]"
    hangs: bool = False
    paths: list[str] = field(default_factory=list)
    asked_with: list[Mapping[str, str]] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        self.paths.append(request.path)
        self.asked_with.append(request.headers)
        if self.hangs:
            await self.released.wait()
        return web.Response(status=self.status, headers=self.headers, body=self.body)


@asynccontextmanager
async def web_source() -> AsyncIterator[WebSource]:
    """Run one source and stop it at the end."""
    source = WebSource()
    application = web.Application()
    application.router.add_get("/{path:.*}", source.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        source.url = f"http://{host}:{port}"
        yield source
    finally:
        source.released.set()
        await runner.cleanup()
