"""Telegram's webhook: an update is committed first, and acknowledged then."""

import hmac
import json
from collections.abc import Mapping, Sequence

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.domain.errors import Unavailable
from bot.web.door import Hook, WebDoor

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a header's name)
_SECRET_HEADER = SECRET_HEADER.lower().encode()
_METHOD = "POST"


class Webhook:
    """Takes what one bot is pushed; any answer but 200 makes Telegram send it again.

    An ASGI application beside that of the pages: to find its route among theirs costs more than
    to commit the update. Its request's body comes whole, in one message.
    """

    def __init__(self, hook: Hook) -> None:
        self._secret = hook.secret.encode()
        self._take = hook.receive

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 200, or 401 without the secret, 400 for no update, 405, or 503 to come again."""
        if scope["method"] != _METHOD:
            answer = Response(status_code=405, headers={"Allow": _METHOD})
        elif not hmac.compare_digest(_given_secret(scope["headers"]), self._secret):
            answer = Response(status_code=401)
        else:
            answer = Response(status_code=await self._taken((await receive())["body"]))
        await answer(scope, receive, send)

    async def _taken(self, body: bytes) -> int:
        try:
            # The stricter orjson refuses lone surrogates, which the receiver knows how to clean.
            update = json.loads(body)
        except (ValueError, RecursionError):
            return 400
        if not isinstance(update, dict) or type(update.get("update_id")) is not int:
            return 400
        try:
            await self._take([update])
        except Unavailable:
            return 503
        return 200


def webhooks(door: WebDoor) -> Mapping[str, Webhook]:
    """Give one for each bot by its path, or none where nobody receives or no secret is set."""
    if door.receive is None or not door.webhook_secret:
        return {}
    main = Hook(path=door.webhook_path, secret=door.webhook_secret, receive=door.receive)
    return {hook.path: Webhook(hook) for hook in (main, *door.more_hooks)}


def _given_secret(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    return next((value for name, value in headers if name == _SECRET_HEADER), b"")
