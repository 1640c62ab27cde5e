"""The levels of some neighbouring tokens in no order: cheap to add to, looked at as a whole."""

from array import array

import numpy as np
from numpy.typing import NDArray

TOKENS = 64
LANES = 2 * TOKENS
"""A lane is one side of one token; the side above is even, the side below odd."""
NEVER = float("inf")
_LARGEST = float(np.finfo(np.float64).max)

Keys = NDArray[np.float64]
Numbers = NDArray[np.int64]


class Shelf:
    """Search keys, each with the name and the mark of its trigger, in places that stay the same.

    Keys are levels for the side above and negated levels for the side below, so that what a value
    has reached is always at or below it. A mark holds lane and generation, from the lowest bit up.

    Keeping levels in order would touch a dozen cold places in memory for each that comes or goes.
    Here it is three, all of them at the end; and a look at some thousand levels, which only a
    crossing needs, is some ten microseconds long.
    """

    __slots__ = ("_free", "_keys", "_marks", "_names")

    def __init__(self) -> None:
        self._keys, self._names, self._marks = array("d"), array("q"), array("q")
        self._free: list[int] = []

    def put(self, key: float, name: int, mark: int) -> int:
        """Put a level in; gives its place."""
        if self._free:
            place = self._free.pop()
            self._keys[place], self._names[place], self._marks[place] = key, name, mark
            return place
        self._keys.append(key)
        self._names.append(name)
        self._marks.append(mark)
        return len(self._keys) - 1

    def put_all(self, keys: Keys, names: Numbers, marks: Numbers) -> int:
        """Put levels in, in new places one behind the other; gives the first."""
        first = len(self._keys)
        self._keys.frombytes(keys.tobytes())
        self._names.frombytes(names.tobytes())
        self._marks.frombytes(marks.tobytes())
        return first

    def clear(self, place: int) -> None:
        """Take the level at a place out."""
        self._keys[place] = NEVER
        self._free.append(place)

    def at(self, place: int) -> tuple[float, int, int]:
        """Give the key, the name and the mark at a place."""
        return self._keys[place], self._names[place], self._marks[place]

    def reached(self, values: Keys, most: int) -> list[int]:
        """Give the places of what `values` have reached, a value for each lane, at most so many.

        Lane by lane, the nearest first, of equal ones the one with the lowest name.
        """
        keys, lanes = np.asarray(self._keys), self._lanes()
        found = np.flatnonzero(keys <= np.minimum(values, _LARGEST)[lanes])
        names = np.asarray(self._names)[found]
        order = np.lexsort((names, keys[found], lanes[found]))
        return [int(place) for place in found[order[:most]]]

    def nearest(self) -> Keys:
        """Give the smallest key of each lane, infinity where there is none."""
        nearest = np.full(LANES, NEVER)
        np.minimum.at(nearest, self._lanes(), np.asarray(self._keys))
        return nearest

    def _lanes(self) -> Numbers:
        return np.asarray(self._marks) & (LANES - 1)
