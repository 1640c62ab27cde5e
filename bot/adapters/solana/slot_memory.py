"""Remembers the slot at which each account was last read, so that no reading goes back in time."""

from collections.abc import Sequence
from dataclasses import dataclass

_MOST_KEPT = 200_000


@dataclass(slots=True)
class _Note:
    """Addresses that were read at one slot; `is_whole` while none of them was read otherwise."""

    addresses: Sequence[str]
    slot: int
    is_whole: bool = True


class SlotMemory:
    """The newest slot accepted for each address; forgets the older half when it grows too long.

    Those who are read together again and again (the same sequence, not an equal one) share a
    note, so that noting a hundred costs no more than one.
    """

    def __init__(self) -> None:
        self._notes: dict[str, _Note] = {}
        self._newest = 0

    def least(self, addresses: Sequence[str]) -> int:
        """Give the slot before which no answer for these addresses may be, 0 if none is known."""
        if shared := self._shared(addresses):
            return shared.slot
        known = map(self._notes.get, addresses)
        return max((note.slot for note in known if note is not None), default=0)

    def is_past(self, addresses: Sequence[str], slot: int) -> bool:
        """Tell whether one of these addresses was seen at a newer slot than this."""
        return slot < self._newest and slot < self.least(addresses)

    def note(self, addresses: Sequence[str], slot: int) -> None:
        """Note that these addresses were read at a slot that is not below `least`."""
        self._newest = max(self._newest, slot)
        if shared := self._shared(addresses):
            shared.slot = slot
            return
        note = _Note(addresses, slot)
        for address in addresses:
            if known := self._notes.get(address):
                known.is_whole = False
            self._notes[address] = note
        if len(self._notes) > _MOST_KEPT:
            self._forget()

    def _shared(self, addresses: Sequence[str]) -> _Note | None:
        note = self._notes.get(addresses[0]) if addresses else None
        return note if note and note.is_whole and note.addresses is addresses else None

    def _forget(self) -> None:
        newest = sorted(self._notes.items(), key=lambda entry: entry[1].slot, reverse=True)
        for _, note in newest[_MOST_KEPT // 2 :]:
            note.is_whole = False
        self._notes = dict(newest[: _MOST_KEPT // 2])
