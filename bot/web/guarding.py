"""Stands before every route: headers on each answer, bounded bodies, no trace of a fault."""

import asyncio
import secrets
from collections.abc import Sequence

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.domain.errors import Unavailable
from bot.domain.languages import Language
from bot.web.door import WebDoor
from bot.web.pages import plain_page
from bot.web.webhook import webhooks
from bot.words.speech import speaking

WEBHOOK_BYTES, FORM_BYTES = 1_000_000, 16_384
_DRAINED_BYTES = 16_000_000
_BODY_SECONDS = 10.0
_LONGEST_LANGUAGE = 40
_PUBLIC_PATHS = ("/health/live",)
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
_HEADERS: Sequence[tuple[bytes, bytes]] = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-store"),
    # Other sites learn nothing; our own forms still say where they come from.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
)
_ONLY_SECURE = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_log = structlog.get_logger(__name__)


class _TooLargeError(Exception):
    """A body goes beyond what its route takes."""


class _GoneError(Exception):
    """Whoever asked has gone before the body was whole."""


class Guarded:
    """An ASGI application around that of the pages and those of the webhooks.

    A body is read whole before the inner application sees the request: within its limit and
    its time, or not at all. What goes wrong inside becomes one plain page with a reference.
    """

    def __init__(self, inner: ASGIApp, door: WebDoor) -> None:
        self._inner = inner
        self._door = door
        self._hooks = webhooks(door)
        self._headers = [*_HEADERS, *((_ONLY_SECURE,) if door.is_secure else ())]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see the ASGI specification."""
        if scope["type"] != "http":
            return
        answer = _Answer(send, self._headers)
        with speaking(_asked_language(scope)):
            await self._guarded(scope, receive, answer)

    async def _guarded(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await self._answer(scope, receive, answer)
        except _GoneError:
            return
        except Unavailable as error:
            await answer.instead(scope, receive, 503, what=error.what)
        except Exception:  # noqa: BLE001 (the top of a request: whoever asked gets no trace of it)
            reference = secrets.token_hex(4)
            _log.exception("request_failed", path=_shown(scope), reference=reference)
            await answer.instead(scope, receive, 500, reference=reference)

    async def _answer(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        hook = self._hooks.get(scope["path"])
        if hook is None and scope["path"] not in _PUBLIC_PATHS:
            wait = self._door.addresses.wait_seconds(_address(scope))
            if wait:
                await answer.instead(scope, receive, 429, wait=wait)
                return
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                body = await _whole_body(receive, WEBHOOK_BYTES if hook else FORM_BYTES)
        except _TooLargeError:
            await answer.instead(scope, receive, 413)
            return
        except TimeoutError:
            await answer.instead(scope, receive, 408)
            return
        await (hook or self._inner)(scope, _replayed(body, receive), answer.send)


class _Answer:
    """Sends an answer with our headers on it, and knows whether it has begun."""

    def __init__(self, send: Send, headers: Sequence[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self._names = {name for name, _ in headers}
        self._has_begun = False

    async def send(self, message: Message) -> None:
        """Pass a message on; ours take the place of headers of the same name."""
        if message["type"] == "http.response.start":
            self._has_begun = True
            kept = [pair for pair in message["headers"] if pair[0].lower() not in self._names]
            message = {**message, "headers": [*kept, *self._headers]}
        await self._send(message)

    async def instead(
        self, scope: Scope, receive: Receive, status: int, *, wait: float = 0, **fields: str
    ) -> None:
        """Answer with a page of our own, unless something was answered already."""
        if self._has_begun:
            return
        page = plain_page(status, **fields)
        if wait:
            page.headers["Retry-After"] = str(int(wait) + 1)
        if status in {408, 413}:
            page.headers["Connection"] = "close"
        await page(scope, receive, self.send)


async def _whole_body(receive: Receive, most_bytes: int) -> bytes:
    """Read a body; one that is too large is read on and thrown away, so that it can be told."""
    body, seen = bytearray(), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneError
        chunk = message.get("body", b"")
        seen += len(chunk)
        if seen <= most_bytes:
            body += chunk
        if seen > _DRAINED_BYTES or (seen > most_bytes and not message.get("more_body")):
            raise _TooLargeError
        if not message.get("more_body"):
            return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _asked_language(scope: Scope) -> Language:
    """Give the language that a browser asks for first, until we know who visits."""
    for name, value in scope["headers"]:
        if name == b"accept-language":
            first = value[:_LONGEST_LANGUAGE].partition(b",")[0].partition(b";")[0]
            return Language.of(first.decode("ascii", "replace").strip())
    return Language.ENGLISH


def _shown(scope: Scope) -> str:
    """Give a path for the log: what follows its first part may be a token."""
    return "/" + str(scope["path"]).lstrip("/").partition("/")[0][:32]
