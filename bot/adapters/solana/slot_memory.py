"""Remembers the slot at which each account was last read, so that no reading goes back in time."""

from collections.abc import Iterable
from itertools import repeat

_MOST_KEPT = 200_000


class SlotMemory:
    """The newest slot accepted for each address; forgets the older half when it grows too long."""

    def __init__(self) -> None:
        self._slots: dict[str, int] = {}
        self._newest = 0

    def least(self, addresses: Iterable[str]) -> int:
        """Give the slot before which no answer for these addresses may be, 0 if none is known."""
        return max(map(self._slots.get, addresses, repeat(0)), default=0)

    def is_past(self, addresses: Iterable[str], slot: int) -> bool:
        """Tell whether one of these addresses was seen at a newer slot than this."""
        return slot < self._newest and slot < self.least(addresses)

    def note(self, addresses: Iterable[str], slot: int) -> None:
        """Note that these addresses were read at a slot that is not below `least`."""
        self._slots.update(dict.fromkeys(addresses, slot))
        self._newest = max(self._newest, slot)
        if len(self._slots) > _MOST_KEPT:
            newest = sorted(self._slots.items(), key=lambda entry: entry[1], reverse=True)
            self._slots = dict(newest[: _MOST_KEPT // 2])
