"""The HTTP door: Telegram's webhook, health, and the status page's figures."""

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web

from bot.domain.errors import Unavailable
from bot.observability.metrics import CONTENT_TYPE, page
from bot.services.catalogue import Services

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a header's name)
WEBHOOK_PATH = "/telegram/webhook"
_LARGEST_BODY_BYTES = 1_000_000

Receive = Callable[[list[dict[str, Any]]], Awaitable[None]]


def web_application(
    services: Services,
    *,
    receive: Receive | None = None,
    webhook_secret: str = "",
    webhook_path: str = WEBHOOK_PATH,
) -> web.Application:
    """Build the application; the webhook exists only where a secret is given."""
    door = _Door(services, receive, webhook_secret)
    application = web.Application(client_max_size=_LARGEST_BODY_BYTES)
    application.add_routes(
        [
            web.get("/health/live", door.live),
            web.get("/health/ready", door.ready),
            web.get("/status", door.status),
            web.get("/metrics", door.metrics),
        ]
    )
    if receive is not None and webhook_secret:
        application.add_routes([web.post(webhook_path, door.webhook)])
    return application


class _Door:
    def __init__(self, services: Services, receive: Receive | None, secret: str) -> None:
        self._services = services
        self._receive = receive
        self._secret = secret.encode()

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
        try:
            samples = await self._services.operations.samples()
        except Unavailable as error:
            return web.Response(text=f"{error.what} does not answer\n", status=503)
        return web.Response(text=page(samples), headers={"Content-Type": CONTENT_TYPE})

    async def webhook(self, request: web.Request) -> web.Response:
        """Commit the update, then acknowledge; any answer but 200 makes Telegram send again."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=401)
        try:
            # The stricter orjson refuses lone surrogates, which the receiver knows how to clean.
            update = json.loads(await request.read())
        except (ValueError, RecursionError):
            return web.Response(status=400)
        if not isinstance(update, dict) or type(update.get("update_id")) is not int:
            return web.Response(status=400)
        assert self._receive is not None, "the route exists only with a receiver"  # noqa: S101
        try:
            await self._receive([update])
        except Unavailable:
            return web.Response(status=503)
        return web.Response()
