"""The one door from what a sender wrote to the text and entities that are kept."""

from dataclasses import replace
from itertools import pairwise

from bot.sandbox.telegram_api.entities import utf16
from bot.sandbox.telegram_api.entities.detection import detect_entities, overlaps
from bot.sandbox.telegram_api.entities.entity import (
    Entity,
    EntityParseError,
    FindUser,
    FormattedText,
)
from bot.sandbox.telegram_api.entities.explicit import read_entities
from bot.sandbox.telegram_api.entities.html import parse_html
from bot.sandbox.telegram_api.entities.markdown import parse_markdown
from bot.sandbox.telegram_api.entities.markdown_v2 import parse_markdown_v2
from bot.sandbox.telegram_api.errors import bad_request

_PARSERS = {"html": parse_html, "markdown": parse_markdown, "markdownv2": parse_markdown_v2}
_WHOLE = frozenset({"pre", "code"})
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})
_SPLITTABLE = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
# Telegram ignores formatting after the first hundred entities of a message.
_MOST_MARKED = 100
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_CONTROLS = {code: " " for code in range(32) if code != ord("\n")}


def format_text(
    text: str, *, parse_mode: str | None, entities: object, find_user: FindUser
) -> FormattedText:
    """Apply a parse mode or given entities, trim, and add what Telegram detects.

    Raises:
        BotApiError: 400 with Telegram's description.
    """
    marked: list[Entity]
    if parse_mode:
        plain, marked = _parse(text.replace("\r", ""), parse_mode, find_user)
    elif entities:
        plain, marked = text, read_entities(text, entities, find_user)
    else:
        plain, marked = text.replace("\r", ""), []
    plain, marked = _trim(plain.translate(_CONTROLS), marked)
    kept = _untangle(marked)
    blocked = [entity for entity in kept if entity.type not in _SPLITTABLE | _QUOTES]
    found = [entity for entity in detect_entities(plain) if not overlaps(entity, blocked)]
    pieces = [piece for entity in kept for piece in _split(entity, found)]
    everything = sorted([*pieces, *found], key=lambda entity: entity.sort_key)
    return FormattedText(text=plain, entities=tuple(everything))


def is_blank(text: str) -> bool:
    """Tell whether a text shows nothing at all."""
    return not text.strip().strip(_INVISIBLE).strip()


def _parse(text: str, parse_mode: str, find_user: FindUser) -> tuple[str, list[Entity]]:
    parser = _PARSERS.get(parse_mode.lower())
    if parser is None:
        raise bad_request("unsupported parse_mode")
    try:
        return parser(text, find_user)
    except EntityParseError as error:
        raise bad_request(f"can't parse entities: {error}") from error


def _trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    left = text.lstrip()
    shift = utf16.length(text) - utf16.length(left)
    trimmed = left.rstrip()
    total = utf16.length(trimmed)
    kept = []
    for entity in entities:
        begin = max(entity.offset - shift, 0)
        end = min(entity.end - shift, total)
        if end > begin:
            kept.append(replace(entity, offset=begin, length=end - begin))
    return trimmed, kept


def _split(entity: Entity, found: list[Entity]) -> list[Entity]:
    """Cut a style where a link or mention crosses its edge, as Telegram does."""
    cuts = {entity.offset, entity.end}
    for other in found:
        if entity.offset < other.offset < entity.end < other.end:
            cuts.add(other.offset)
        if other.offset < entity.offset < other.end < entity.end:
            cuts.add(other.end)
    edges = sorted(cuts)
    return [replace(entity, offset=a, length=b - a) for a, b in pairwise(edges)]


def _untangle(entities: list[Entity]) -> list[Entity]:
    """Order entities, cut those that cross, and let code stand alone."""
    whole = [entity for entity in entities if entity.type in _WHOLE]
    pending = sorted(entities, key=lambda entity: entity.sort_key, reverse=True)
    kept: list[Entity] = []
    while pending and len(kept) < _MOST_MARKED:
        entity = pending.pop()
        if entity.type not in _WHOLE | _QUOTES and overlaps(entity, whole):
            continue
        ends = [other.end for other in kept if other.offset <= entity.offset < other.end]
        cut = min((end for end in ends if end < entity.end), default=None)
        if cut is not None:
            pending.append(replace(entity, offset=cut, length=entity.end - cut))
            pending.sort(key=lambda entity: entity.sort_key, reverse=True)
            entity = replace(entity, length=cut - entity.offset)
        if entity not in kept:
            kept.append(entity)
    return kept
