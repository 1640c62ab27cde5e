"""Takes a body out of its chunks, as they come."""

import re

from bot.adapters.http_lines.reply import GarbledReply

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?")
_LONGEST_LINE = 4_096
_MOST_TRAILER_LINES = 64
_BREAK = b"\r\n"


class Chunks:
    """Fed with what comes, gives what of it is body; `rest` is what came after the end.

    Source: RFC 9112 section 7.1. Extensions and trailers are passed over.
    """

    def __init__(self) -> None:
        self.is_over = False
        self._received = b""
        self._at = 0
        self._chunk_left = 0
        self._is_break_due = False
        self._trailer_lines: int | None = None

    @property
    def rest(self) -> bytes:
        """Give what was not taken yet."""
        return self._received[self._at :]

    def feed(self, data: bytes) -> list[bytes]:
        """Give the pieces of the body in some bytes; raises `GarbledReply`."""
        self._received, self._at = self.rest + data, 0
        pieces: list[bytes] = []
        while not self.is_over and self._take(pieces):
            pass
        return pieces

    def _take(self, pieces: list[bytes]) -> bool:
        """Take the next piece or line; False where it is not there yet."""
        if not self._chunk_left:
            return self._take_line()
        piece = self._received[self._at : self._at + self._chunk_left]
        self._at += len(piece)
        self._chunk_left -= len(piece)
        pieces.append(piece)
        return bool(piece)

    def _take_line(self) -> bool:
        end = self._received.find(_BREAK, self._at)
        if (len(self._received) if end < 0 else end) - self._at > _LONGEST_LINE:
            raise GarbledReply("a line without an end")
        if end < 0:
            return False
        line, self._at = self._received[self._at : end], end + len(_BREAK)
        self._read_line(line)
        return True

    def _read_line(self, line: bytes) -> None:
        if self._is_break_due:
            self._is_break_due = False
            if line:
                raise GarbledReply("a chunk of another size")
        elif self._trailer_lines is None:
            self._begin_chunk(line)
        else:
            self._pass_trailer(line, self._trailer_lines)

    def _begin_chunk(self, line: bytes) -> None:
        size = _SIZE.fullmatch(line)
        if size is None:
            raise GarbledReply("a chunk without a size")
        self._chunk_left = int(size[1], 16)
        self._is_break_due = self._chunk_left > 0
        self._trailer_lines = None if self._chunk_left else 0

    def _pass_trailer(self, line: bytes, seen: int) -> None:
        if seen >= _MOST_TRAILER_LINES:
            raise GarbledReply("too many trailers")
        self._trailer_lines = seen + 1
        self.is_over = not line
