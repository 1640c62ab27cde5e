"""Writes a document at the moment it is sent: the outbox keeps only what it is to hold."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import PurePath

import structlog

from bot.domain.errors import Unavailable
from bot.domain.notices import Notice, Priority
from bot.telegram.bot_api import Attachment, Uploads
from bot.telegram.layout import caption_of
from bot.telegram.rich_text import Text
from bot.words.speech import later

DOCUMENT = "file"
"""The parameter that holds a document's name and recipe; it is taken out before the call."""
_CONTENT_TYPES = {".csv": "text/csv; charset=utf-8", ".zip": "application/zip"}
_FAILED = later("⚠️ This table could not be written. Ask for it again.")

Write = Callable[[Mapping[str, object]], Awaitable[bytes]]
_log = structlog.get_logger(__name__)


def to_document(name: str, recipe: Mapping[str, object], caption: Text, chat_id: int) -> Notice:
    """Give the call that sends a document; `recipe` is what it is written from."""
    return Notice(
        chat_id=chat_id,
        method="sendDocument",
        payload={
            "chat_id": chat_id,
            "document": f"attach://{DOCUMENT}",
            DOCUMENT: {"name": name, "recipe": dict(recipe)},
            **caption_of(caption),
        },
        priority=Priority.REPLY,
    )


class DocumentApi:
    """Implements `Uploads` over another: a call with a document's recipe is written and uploaded.

    A document that cannot be written is told in words. What is outside and does not answer
    (`Unavailable`) is the sender's to try again, as with any call.
    """

    def __init__(self, api: Uploads, write: Write) -> None:
        self._api = api
        self._write = write

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        """Call a method; see `Api.call`."""
        asked = payload.get(DOCUMENT)
        if not isinstance(asked, Mapping):
            return await self._api.call(method, payload, seconds=seconds)
        plain = {name: value for name, value in payload.items() if name != DOCUMENT}
        try:
            content = await self._write(asked["recipe"])
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 (one document at fault must not stop all that is sent)
            _log.exception("document_not_written", method=method)
            words = {"chat_id": payload.get("chat_id"), "text": _FAILED}
            return await self._api.call("sendMessage", words, seconds=seconds)
        name = str(asked["name"])
        attachment = Attachment(
            name=DOCUMENT,
            file_name=name,
            content_type=_CONTENT_TYPES[PurePath(name).suffix],
            content=content,
        )
        return await self._api.upload(method, plain, attachment)

    async def upload(
        self, method: str, payload: Mapping[str, object], attachment: Attachment
    ) -> object:
        """Post a method with a file; see `Uploads.upload`."""
        return await self._api.upload(method, payload, attachment)
