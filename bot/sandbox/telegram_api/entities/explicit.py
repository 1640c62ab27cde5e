"""Entities that a bot gave itself, checked against the text they lie over."""

from bot.sandbox.telegram_api.entities import utf16
from bot.sandbox.telegram_api.entities.entity import NESTING_ORDER, Entity, FindUser
from bot.sandbox.telegram_api.entities.links import link_entity
from bot.sandbox.telegram_api.errors import bad_request
from bot.sandbox.telegram_api.wire import as_integer, as_list, as_object

# Telegram finds these by itself and ignores what a bot says about them.
_DETECTED = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "date_time"}
)


def read_entities(text: str, given: object, find_user: FindUser) -> list[Entity]:
    """Check an array of MessageEntity objects against its text.

    Raises:
        BotApiError: 400 when one is no entity, or begins or ends beside a character.
    """
    items = as_list(given)
    if items is None:
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    ruler = utf16.Ruler(text)
    read = (_read_entity(item, ruler, find_user) for item in items)
    return [entity for entity in read if entity is not None]


def _read_entity(item: object, ruler: utf16.Ruler, find_user: FindUser) -> Entity | None:
    body = as_object(item)
    if body is None:
        raise bad_request("can't parse MessageEntity: expected an Object")
    kind = body.get("type")
    offset, length = as_integer(body.get("offset")), as_integer(body.get("length"))
    if offset is None or length is None:
        name = "offset" if offset is None else "length"
        raise bad_request(f"can't parse MessageEntity: can't find field \"{name}\"")
    if kind in _DETECTED or length <= 0:
        return None
    if kind not in NESTING_ORDER:
        raise bad_request("can't parse MessageEntity: unsupported type specified")
    _check_place(offset, length, ruler)
    if kind == "text_link":
        return link_entity(
            str(body.get("url", "")), offset=offset, length=length, find_user=find_user
        )
    return Entity(
        type=str(kind),
        offset=offset,
        length=length,
        user=_mentioned(body.get("user"), find_user) if kind == "text_mention" else None,
        language=_text(body.get("language")) if kind == "pre" else None,
        custom_emoji_id=_text(body.get("custom_emoji_id")),
    )


def _check_place(offset: int, length: int, ruler: utf16.Ruler) -> None:
    if offset < 0 or offset + length > ruler.total:
        raise bad_request(
            f"entity beginning at UTF-16 offset {offset} ends after the end of the text"
            f" at UTF-16 offset {offset + length}"
        )
    if ruler.index(offset) is None:
        raise bad_request(f"entity begins in a middle of a UTF-16 symbol at offset {offset}")
    if ruler.index(offset + length) is None:
        raise bad_request(
            f"entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol"
        )


def _mentioned(user: object, find_user: FindUser) -> dict[str, object]:
    body = as_object(user) or {}
    found = find_user(as_integer(body.get("id")) or 0)
    if found is None:
        raise bad_request("user not found")
    return found


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
