"""Bells between processes: somebody has something new, so that nobody need look for it."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

Hear = Callable[[], None]


class Bell(StrEnum):
    """What is new, and whom it wakes."""

    INBOX = "inbox"  # whoever handles updates
    OUTBOX = "outbox"  # whoever sends
    CHANGES = "changes"  # whoever keeps in memory what others change


class Bells(Protocol):
    """A bell may be lost: whoever listens looks by itself now and then."""

    def ring(self, *bells: Bell) -> None:
        """Wake the others soon; waits for nothing and never fails."""

    def on(self, bell: Bell, hear: Hear) -> None:
        """Name whom to wake; at wiring."""
