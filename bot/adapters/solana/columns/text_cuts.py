"""Cuts the few bytes that matter out of many base64 texts at once."""

from binascii import a2b_base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Quads = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]
_QUAD_BYTES, _QUAD_LETTERS = 3, 4
Range = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCuts:
    """What to look at in the base64 text of accounts of one length.

    Four letters (a quad) stand for three bytes. What must be as it was is compared as text
    where whole quads of it are (`compared`); quads that hold a wanted field, or the edge of
    what is compared, are decoded (`decoded`), all accounts' together.
    """

    letters: int
    compared: npt.NDArray[np.intp]
    decoded: npt.NDArray[np.intp]
    edges: npt.NDArray[np.intp]  # columns of the decoded bytes that must be as they were

    @classmethod
    def of(
        cls, length: int, settled: Iterable[Range], fields: Iterable[Range]
    ) -> "TextCuts | None":
        """Plan the cuts; None where a field stands in a last quad that is not full."""
        whole = length // _QUAD_BYTES
        compared: set[int] = set()
        edges: set[int] = set()
        for start, end in settled:
            quads = range(-(-start // _QUAD_BYTES), end // _QUAD_BYTES)
            inside = range(quads.start * _QUAD_BYTES, quads.stop * _QUAD_BYTES)
            compared.update(quads)
            edges.update(byte for byte in range(start, end) if byte not in inside)
        # A last quad with padding cannot be decoded among others: all of it counts as settled.
        compared.update({byte // _QUAD_BYTES for byte in edges} - set(range(whole)))
        edges = {byte for byte in edges if byte // _QUAD_BYTES < whole}
        wanted = {byte // _QUAD_BYTES for start, end in fields for byte in range(start, end)}
        if any(quad >= whole for quad in wanted):
            return None
        decoded = np.array(sorted(wanted | {byte // _QUAD_BYTES for byte in edges}), np.intp)
        return cls(
            letters=-(-length // _QUAD_BYTES) * _QUAD_LETTERS,
            compared=np.array(sorted(compared), np.intp),
            decoded=decoded,
            edges=np.array([_column(decoded, byte) for byte in sorted(edges)], np.intp),
        )

    def column(self, byte: int) -> int:
        """Give the column in which a byte of a field stands once it is decoded."""
        return _column(self.decoded, byte)

    def cut(self, texts: Sequence[bytes]) -> "Cut":
        """Cut texts, each of `letters` letters; raises `ValueError` for what is no base64."""
        block = b"".join(texts)
        quads = np.frombuffer(block, np.uint32).reshape(len(texts), -1)
        chosen = quads.take(self.decoded, axis=1).tobytes()
        raw = np.frombuffer(a2b_base64(chosen, strict_mode=True), np.uint8)
        return Cut(
            settled=quads.take(self.compared, axis=1),
            fields=raw.reshape(len(texts), _QUAD_BYTES * len(self.decoded)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What was cut, a row for each text: letters to be compared, and decoded bytes."""

    settled: Quads
    fields: Bytes


def _column(decoded: npt.NDArray[np.intp], byte: int) -> int:
    quad = int(np.searchsorted(decoded, byte // _QUAD_BYTES))
    return quad * _QUAD_BYTES + byte % _QUAD_BYTES
