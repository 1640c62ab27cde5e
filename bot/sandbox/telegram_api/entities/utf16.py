"""Positions in UTF-16 code units, which is how Telegram counts text."""

from bisect import bisect_left
from itertools import accumulate

_LAST_SINGLE_UNIT = 0xFFFF


def width(character: str) -> int:
    """Count the UTF-16 units of one character: 2 above the basic plane, else 1."""
    return 2 if ord(character) > _LAST_SINGLE_UNIT else 1


def length(text: str) -> int:
    """Count the UTF-16 units of a text."""
    return len(text) + sum(1 for character in text if ord(character) > _LAST_SINGLE_UNIT)


class Ruler:
    """Turn UTF-16 offsets of one text into character indices."""

    def __init__(self, text: str) -> None:
        self._edges = [0, *accumulate(width(character) for character in text)]

    @property
    def total(self) -> int:
        """The length of the text in UTF-16 units."""
        return self._edges[-1]

    def index(self, offset: int) -> int | None:
        """Give the character index at a UTF-16 offset; None inside a surrogate pair."""
        position = bisect_left(self._edges, offset)
        if position < len(self._edges) and self._edges[position] == offset:
            return position
        return None

    def offset(self, index: int) -> int:
        """Give the UTF-16 offset of a character index."""
        return self._edges[index]


def slice_units(text: str, offset: int, units: int) -> str:
    """Cut a part of the text out by UTF-16 offset and length."""
    encoded = text.encode("utf-16-le")
    return encoded[2 * offset : 2 * (offset + units)].decode("utf-16-le", "replace")


def byte_offset(text: str, index: int) -> int:
    """Give the UTF-8 byte offset of a character, which Telegram's errors name."""
    return len(text[:index].encode("utf-8", "surrogatepass"))
