"""Bytes of an account, written field by field at their offsets."""

from solders.pubkey import Pubkey


class AccountData:
    """Zeroed bytes of a fixed length with little-endian fields put at offsets."""

    def __init__(self, size: int, discriminator: bytes = b"") -> None:
        self._bytes = bytearray(size)
        self.raw(0, discriminator)

    def __bytes__(self) -> bytes:
        """Give the bytes as they stand."""
        return bytes(self._bytes)

    def raw(self, offset: int, value: bytes) -> None:
        """Put bytes.

        Raises:
            ValueError: they would run past the end.
        """
        end = offset + len(value)
        if end > len(self._bytes):
            raise ValueError(f"{end} is past the end of {len(self._bytes)} bytes")
        self._bytes[offset:end] = value

    def key(self, offset: int, value: Pubkey) -> None:
        """Put an address."""
        self.raw(offset, bytes(value))

    def unsigned(self, offset: int, value: int, bits: int = 64) -> None:
        """Put an unsigned number of `bits` bits."""
        self.raw(offset, value.to_bytes(bits // 8, "little"))

    def signed(self, offset: int, value: int, bits: int) -> None:
        """Put a signed number of `bits` bits."""
        self.raw(offset, value.to_bytes(bits // 8, "little", signed=True))
