"""What Telegram marks by itself in a text: commands, mentions, links and tags."""

import re
from collections.abc import Iterable

from bot.sandbox.telegram_api.entities import utf16
from bot.sandbox.telegram_api.entities.entity import Entity

# A short list of endings stands in for the full registry of domains.
_ENDINGS = (
    "com|org|net|io|me|app|dev|fun|info|xyz|gg|co|ai|fi|so|trade|finance|exchange|link|to|ru|uk|de"
)
_PATTERNS = (
    (
        "url",
        re.compile(
            r"(?<![\w@./])(?:(?:https?|ftp|tg|ton)://[^\s<>\"]+"
            rf"|(?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?\.)+(?:{_ENDINGS})"
            r"(?![\w@-])(?::\d{1,5})?(?:[/?#][^\s<>\"]*)?)",
            re.IGNORECASE,
        ),
    ),
    (
        "email",
        re.compile(
            r"(?<![\w.+-])[A-Za-z0-9._+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])"
        ),
    ),
    ("mention", re.compile(r"(?<![\w@/])@[A-Za-z0-9_]{2,32}(?!\w)")),
    (
        "bot_command",
        re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])", re.ASCII),
    ),
    ("hashtag", re.compile(r"(?<!\w)#(?=\w*[^\W\d])\w{1,256}(?!\w)")),
    ("cashtag", re.compile(r"(?<![\w$])\$(?:1INCH|[A-Z]{1,8})(?![\w$])")),
)
_TRAILING = ".,:;!?)]}'\""


def detect_entities(text: str) -> list[Entity]:
    """Find the entities that nobody marked, first come first served, none overlapping."""
    ruler = utf16.Ruler(text)
    taken: list[Entity] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            begin, end = match.span()
            if kind == "url":
                end = begin + len(match.group().rstrip(_TRAILING))
            offset = ruler.offset(begin)
            entity = Entity(type=kind, offset=offset, length=ruler.offset(end) - offset)
            if not overlaps(entity, taken):
                taken.append(entity)
    return sorted(taken, key=lambda entity: entity.sort_key)


def overlaps(entity: Entity, others: Iterable[Entity]) -> bool:
    """Tell whether an entity shares any unit of text with one of the others."""
    return any(entity.offset < other.end and other.offset < entity.end for other in others)
