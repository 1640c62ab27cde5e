"""Pieces of log as they are sealed one after another into a file: each readable by itself.

A frame is its length (4 bytes, big endian) and an age file of that length, which holds zlib of:
the place in the log (8 bytes), the server's clock in microseconds since 1970 (8 bytes), the log.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

import pyrage  # type: ignore[import-untyped] # it brings none

from bot.adapters.backups.replication_wire import Piece

_LENGTH = struct.Struct("!I")
_HEAD = struct.Struct("!QQ")
_LARGEST_BYTES = 64 * 2**20
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class DamagedFrame(Exception):
    """A frame that is whole in length but does not open, or not where it should be."""


def sealed_frame(piece: Piece, recipients: Sequence[object]) -> bytes:
    """Seal a piece of log for the public keys."""
    at_us = (piece.at - _BEGINNING) // timedelta(microseconds=1)
    content = zlib.compress(_HEAD.pack(piece.place, at_us) + piece.content, 1)
    sealed: bytes = pyrage.encrypt(content, recipients)
    return _LENGTH.pack(len(sealed)) + sealed


def opened_frames(file: BinaryIO, identity: object, begin: int) -> Iterator[Piece]:
    """Open the frames of a file whose first byte of log is at `begin`, in order.

    The last may be torn, by a crash while it was written: nothing was acknowledged on its word.
    Raises `DamagedFrame`.
    """
    place = begin
    while True:
        head = file.read(_LENGTH.size)
        length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else 0
        if length > _LARGEST_BYTES:
            raise DamagedFrame("a length that cannot be")
        sealed = file.read(length)
        if not head or len(head) < _LENGTH.size or len(sealed) < length:
            return
        piece = _opened(sealed, identity)
        if piece.place != place:
            raise DamagedFrame("a piece is not where it should be")
        place += len(piece.content)
        yield piece


def _opened(sealed: bytes, identity: object) -> Piece:
    try:
        content = zlib.decompress(pyrage.decrypt(sealed, [identity]))
        place, at_us = _HEAD.unpack_from(content)
    except (pyrage.DecryptError, zlib.error, struct.error) as error:
        raise DamagedFrame(f"it does not open with this key, or was changed ({error})") from error
    at = _BEGINNING + timedelta(microseconds=at_us)
    return Piece(place=place, content=content[_HEAD.size :], at=at)
