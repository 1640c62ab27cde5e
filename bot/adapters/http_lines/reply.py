"""What a server answers over a kept line, and the ways in which an answer can be no answer."""

from dataclasses import dataclass


class GarbledReply(ValueError):
    """What came is not an HTTP/1.1 reply as we ask for one; the line is of no more use."""


class ReplyTooLarge(ValueError):
    """The reply is larger than the caller is ready to hold."""


class ReplyCut(ConnectionError):
    """The far side closed the line before its reply was whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole reply; `retry_after` is the header's text, and `keeps_line` says that more may come.

    Redirects are replies like any other: they are never followed.
    """

    status: int
    retry_after: str | None
    body: bytes
    keeps_line: bool
