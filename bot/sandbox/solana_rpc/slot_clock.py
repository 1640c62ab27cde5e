"""Turns passing time into slots, block heights and block times."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

NANOSECONDS_PER_MS = 1_000_000
MS_PER_SECOND = 1_000
SLOTS_PER_EPOCH = 432_000
SKIPPED_SLOTS = 22_000_000
"""Slots without a block since genesis: a block height is never the slot."""


@dataclass(slots=True, kw_only=True)
class SlotClock:
    """The slot that is being built now, at `slot_ms` milliseconds a slot.

    `monotonic_ns` and `started_unix_s` are handed in by tests that hold time still.
    """

    slot_ms: int
    first_slot: int
    monotonic_ns: Callable[[], int] = time.monotonic_ns
    started_unix_s: int = field(default_factory=lambda: time.time_ns() // 1_000_000_000)
    _jumped_slots: int = 0
    _started_ns: int = field(init=False)

    def __post_init__(self) -> None:
        """Start counting."""
        self._started_ns = self.monotonic_ns()

    @property
    def slot(self) -> int:
        """The newest slot."""
        elapsed_ms = (self.monotonic_ns() - self._started_ns) // NANOSECONDS_PER_MS
        return self.first_slot + elapsed_ms // self.slot_ms + self._jumped_slots

    def jump(self, slots: int) -> None:
        """Let `slots` slots pass at once."""
        self._jumped_slots += slots

    def unix_time_s(self, slot: int) -> int:
        """Give the block time of a slot, in seconds since 1970."""
        return self.started_unix_s + (slot - self.first_slot) * self.slot_ms // MS_PER_SECOND

    @staticmethod
    def block_height(slot: int) -> int:
        """Give the number of blocks up to a slot."""
        return slot - SKIPPED_SLOTS

    @staticmethod
    def epoch(slot: int) -> int:
        """Give the epoch a slot belongs to."""
        return slot // SLOTS_PER_EPOCH
