"""Frames on the signer's socket: four bytes of length, most significant first, then that many."""

import asyncio

LENGTH_BYTES = 4
LARGEST_FRAME_BYTES = 256 * 1024
"""A message with eight full lookup tables takes less than half of it."""


class BadFrame(ValueError):
    """A frame that is empty or too long; the connection is of no more use."""


def framed(body: bytes) -> bytes:
    """Give a body with its length before it; raises `BadFrame`."""
    _demand_length(len(body))
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    """Read one body; raises `BadFrame`, and `asyncio.IncompleteReadError` at the end."""
    length = int.from_bytes(await reader.readexactly(LENGTH_BYTES), "big")
    _demand_length(length)
    return await reader.readexactly(length)


def _demand_length(length: int) -> None:
    if not 0 < length <= LARGEST_FRAME_BYTES:
        raise BadFrame(f"a frame has 1 to {LARGEST_FRAME_BYTES} bytes, not {length}")
