"""What the inbox must not keep: characters no database takes, and secrets pasted by mistake."""

import re
from collections.abc import Mapping

import orjson

from bot.telegram.secret_pocket import may_be_secret, without_typed_secrets
from bot.telegram.seed_phrases import SHORTEST_PHRASE, without_seed_phrase

UNREADABLE = "\ufffd"
SECRET_REMOVED = "[private key removed]"  # noqa: S105 (what stands in a secret's place)
_BROKEN = re.compile("[\x00\ud800-\udfff]")
# 64 bytes in base58 (a Solana secret key), 32 or 64 bytes as a list of numbers or in hex. A
# signature or a hash has the same form, and the bot has no use for either.
_SECRET = re.compile(
    r"(?<![1-9A-HJ-NP-Za-km-z])[1-9A-HJ-NP-Za-km-z]{86,88}(?![1-9A-HJ-NP-Za-km-z])"
    r"|\[\s*(?:[0-9]{1,3}\s*,\s*){31}(?:(?:[0-9]{1,3}\s*,\s*){32})?[0-9]{1,3}\s*,?\s*\]"
    r"|(?<![0-9A-Za-z])(?:0x)?(?:[0-9a-fA-F]{64}){1,2}(?![0-9A-Za-z])"
)
_SHORTEST_SECRET = 64
_DEEPEST = 40
# JSON without an escaped character or a string long enough to hide anything.
_SHORT_STRINGS = re.compile(
    rf'[^"\\]{{0,{SHORTEST_PHRASE - 1}}}(?:"[^"\\]{{0,{SHORTEST_PHRASE - 1}}})*'
)
# What PostgreSQL's bigint takes; every id and date of Telegram is far smaller.
_WHOLE_NUMBERS = range(-(2**63), 2**63)


def clean_update(raw: Mapping[str, object]) -> dict[str, object]:
    """Give an update that can be kept; everything else in it stays as it came.

    Numbers beyond 64 bits inside it become null, and so does what lies too deep.
    """
    if _is_harmless(raw):
        return dict(raw)
    return {
        _text(key): value if key == "update_id" else _clean(value, _DEEPEST)
        for key, value in raw.items()
    }


def _is_harmless(raw: Mapping[str, object]) -> bool:
    """Tell at one glance, as of nearly every update, that nothing in it needs cleaning."""
    try:
        text = orjson.dumps(raw, option=orjson.OPT_STRICT_INTEGER).decode()
    except TypeError:
        # Half a character, or a number or key of a kind that Telegram does not send.
        return False
    is_shallow = text.count("{") + text.count("[") <= _DEEPEST
    return is_shallow and _SHORT_STRINGS.fullmatch(text) is not None and not may_be_secret(text)


def _clean(value: object, depth: int) -> object:
    if isinstance(value, str):
        return _text(value)
    if depth == 0 or (isinstance(value, int) and value not in _WHOLE_NUMBERS):
        return None
    if isinstance(value, Mapping):
        return {_text(str(key)): _clean(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, depth - 1) for item in value]
    return value


def _text(text: str) -> str:
    if "/" in text:
        text = without_typed_secrets(text)
    # Most are names and kinds, too short to hide anything; what is broken cannot be printed.
    if len(text) < SHORTEST_PHRASE and text.isprintable():
        return text
    readable = _BROKEN.sub(UNREADABLE, text)
    if len(readable) >= _SHORTEST_SECRET:
        readable = _SECRET.sub(SECRET_REMOVED, readable)
    return without_seed_phrase(readable, SECRET_REMOVED)
