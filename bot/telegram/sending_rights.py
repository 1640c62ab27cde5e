"""What one sender of several may send, and how much of Telegram's limit is its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingRights:
    """Asked before each message: `may_send` of a chat, the `shards` of chats, how many `senders`.

    A sender that is alone has none of this, and may send everything.
    """

    may_send: Callable[[int], bool]
    shards: Callable[[], Sequence[int]]
    senders: Callable[[], int]
