"""What the inbox must not keep: characters no database takes, and secrets pasted by mistake."""

import re
from collections.abc import Mapping

UNREADABLE = "\ufffd"
SECRET_REMOVED = "[private key removed]"  # noqa: S105 (what stands in a secret's place)
_BROKEN = re.compile("[\x00\ud800-\udfff]")
# 64 bytes in base58 (a Solana secret key), or the same as a list of numbers.
_SECRET = re.compile(
    r"(?<![1-9A-HJ-NP-Za-km-z])[1-9A-HJ-NP-Za-km-z]{86,88}(?![1-9A-HJ-NP-Za-km-z])"
    r"|\[\s*(?:[0-9]{1,3}\s*,\s*){63}[0-9]{1,3}\s*\]"
)
_DEEPEST = 40


def clean_update(raw: Mapping[str, object]) -> dict[str, object]:
    """Give an update that can be kept; everything else in it stays as it came."""
    return {_text(key): _clean(value, _DEEPEST) for key, value in raw.items()}


def _clean(value: object, depth: int) -> object:
    if isinstance(value, str):
        return _text(value)
    if depth == 0:
        return None
    if isinstance(value, Mapping):
        return {_text(str(key)): _clean(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, depth - 1) for item in value]
    return value


def _text(text: str) -> str:
    return _SECRET.sub(SECRET_REMOVED, _BROKEN.sub(UNREADABLE, text))
