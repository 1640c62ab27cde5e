"""Minute's worths that several processes share, so that a flood is one wherever it arrives."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Protocol

from bot.domain.values import value


class Verdict(Enum):
    """What becomes of a message or a press."""

    ADMITTED = auto()
    TOLD = auto()  # refused, and this once they are told so
    SILENT = auto()
    HEAVY = auto()  # refused with words each time: what is light goes on


@value
class Worth:
    """A minute's worth of something: whose it is, and how much."""

    key: int
    most: int


class Buckets(Protocol):
    """Buckets that run dry and fill up again; all raise `Unavailable`."""

    async def admit(
        self, plain: Sequence[Worth], heavy: Sequence[Worth], cost: int
    ) -> tuple[Verdict, float]:
        """Take a cost from buckets, or refuse it, and tell how long a heavy command has to wait."""

    async def frees(self, worth: Worth) -> bool:
        """Take one press made in vain, or refuse it."""
