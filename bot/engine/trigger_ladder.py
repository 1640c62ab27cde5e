"""The levels of one token on one side, nearest first, so that a crossing is a prefix."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

_LONGEST_RUNG = 1_024
NEVER = float("inf")


class Ladder:
    """Sorted search keys, each with the slot of its trigger; 12 bytes a level.

    Keys are levels for the side above and negated levels for the side below, so that the
    nearest level is always the smallest key and what a value has reached is always a prefix.
    Long ladders are cut into rungs: putting a level in moves a rung's worth of bytes at most.
    """

    __slots__ = ("_keys", "_slots", "_tops")

    def __init__(self, keys: Sequence[float] = (), slots: Sequence[int] = ()) -> None:
        """Take keys that are sorted already, with the slots that belong to them."""
        half = _LONGEST_RUNG // 2
        cuts = range(0, len(keys), half)
        self._keys = [array("d", keys[cut : cut + half]) for cut in cuts]
        self._slots = [array("i", slots[cut : cut + half]) for cut in cuts]
        self._tops = [keys[-1] for keys in self._keys]

    @property
    def nearest(self) -> float:
        """Give the smallest key, infinity where there is none."""
        return self._keys[0][0] if self._keys else NEVER

    def add(self, key: float, slot: int) -> None:
        """Put a level in, after those equal to it."""
        if not self._keys:
            self._keys, self._slots = [array("d", (key,))], [array("i", (slot,))]
            self._tops = [key]
            return
        last = len(self._tops) - 1
        rung = min(bisect_right(self._tops, key), last) if last else 0
        keys = self._keys[rung]
        place = bisect_right(keys, key)
        keys.insert(place, key)
        self._slots[rung].insert(place, slot)
        if rung == last:
            self._tops[rung] = keys[-1]
        if len(keys) > _LONGEST_RUNG:
            self._split(rung)

    def remove(self, key: float, slot: int) -> None:
        """Take a level out; it has to be there."""
        rung = bisect_left(self._tops, key)
        keys, slots = self._keys[rung], self._slots[rung]
        place = bisect_left(keys, key)
        while slots[place] != slot:
            place += 1
            if place == len(slots):  # equal levels go on in the next rung
                rung, place = rung + 1, 0
                keys, slots = self._keys[rung], self._slots[rung]
        del keys[place], slots[place]
        if keys:
            self._tops[rung] = keys[-1]
        else:
            del self._keys[rung], self._slots[rung], self._tops[rung]

    def take_reached(self, key: float) -> list[int]:
        """Take out the levels up to and at a key, of the nearest rung; gives their slots.

        Nearest first; there may be more while `nearest` is not above the key.
        """
        if self.nearest > key:
            return []
        keys, slots = self._keys[0], self._slots[0]
        count = bisect_right(keys, key)
        taken = slots[:count].tolist()
        if count < len(keys):
            del keys[:count], slots[:count]
        else:
            del self._keys[0], self._slots[0], self._tops[0]
        return taken

    def __len__(self) -> int:
        """Count the levels."""
        return sum(map(len, self._keys))

    def _split(self, rung: int) -> None:
        keys, slots = self._keys[rung], self._slots[rung]
        half = len(keys) // 2
        self._keys[rung : rung + 1] = [keys[:half], keys[half:]]
        self._slots[rung : rung + 1] = [slots[:half], slots[half:]]
        self._tops[rung : rung + 1] = [keys[half - 1], keys[-1]]
