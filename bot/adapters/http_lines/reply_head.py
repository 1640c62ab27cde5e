"""Reads the head of an HTTP/1.1 reply, strictly: what is odd is refused, never guessed at."""

import re
from dataclasses import dataclass

from bot.adapters.http_lines.reply import GarbledReply

_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\r\n\0]*)?")
_FIELD_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LENGTH = re.compile(rb"[0-9]{1,15}")
_WITHOUT_BODY = frozenset({204, 304})
_CHUNKED, _NOT_ENCODED = b"chunked", (b"", b"identity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What of a reply's head we go by.

    The body has `length_bytes`, comes in chunks, or, with neither, ends where the line ends.
    """

    status: int
    length_bytes: int | None
    is_chunked: bool
    keeps_line: bool
    retry_after: str | None

    @property
    def is_interim(self) -> bool:
        """Tell whether the reply itself is yet to come (1xx)."""
        return self.status < 200  # noqa: PLR2004 (RFC 9110 section 15)


def read_head(text: bytes) -> Head:
    """Read a head without the empty line that ends it; raises `GarbledReply`.

    A body in any coding but chunks, or with two lengths, is refused. Source: RFC 9112 sections 4
    to 6.
    """
    first, *lines = text.split(b"\r\n")
    status_line = _STATUS_LINE.fullmatch(first)
    if status_line is None:
        raise GarbledReply("no status line")
    fields = _fields(lines)
    if fields.get(b"content-encoding", b"") not in _NOT_ENCODED:
        raise GarbledReply("a coding that was not asked for")
    status, is_chunked = int(status_line[2]), _is_chunked(fields)
    length = 0 if status in _WITHOUT_BODY else _length(fields)
    if is_chunked and length is not None:
        raise GarbledReply("a length beside chunks")
    retry_after = fields.get(b"retry-after")
    return Head(
        status=status,
        length_bytes=length,
        is_chunked=is_chunked,
        keeps_line=_keeps_line(fields, is_older=status_line[1] == b"0")
        and (is_chunked or length is not None),
        retry_after=None if retry_after is None else retry_after.decode("latin-1"),
    )


def _fields(lines: list[bytes]) -> dict[bytes, bytes]:
    """Give the fields by small name; those that come twice are joined as RFC 9110 says."""
    fields: dict[bytes, bytes] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not _FIELD_NAME.fullmatch(name) or b"\r" in value or b"\n" in value:
            raise GarbledReply("a field that is none")
        key, value = name.lower(), value.strip(b" \t")
        fields[key] = fields[key] + b", " + value if key in fields else value
    return fields


def _is_chunked(fields: dict[bytes, bytes]) -> bool:
    coding = fields.get(b"transfer-encoding")
    if coding is not None and coding.lower() != _CHUNKED:
        raise GarbledReply("a transfer coding that was not asked for")
    return coding is not None


def _length(fields: dict[bytes, bytes]) -> int | None:
    text = fields.get(b"content-length")
    if text is None:
        return None
    if not _LENGTH.fullmatch(text):
        raise GarbledReply("a length that is no number")
    return int(text)


def _keeps_line(fields: dict[bytes, bytes], *, is_older: bool) -> bool:
    options = {each.strip() for each in fields.get(b"connection", b"").lower().split(b",")}
    return b"close" not in options and (not is_older or b"keep-alive" in options)
