"""Remembers the slot at which each account was last read, so that no reading goes back in time."""

from collections.abc import Iterable

_MOST_KEPT = 200_000


class SlotMemory:
    """The newest slot accepted for each address; forgets the older half when it grows too long."""

    def __init__(self) -> None:
        self._slots: dict[str, int] = {}

    def least(self, addresses: Iterable[str]) -> int:
        """Give the slot before which no answer for these addresses may be, 0 if none is known."""
        known = self._slots
        return max((known.get(address, 0) for address in addresses), default=0)

    def note(self, addresses: Iterable[str], slot: int) -> None:
        """Note that these addresses were read at a slot."""
        for address in addresses:
            if self._slots.get(address, 0) < slot:
                self._slots[address] = slot
        if len(self._slots) > _MOST_KEPT:
            newest = sorted(self._slots.items(), key=lambda entry: entry[1], reverse=True)
            self._slots = dict(newest[: _MOST_KEPT // 2])
