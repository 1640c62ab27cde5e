"""One marked stretch of a message's text."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.telegram_api.wire import JsonObject, without_none

FindUser = Callable[[int], JsonObject | None]
"""Looks a person up by Telegram id, for mentions without a username."""

NESTING_ORDER = (
    "expandable_blockquote",
    "blockquote",
    "pre",
    "code",
    "text_link",
    "text_mention",
    "custom_emoji",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
)
_RANK = {name: rank for rank, name in enumerate(NESTING_ORDER)}


class EntityParseError(Exception):
    """Marked-up text that Telegram would refuse with "can't parse entities"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A stretch of text with a meaning; offset and length in UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    user: JsonObject | None = None
    language: str | None = None
    custom_emoji_id: str | None = None

    @property
    def end(self) -> int:
        """The first UTF-16 offset after the entity."""
        return self.offset + self.length

    @property
    def sort_key(self) -> tuple[int, int, int]:
        """Outer before inner, then a fixed order of types."""
        return (self.offset, -self.length, _RANK.get(self.type, len(_RANK)))

    def to_wire(self) -> JsonObject:
        """Render as a Bot API MessageEntity."""
        return without_none(
            type=self.type,
            offset=self.offset,
            length=self.length,
            url=self.url,
            user=self.user,
            language=self.language,
            custom_emoji_id=self.custom_emoji_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FormattedText:
    """A text without mark-up and the entities that lie over it."""

    text: str
    entities: tuple[Entity, ...] = ()

    def entities_to_wire(self) -> list[JsonObject]:
        """Render the entities as a Bot API array."""
        return [entity.to_wire() for entity in self.entities]
