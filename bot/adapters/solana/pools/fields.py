"""Numbers and addresses at fixed places of an account, little-endian, never past its end."""

from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import ADDRESS_BYTES, encode_address

NO_ADDRESS = "11111111111111111111111111111111"  # 32 zero bytes


def slice_at(data: bytes, offset: int, length: int) -> bytes:
    """Give `length` bytes from `offset`; raises `UnreadableAccount` past the end."""
    if offset < 0 or length < 0 or offset + length > len(data):
        raise UnreadableAccount(f"too short: {len(data)} bytes, {offset + length} needed")
    return data[offset : offset + length]


def unsigned(data: bytes, offset: int, length: int) -> int:
    """Read an unsigned number of `length` bytes."""
    return int.from_bytes(slice_at(data, offset, length), "little")


def signed(data: bytes, offset: int, length: int) -> int:
    """Read a signed number of `length` bytes."""
    return int.from_bytes(slice_at(data, offset, length), "little", signed=True)


def u8(data: bytes, offset: int) -> int:
    """Read one byte."""
    return unsigned(data, offset, 1)


def u16(data: bytes, offset: int) -> int:
    """Read two bytes."""
    return unsigned(data, offset, 2)


def u32(data: bytes, offset: int) -> int:
    """Read four bytes."""
    return unsigned(data, offset, 4)


def u64(data: bytes, offset: int) -> int:
    """Read eight bytes."""
    return unsigned(data, offset, 8)


def u128(data: bytes, offset: int) -> int:
    """Read sixteen bytes."""
    return unsigned(data, offset, 16)


def address(data: bytes, offset: int) -> str:
    """Read an address as base58 text."""
    return encode_address(slice_at(data, offset, ADDRESS_BYTES))


def optional_address(data: bytes, offset: int) -> str | None:
    """Read an address that 32 zero bytes mark as missing."""
    found = address(data, offset)
    return None if found == NO_ADDRESS else found


def u64_if_present(data: bytes, offset: int) -> int:
    """Read eight bytes of a field that older, shorter accounts lack, 0 if it is not there."""
    return u64(data, offset) if offset + 8 <= len(data) else 0


def u8_if_present(data: bytes, offset: int) -> int:
    """Read one byte of a field that older, shorter accounts lack, 0 if it is not there."""
    return u8(data, offset) if offset < len(data) else 0
