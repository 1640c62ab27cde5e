"""A reader of bytes that never guesses: what is short, or longer than need be, is refused."""

from bot.domain.errors import UnreadableMessage

_CONTINUES = 0x80
_FIRST_CONTINUED = bytes((_CONTINUES,))
_LARGEST_COUNT = 0xFFFF
_LONGEST_COUNT_BYTES = 3


class ByteReader:
    """Reads one after another; raises `UnreadableMessage` where there is too little."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def take(self, length: int, what: str) -> bytes:
        """Give the next bytes."""
        taken = self._raw[self._at : self._at + length]
        if len(taken) < length:
            raise UnreadableMessage(f"it ends within {what}")
        self._at += length
        return taken

    def byte(self, what: str) -> int:
        """Give the next byte as a number."""
        return self.take(1, what)[0]

    def count(self, what: str) -> int:
        """Give a number in Solana's compact-u16: seven bits a byte, lowest first, in shortest form.

        Source: `solana_short_vec`, which refuses aliases (0x80 0x00 for 0) and more than 16 bits.
        """
        if self._raw[self._at : self._at + 1] < _FIRST_CONTINUED:  # nearly always, and quicker
            return self.byte(what)
        value = 0
        for position in range(_LONGEST_COUNT_BYTES):
            byte = self.byte(what)
            if byte == 0 and position:
                raise UnreadableMessage(f"the count of {what} is written longer than need be")
            value |= (byte & ~_CONTINUES) << (7 * position)
            if not byte & _CONTINUES:
                break
        else:
            raise UnreadableMessage(f"the count of {what} has more than three bytes")
        if value > _LARGEST_COUNT:
            raise UnreadableMessage(f"the count of {what} is over 65535")
        return value

    def end(self) -> None:
        """Demand that nothing follows."""
        left = len(self._raw) - self._at
        if left:
            raise UnreadableMessage(f"{left} bytes follow its end")
