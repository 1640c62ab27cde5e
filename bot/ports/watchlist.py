"""What the inside asks of the database about what people watch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What came of asking to watch a token; `limit` is the role's cap, None for none."""

    is_new: bool
    is_full: bool
    limit: int | None


class WatchShelf(Protocol):
    """The tokens that each person watches. All methods raise `Unavailable`."""

    async def watch(self, user_id: int, token_id: int) -> Watched:
        """Add a token, unless it is there or the role's cap is reached."""

    async def unwatch(self, user_id: int, token_id: int) -> bool:
        """Take a token off; tells whether it was there."""

    async def watched(self, user_id: int) -> Sequence[int]:
        """Give the token ids that a person watches, the longest watched first."""
