"""Draws a picture at the moment it is sent: the outbox keeps only what it is to show."""

from collections.abc import Awaitable, Callable, Mapping

import structlog

from bot.domain.errors import Unavailable
from bot.telegram.bot_api import Attachment, Uploads
from bot.telegram.layout import PICTURE

Draw = Callable[[Mapping[str, object]], Awaitable[bytes]]
_log = structlog.get_logger(__name__)


class PictureApi:
    """Implements `Api` over another: a call with a picture's recipe is drawn and uploaded.

    A picture that cannot be drawn leaves its caption, sent as words. What is outside and does
    not answer (`Unavailable`) is the sender's to try again, as with any call.
    """

    def __init__(self, api: Uploads, draw: Draw) -> None:
        self._api = api
        self._draw = draw

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        """Call a method; see `Api.call`."""
        recipe = payload.get(PICTURE)
        if not isinstance(recipe, Mapping):
            return await self._api.call(method, payload, seconds=seconds)
        plain = {name: value for name, value in payload.items() if name != PICTURE}
        try:
            picture = await self._draw(recipe)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 (one picture at fault must not stop all that is sent)
            _log.exception("picture_not_drawn", method=method)
            return await self._api.call(*_in_words(method, plain), seconds=seconds)
        attachment = Attachment(
            name=PICTURE, file_name=f"{PICTURE}.png", content_type="image/png", content=picture
        )
        return await self._api.upload(method, plain, attachment)


def _in_words(method: str, payload: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
    """Give the call that shows a picture's caption without the picture."""
    if method == "sendPhoto":
        names = {"caption": "text", "caption_entities": "entities"}
        kept = {names.get(name, name): value for name, value in payload.items() if name != "photo"}
        return "sendMessage", kept
    media = payload.get("media")
    words = media if isinstance(media, Mapping) else {}
    caption = {name: words[name] for name in ("caption", "caption_entities") if name in words}
    kept = {name: value for name, value in payload.items() if name != "media"}
    return method.replace("Media", "Caption"), kept | caption
