"""Reading what the people's side was sent."""

import json
from dataclasses import dataclass

from aiohttp import web
from aiohttp.web_request import FileField

from bot.sandbox.telegram_api.errors import SandboxRefusal
from bot.sandbox.telegram_api.parameters import Upload
from bot.sandbox.telegram_api.wire import JsonObject, as_integer, as_list, as_object


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A JSON body whose fields are checked when read; each raises SandboxRefusal."""

    fields: JsonObject

    def text(self, name: str, default: str | None = None) -> str:
        """Read a text."""
        value = self.fields.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not _is_unicode(value):
            raise SandboxRefusal(f"{name} must be a text")
        return value

    def number(self, name: str, default: int | None = None) -> int:
        """Read a whole number."""
        if self.fields.get(name) is None and default is not None:
            return default
        return read_number(self.fields.get(name), name)

    def optional_number(self, name: str) -> int | None:
        """Read a whole number, or None where there is none."""
        return None if self.fields.get(name) is None else self.number(name)

    def numbers(self, name: str) -> list[int]:
        """Read an array of whole numbers; empty where it is missing."""
        return [read_number(item, name) for item in as_list(self.fields.get(name)) or []]

    def flag(self, name: str) -> bool:
        """Read a yes or no; no where it is missing."""
        return self.fields.get(name) is True


async def read_body(request: web.Request) -> Body:
    """Read the JSON object of a request.

    Raises:
        SandboxRefusal: the body is anything else.
    """
    try:
        fields = as_object(json.loads(await request.read()))
    except (ValueError, RecursionError):
        fields = None
    if fields is None:
        raise SandboxRefusal("the body must be a JSON object")
    return Body(fields=fields)


async def read_photo(request: web.Request) -> tuple[Body, Upload]:
    """Read a form with a picture.

    Raises:
        SandboxRefusal: there is no file in the field "photo".
    """
    form = await request.post()
    photo = form.get("photo")
    if not isinstance(photo, FileField):
        raise SandboxRefusal("photo must be a file")
    upload = Upload(name=photo.filename, content_type=photo.content_type, content=photo.file.read())
    photo.file.close()
    return Body(fields={key: item for key, item in form.items() if isinstance(item, str)}), upload


def read_number(value: object, name: str) -> int:
    """Read a whole number.

    Raises:
        SandboxRefusal: it is none.
    """
    number = as_integer(value)
    if number is None:
        raise SandboxRefusal(f"{name} must be a whole number")
    return number


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
