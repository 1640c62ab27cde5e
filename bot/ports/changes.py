"""What processes over one database hear from each other: that something changed, and of what."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class ChangeKind(StrEnum):
    """What changed; the key beside it is a number of what is named here."""

    PERSON = "person"  # user: role, status, language, mode or settings
    STOP = "stop"  # stop
    SUSPICION = "suspicion"  # token
    GROUP = "group"  # chat
    TOKEN = "token"  # noqa: S105 (token)
    CLOSED_CHAT = "closed_chat"  # chat
    LOOKED_AT = "looked_at"  # token
    ALERT = "alert"  # alert
    RESTING = "resting"  # user
    SHORT = "short"  # user
    SEASON = "season"  # user
    LIVE_ORDER = "live_order"  # user


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that changed, committed. What it is now is to be read where it is kept."""

    kind: ChangeKind
    key: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far somebody has read.

    Of every transaction numbered below `horizon` all is read; `seen` are changes of later ones
    that were read already, while older ones were still under way.
    """

    horizon: int
    seen: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesRead:
    """What changed since a mark, and the mark to go on from.

    `is_broken` where the database is an older one than the mark was made in, restored from a
    backup for instance: what changed since cannot be told.
    """

    changes: Sequence[Change]
    mark: Mark
    is_broken: bool = False


class ChangeFeed(Protocol):
    """The changes that others committed. All raise `Unavailable`."""

    async def mark(self) -> Mark:
        """Give the mark of now: all that commits later is read after it."""

    async def since(self, mark: Mark) -> ChangesRead:
        """Give all that was committed and not read by this mark: none is skipped, none twice."""

    async def tell(self, kind: ChangeKind, keys: Collection[int]) -> None:
        """Tell of something that no table holds."""
