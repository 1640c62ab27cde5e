"""The Bot API as plain JSON over HTTP: one call, its answer, and errors that hide the token."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import aiohttp
import orjson

from bot.domain.errors import KitraderError, Unavailable

_DEFAULT_SECONDS, _UPLOAD_SECONDS = 20.0, 40.0
_SLOWEST_BYTES_A_SECOND = 250_000
_SERVER_FAULT = 500


class ApiError(KitraderError):
    """Telegram understood us and said no.

    `code` is its error code, `retry_after` the seconds it wants us to wait (0 if it did not
    say), `migrated_to` the new id of a group that became a supergroup (0 if it did not); the
    description is Telegram's and holds nothing of ours.
    """

    def __init__(
        self, code: int, description: str, retry_after: float = 0.0, migrated_to: int = 0
    ) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.migrated_to = migrated_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes along with a call, which calls it `attach://name`."""

    name: str
    file_name: str
    content_type: str
    content: bytes


class Api(Protocol):
    """Anything that answers Bot API methods."""

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = _DEFAULT_SECONDS
    ) -> object:
        """Give the `result`; raises `ApiError` on a no, `Unavailable` on no clear answer."""


class Uploads(Api, Protocol):
    """Anything that takes a file along as well."""

    async def upload(
        self, method: str, payload: Mapping[str, object], attachment: Attachment
    ) -> object:
        """Post a method with a file that the payload names; see `Api.call`."""


class BotApi:
    """Implements `Uploads` over one aiohttp session, which the caller opens and closes."""

    def __init__(self, *, session: aiohttp.ClientSession, base: str, token: str) -> None:
        self._session = session
        self._methods_at = f"{base.rstrip('/')}/bot{token}"

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = _DEFAULT_SECONDS
    ) -> object:
        """Post one method as JSON; see `Api.call`."""
        body = orjson.dumps(payload)
        return await self._post(method, body, {"Content-Type": "application/json"}, seconds)

    async def upload(
        self, method: str, payload: Mapping[str, object], attachment: Attachment
    ) -> object:
        """Post one method as a form with a file; see `Uploads.upload`."""
        form = aiohttp.FormData()
        for field, value in payload.items():
            form.add_field(field, value if isinstance(value, str) else orjson.dumps(value).decode())
        form.add_field(
            attachment.name,
            attachment.content,
            filename=attachment.file_name,
            content_type=attachment.content_type,
        )
        seconds = _UPLOAD_SECONDS + len(attachment.content) / _SLOWEST_BYTES_A_SECOND
        return await self._post(method, form, {}, seconds)

    async def _post(
        self,
        method: str,
        body: bytes | aiohttp.FormData,
        headers: Mapping[str, str],
        seconds: float,
    ) -> object:
        try:
            async with self._session.post(
                f"{self._methods_at}/{method}",
                data=body,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=seconds),
            ) as response:
                answer = await response.read()
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            # The error's own text holds the URL, and with it the token.
            raise Unavailable("Telegram", f"{method}: {type(error).__name__}") from None
        return _result(method, response.status, answer)


def _parsed(body: bytes) -> object:
    """Read JSON; a lone half of a character, which orjson refuses, must not stop all updates."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return json.loads(body.decode("utf-8", errors="replace"))


def _result(method: str, status: int, body: bytes) -> object:
    try:
        answer = _parsed(body)
    except (ValueError, RecursionError):
        raise Unavailable("Telegram", f"{method}: HTTP {status} without JSON") from None
    if not isinstance(answer, dict):
        raise Unavailable("Telegram", f"{method}: HTTP {status} without an object")
    if answer.get("ok") is True:
        return answer.get("result")
    code = answer.get("error_code")
    code = code if isinstance(code, int) else status
    if code >= _SERVER_FAULT:
        raise Unavailable("Telegram", f"{method}: error {code}")
    raise ApiError(
        code,
        str(answer.get("description", "")),
        retry_after=float(_parameter(answer, "retry_after")),
        migrated_to=int(_parameter(answer, "migrate_to_chat_id")),
    )


def _parameter(answer: Mapping[str, object], name: str) -> float:
    parameters = answer.get("parameters")
    found = parameters.get(name) if isinstance(parameters, dict) else None
    return found if isinstance(found, int | float) else 0
