"""Telegram's webhook: an update is committed first, and acknowledged then."""

import hmac
import json

from fastapi import APIRouter, Request, Response

from bot.domain.errors import Unavailable
from bot.web.door import WebDoor, door_of

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a header's name)


def webhook_router(door: WebDoor) -> APIRouter:
    """Give the route, or none where nobody receives or no secret is set."""
    router = APIRouter()
    if door.receive is not None and door.webhook_secret:
        router.add_api_route(
            door.webhook_path,
            webhook,
            methods=["POST"],
            response_class=Response,
            responses={status: {"content": {}} for status in (200, 400, 401, 503)},
        )
    return router


async def webhook(request: Request) -> Response:
    """Commit the update, then acknowledge; any answer but 200 makes Telegram send again."""
    door = door_of(request)
    given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, door.webhook_secret.encode()):
        return Response(status_code=401)
    try:
        # The stricter orjson refuses lone surrogates, which the receiver knows how to clean.
        update = json.loads(await request.body())
    except (ValueError, RecursionError):
        return Response(status_code=400)
    if not isinstance(update, dict) or type(update.get("update_id")) is not int:
        return Response(status_code=400)
    assert door.receive is not None, "the route exists only with a receiver"  # noqa: S101
    try:
        await door.receive([update])
    except Unavailable:
        return Response(status_code=503)
    return Response()
