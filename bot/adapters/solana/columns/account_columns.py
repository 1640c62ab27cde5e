"""One account of each pool of a class: what must be as it was, and its fields as numbers."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from bot.adapters.solana.columns.layouts import Layout
from bot.adapters.solana.columns.pricing import Flags, Units
from bot.adapters.solana.columns.text_cuts import Bytes, Cut, Quads, TextCuts

_NUMBER_BYTES = 8
T = TypeVar("T", bound=np.generic)
Rows = npt.NDArray[np.intp]


class AccountColumns:
    """Grows by a row for each pool; all accounts in it have the same layout and length."""

    def __init__(self, layout: Layout, cuts: TextCuts) -> None:
        self._cuts = cuts
        self._fields = {
            name: (cuts.column(start), end - start) for name, (start, end) in layout.fields.items()
        }
        self._settled: Quads = np.zeros((0, len(cuts.compared)), np.uint32)
        self._edges: Bytes = np.zeros((0, len(cuts.edges)), np.uint8)

    @classmethod
    def of(cls, layout: Layout, length: int) -> "AccountColumns | None":
        """Make the columns of accounts of a length; None where a field cannot be cut."""
        if layout.length not in (None, length):
            return None
        present = layout.within(length)
        cuts = TextCuts.of(length, present.settled, present.fields.values())
        return None if cuts is None else cls(present, cuts)

    def make_room(self, rows: int) -> None:
        """Have room for so many rows."""
        self._settled = _grown(self._settled, rows)
        self._edges = _grown(self._edges, rows)

    def settle(self, rows: Rows, texts: Sequence[bytes]) -> None:
        """Note what these pools' accounts must look like from now on; raises `ValueError`."""
        cut = self._cuts.cut(texts)
        self._settled[rows] = cut.settled
        self._edges[rows] = cut.fields[:, self._cuts.edges]

    def read(self, rows: Rows, texts: Sequence[bytes]) -> tuple[Mapping[str, Units], Flags]:
        """Give the fields of these rows, and which of them are settled as they were.

        A text of another length reads as zeros. Raises `ValueError` where one is no base64.
        """
        is_right = np.ones(len(texts), np.bool_)
        if set(map(len, texts)) != {self._cuts.letters}:
            fits = [len(text) == self._cuts.letters for text in texts]
            is_right, empty = np.array(fits, np.bool_), b"A" * self._cuts.letters
            texts = [text if fit else empty for text, fit in zip(texts, fits, strict=True)]
        cut = self._cuts.cut(texts)
        is_right &= _are_same(cut.settled, self._settled[rows])
        is_right &= _are_same(cut.fields[:, self._cuts.edges], self._edges[rows])
        return {name: _numbers(cut, *place) for name, place in self._fields.items()}, is_right


def _are_same(seen: npt.NDArray[T], known: npt.NDArray[T]) -> Flags:
    """Tell which rows are as they were; nearly always all are, and that is told sooner."""
    same = seen == known
    return np.ones(len(same), np.bool_) if same.all() else same.all(axis=1)


def _numbers(cut: Cut, column: int, size: int) -> Units:
    if size == _NUMBER_BYTES:
        return np.ascontiguousarray(cut.fields[:, column : column + size]).view("<u8").ravel()
    padded = np.zeros((len(cut.fields), _NUMBER_BYTES), np.uint8)
    padded[:, :size] = cut.fields[:, column : column + size]
    return padded.view("<u8").ravel()


def _grown(kept: npt.NDArray[T], rows: int) -> npt.NDArray[T]:
    grown = np.zeros((rows, *kept.shape[1:]), kept.dtype)
    grown[: len(kept)] = kept
    return grown
