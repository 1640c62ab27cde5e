"""Looks for tens of thousands of byte strings at once in one pass."""

from collections.abc import Sequence

import numpy as np

_HEAD_BYTES = 8
_LOW_BITS = 24


class ManyPatterns:
    """Finds which of many strings of eight bytes or more lie in a content.

    Each place's eight bytes are looked up as a number: first by their low bits in a table that
    passes one place in hundreds, then by all of them.
    """

    def __init__(self, wanted: Sequence[bytes]) -> None:
        self._by_head: dict[int, list[bytes]] = {}
        for each in wanted:
            head = int.from_bytes(each[:_HEAD_BYTES], "little")
            self._by_head.setdefault(head, []).append(each)
        self._mask = np.uint64((1 << _LOW_BITS) - 1)
        self._passes = np.zeros(1 << _LOW_BITS, dtype=np.bool_)
        self._passes[np.array(list(self._by_head), dtype=np.uint64) & self._mask] = True

    def found_in(self, content: bytes) -> set[bytes]:
        """Give those that lie in it."""
        found: set[bytes] = set()
        for shift in range(_HEAD_BYTES):
            count = (len(content) - shift) // _HEAD_BYTES
            if count <= 0:
                break
            words = np.frombuffer(content, dtype="<u8", count=count, offset=shift)
            for place in np.flatnonzero(self._passes[words & self._mask]):
                begin = int(place) * _HEAD_BYTES + shift
                for each in self._by_head.get(int(words[place]), ()):
                    if content.startswith(each, begin):
                        found.add(each)
        return found
