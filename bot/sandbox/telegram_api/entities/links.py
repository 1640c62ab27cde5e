"""Which links Telegram accepts behind text, and what it makes of them."""

import re

from bot.sandbox.telegram_api.entities.entity import Entity, EntityParseError, FindUser

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://")
_HOST = re.compile(
    r"(?:[^/?#@\s]*@)?([^/?#:@\s]*[^/?#:@\s.]\.[^/?#:@\s.]{2,}|localhost|\d+(?:\.\d+){3})"
    r"(?::\d{1,5})?(?P<rest>[/?#].*)?",
    re.DOTALL,
)
_WEB_SCHEMES = {"http", "https", "ftp"}
_APP_SCHEMES = {"tg", "ton", "tonsite"}
_USER_LINK = re.compile(r"^tg://user/?\?(?:.*&)?id=(\d{1,18})(?:&.*)?$")
_EMOJI_LINK = re.compile(r"^tg://emoji/?\?(?:.*&)?id=(\d{1,19})(?:&.*)?$")


def checked_link(url: str) -> str | None:
    """Give the link as Telegram stores it, or None where it is no link.

    A missing scheme becomes http and an empty path becomes "/".
    """
    candidate = url.strip()
    if not candidate or re.search(r"[\s<>\"]", candidate):
        return None
    scheme_match = _SCHEME.match(candidate)
    scheme = scheme_match.group(1).lower() if scheme_match else "http"
    rest = candidate[scheme_match.end() :] if scheme_match else candidate
    if scheme in _APP_SCHEMES:
        return f"{scheme}://{rest}" if rest else None
    host = _HOST.fullmatch(rest)
    if scheme not in _WEB_SCHEMES or host is None:
        return None
    return f"{scheme}://{rest}" if host["rest"] else f"{scheme}://{rest}/"


def linked_user_id(url: str) -> int | None:
    """Read the person's id from a ``tg://user?id=`` link."""
    match = _USER_LINK.match(url)
    return int(match.group(1)) if match else None


def linked_emoji_id(url: str) -> str:
    """Read the id from a ``tg://emoji?id=`` link.

    Raises:
        EntityParseError: the link is of another kind.
    """
    match = _EMOJI_LINK.match(url)
    if match is None:
        raise EntityParseError("Custom emoji URL must have a valid identifier")
    return match.group(1)


def link_entity(url: str, *, offset: int, length: int, find_user: FindUser) -> Entity | None:
    """Build what a link over text becomes: a mention, a text link or nothing."""
    user_id = linked_user_id(url)
    if user_id is not None:
        user = find_user(user_id)
        if user is None:
            return None
        return Entity(type="text_mention", offset=offset, length=length, user=user)
    link = checked_link(url)
    if link is None:
        return None
    return Entity(type="text_link", offset=offset, length=length, url=link)
