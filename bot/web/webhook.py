"""Telegram's webhook: an update is committed first, and acknowledged then."""

import hmac
import json
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response

from bot.domain.errors import Unavailable
from bot.web.door import Hook, WebDoor

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a header's name)


def webhook_router(door: WebDoor) -> APIRouter:
    """Give a route for each bot, or none where nobody receives or no secret is set."""
    router = APIRouter()
    if door.receive is not None and door.webhook_secret:
        main = Hook(path=door.webhook_path, secret=door.webhook_secret, receive=door.receive)
        for number, hook in enumerate((main, *door.more_hooks)):
            router.add_api_route(
                hook.path,
                _taken_by(hook),
                methods=["POST"],
                response_class=Response,
                responses={status: {"content": {}} for status in (200, 400, 401, 503)},
                name=f"webhook {number}" if number else "webhook",
            )
    return router


def _taken_by(hook: Hook) -> Callable[[Request], Awaitable[Response]]:
    async def webhook(request: Request) -> Response:
        """Commit the update, then acknowledge; any answer but 200 makes Telegram send again."""
        return await _take(request, hook)

    return webhook


async def _take(request: Request, hook: Hook) -> Response:
    given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(given, hook.secret.encode()):
        return Response(status_code=401)
    try:
        # The stricter orjson refuses lone surrogates, which the receiver knows how to clean.
        update = json.loads(await request.body())
    except (ValueError, RecursionError):
        return Response(status_code=400)
    if not isinstance(update, dict) or type(update.get("update_id")) is not int:
        return Response(status_code=400)
    try:
        await hook.receive([update])
    except Unavailable:
        return Response(status_code=503)
    return Response()
