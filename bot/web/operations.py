"""The operator's HTTP door, on this machine only: health, status figures, and metrics."""

import orjson
from aiohttp import web

from bot.domain.errors import Unavailable
from bot.observability.metrics import CONTENT_TYPE, whole_page
from bot.services.catalogue import Services


def operations_application(services: Services) -> web.Application:
    """Build the application."""
    door = _Door(services)
    application = web.Application()
    application.add_routes(
        [
            web.get("/health/live", door.live),
            web.get("/health/ready", door.ready),
            web.get("/status", door.status),
            web.get("/metrics", door.metrics),
        ]
    )
    return application


class _Door:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def live(self, _request: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def ready(self, _request: web.Request) -> web.Response:
        """Answer 503 while there is no database or no price refreshed at all."""
        try:
            why = await self._services.operations.why_not_ready()
        except Unavailable as error:
            why = f"{error.what} does not answer"
        return web.json_response({"ready": not why, "why": why}, status=503 if why else 200)

    async def status(self, _request: web.Request) -> web.Response:
        try:
            figures = await self._services.operations.status()
        except Unavailable as error:
            return web.json_response({"error": f"{error.what} does not answer"}, status=503)
        return web.Response(body=orjson.dumps(figures), content_type="application/json")

    async def metrics(self, _request: web.Request) -> web.Response:
        """Answer the figures of the status page and more, for Prometheus."""
        samples = await self._services.monitoring.samples()
        return web.Response(text=whole_page(samples), headers={"Content-Type": CONTENT_TYPE})
