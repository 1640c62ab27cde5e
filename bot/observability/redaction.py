"""Keep secrets out of everything that is written: exact ones we know, and their shapes."""

import re
from collections.abc import Iterable

MASK = "[redacted]"
_SHORTEST_SECRET = 8

_SHAPES = (
    re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,}"),  # a bot token
    re.compile(r"(?i)(api[-_]?key|access[-_]?token|secret|signature|password)=[^&\s\"']+"),
    re.compile(r"(?i)(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),  # credentials in a URL
    re.compile(r"\b[1-9A-HJ-NP-Za-km-z]{80,90}\b"),  # a Solana key pair in base58
    re.compile(r"\[(?:\s*\d{1,3}\s*,){31,}\s*\d{1,3}\s*\]"),  # a key pair as a list of bytes
)


class Redactor:
    """Replaces known secrets, and whatever looks like one, by a mask."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({s for s in secrets if len(s) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._known = tuple(known)

    def text(self, text: str) -> str:
        """Give a text without secrets."""
        for secret in self._known:
            text = text.replace(secret, MASK)
        for shape in _SHAPES:
            text = shape.sub(MASK, text)
        return text

    def value(self, value: object) -> object:
        """Give any value of a log line without secrets, containers and exceptions included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int | float | bool) or value is None:
            return value
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(item) for item in value]
        return self.text(str(value))
