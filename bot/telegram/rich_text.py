"""Text with marks, as a tree that renders to the words and the entities which are sent."""

import re
from functools import lru_cache
from typing import ClassVar, TypedDict

from bot.words.speech import translated


class Entity(TypedDict):
    """A mark on a part of a text, as the Bot API writes it."""

    type: str
    offset: int
    length: int


class Text:
    """Words and other texts, one after the other.

    Like aiogram's formatting, whose entities are validated models: those are rebuilt as plain
    JSON for the outbox anyway, and cost a receipt as much as deciding its order.
    """

    __slots__ = ("parts",)
    mark: ClassVar[str] = ""

    def __init__(self, *parts: "Text | str") -> None:
        self.parts = parts

    def render(self) -> tuple[str, list[Entity]]:
        """Give the words, and the entities by offset, both counted as Telegram does."""
        words: list[str] = []
        entities: list[Entity] = []
        self._write(words, entities, 0)
        entities.sort(key=_offset)
        text = "".join(words)
        if utf16_units(text) != len(text):
            _count_as_telegram(text, entities)
        return text, entities

    def _write(self, words: list[str], entities: list[Entity], begin: int) -> int:
        end = begin
        for part in self.parts:
            if isinstance(part, str):
                words.append(part)
                end += len(part)
            else:
                end = part._write(words, entities, end)  # noqa: SLF001 (a text of its own kind)
        if self.mark:
            entities.append({"type": self.mark, "offset": begin, "length": end - begin})
        return end


class Bold(Text):
    """Text in bold."""

    __slots__ = ()
    mark: ClassVar[str] = "bold"


class Code(Text):
    """Text in fixed width, in which Telegram looks for no links, mentions or commands."""

    __slots__ = ()
    mark: ClassVar[str] = "code"


_FIELD = re.compile(r"\{(\w+)\}", re.ASCII)


def marked(template: str, /, **fields: Text | str) -> Text:
    """Give a text of `bot.words`, whose fields may be marked parts: `{name}` stands for one."""
    pieces = _pieces(translated(template))
    return Text(*[fields[piece] if is_field else piece for piece, is_field in pieces])


@lru_cache(maxsize=4096)
def _pieces(template: str) -> tuple[tuple[str, bool], ...]:
    """Split a template into its words and the names of its fields, which are marked so."""
    pieces = enumerate(_FIELD.split(template))
    return tuple((piece, bool(place % 2)) for place, piece in pieces if piece)


def utf16_units(text: str) -> int:
    """Count a text as Telegram does."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def _count_as_telegram(text: str, entities: list[Entity]) -> None:
    """Turn offsets and lengths in characters, the rarer of which Telegram counts as two."""
    for entity in entities:
        before, end = entity["offset"], entity["offset"] + entity["length"]
        entity["offset"] = utf16_units(text[:before])
        entity["length"] = utf16_units(text[before:end])


def _offset(entity: Entity) -> int:
    return entity["offset"]
