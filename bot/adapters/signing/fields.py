"""Strict reading of JSON objects from the other end of the socket: all fields, and no others."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Self

import orjson


class BadRequest(ValueError):
    """An object that is not as agreed; the text names the field and shows no value."""


class Fields:
    """The fields of one object, each taken once and by its type."""

    def __init__(self, value: Any) -> None:
        if type(value) is not dict:
            raise BadRequest("it is no object")
        self._left: dict[str, Any] = dict(value)

    def __enter__(self) -> Self:
        """Read within a block."""
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Demand that nothing is left over, unless the reading failed already."""
        if kind is None and self._left:
            raise BadRequest("it has fields that nobody knows")

    def text(self, name: str, longest: int = 100) -> str:
        """Take a text."""
        value = self._take(name)
        if type(value) is not str or len(value) > longest:
            raise BadRequest(f"{name} is no text of up to {longest} characters")
        return value

    def number(self, name: str) -> int:
        """Take a whole number of zero or more, of 64 bits."""
        value = self._take(name)
        if type(value) is not int or not 0 <= value < 2**64:
            raise BadRequest(f"{name} is no whole number")
        return value

    def flag(self, name: str) -> bool:
        """Take a yes or no."""
        value = self._take(name)
        if type(value) is not bool:
            raise BadRequest(f"{name} is neither true nor false")
        return value

    def bytes(self, name: str, longest: int) -> bytes:
        """Take bytes, which are written in base64."""
        text = self.text(name, longest * 2)
        try:
            value = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadRequest(f"{name} is no base64") from error
        if len(value) > longest:
            raise BadRequest(f"{name} has over {longest} bytes")
        return value

    def object(self, name: str) -> "Fields":
        """Take an object."""
        return Fields(self._take(name))

    def optional(self, name: str) -> "Fields | None":
        """Take an object, or null."""
        value = self._take(name)
        return None if value is None else Fields(value)

    def list(self, name: str, most: int) -> list[Any]:
        """Take a list of anything."""
        value = self._take(name)
        if type(value) is not list or len(value) > most:
            raise BadRequest(f"{name} is no list of up to {most}")
        return value

    def rest(self, most: int) -> Mapping[str, Any]:
        """Take whatever is left, by name."""
        if len(self._left) > most:
            raise BadRequest(f"it has over {most} fields")
        left, self._left = self._left, {}
        return left

    def _take(self, name: str) -> Any:
        if name not in self._left:
            raise BadRequest(f"{name} is missing")
        return self._left.pop(name)


def parsed(body: bytes) -> Fields:
    """Read an object from JSON; raises `BadRequest`."""
    try:
        return Fields(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        raise BadRequest("it is no JSON") from error


def written(value: Mapping[str, object]) -> bytes:
    """Write an object as JSON."""
    return orjson.dumps(value)


def b64(raw: bytes) -> str:
    """Write bytes in base64."""
    return base64.b64encode(raw).decode("ascii")
