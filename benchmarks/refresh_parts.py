"""The parts of a refresh done alone, each as quickly as we know: together they are the limit."""

import asyncio
import binascii
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

import asyncpg
import numpy as np
import numpy.typing as npt
import orjson

from bot.adapters.clock import SystemClock
from bot.domain.pools.reading import PoolKind
from bot.ports.chain import PoolPlace

Floats = npt.NDArray[np.float64]
KEYS_A_CALL = 100
_AT_ONCE = 8
_ONE = 2**64
_NUMBER_BYTES = 16
# Where the square root of the price stands: its first byte in the base64 text's whole quads, and
# how many bytes of the first quad come before it.
_SQRT_PRICE_TEXT: Mapping[PoolKind | None, tuple[int, int]] = {
    PoolKind.ORCA_WHIRLPOOL: (84, 2),
    PoolKind.RAYDIUM_CLMM: (336, 1),
}
_TEXT_LENGTH = 24
_QUAD_BYTES = 18
# PostgreSQL's binary COPY: a count of fields, then each with its length before it.
_LINE = np.dtype(
    [
        ("fields", ">i2"),
        ("id_length", ">i4"),
        ("id", ">i4"),
        ("at_length", ">i4"),
        ("at", ">i8"),
        ("price_length", ">i4"),
        ("price", ">f8"),
        ("slot_length", ">i4"),
        ("slot", ">i8"),
    ]
)
_COPY_HEAD, _COPY_END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_EPOCH, _MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_TABLE = (
    "CREATE TABLE IF NOT EXISTS best_prices (token int, at timestamptz, price float8, slot int8)"
)


def bodies_of(places: Sequence[PoolPlace]) -> list[bytes]:
    """Give the request bodies of one refresh, 100 accounts each."""
    options = {"commitment": "confirmed", "encoding": "base64"}
    keys = [place.address for place in places]
    return [
        orjson.dumps(
            {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "getMultipleAccounts",
                "params": [keys[start : start + KEYS_A_CALL], options],
            }
        )
        for start in range(0, len(keys), KEYS_A_CALL)
    ]


class _RawConnection(asyncio.Protocol):
    """One connection with hand-made framing: as little work as HTTP allows."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._pieces = bytearray()
        self._wanted = -1
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        self._pieces += data
        if self._wanted < 0:
            end = self._pieces.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._pieces[:end])
            self._wanted = int(head.rpartition(b"Content-Length: ")[2].split(b"\r\n")[0])
            del self._pieces[: end + 4]
        if len(self._pieces) >= self._wanted and self._answer is not None:
            body, self._pieces, self._wanted = bytes(self._pieces), bytearray(), -1
            self._answer.set_result(body)

    async def ask(self, body: bytes) -> bytes:
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)
        return await self._answer


async def fetch(port: int, bodies: Sequence[bytes]) -> list[bytes]:
    """Fetch over raw connections, eight at once."""
    loop = asyncio.get_running_loop()
    waiting = list(enumerate(bodies))
    answers = [b""] * len(bodies)

    async def work() -> None:
        transport, connection = await loop.create_connection(_RawConnection, "127.0.0.1", port)
        while waiting:
            index, body = waiting.pop()
            answers[index] = await connection.ask(body)
        transport.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(work())
    return answers


def decode(places: Sequence[PoolPlace], answers: Sequence[bytes]) -> Floats:
    """Cut 24 letters out of each account, decode them all at once, and check nothing."""
    pieces = [piece for answer in answers for piece in answer.split(b'"data":["')[1:]]
    cuts = [_SQRT_PRICE_TEXT[place.kind] for place in places]
    texts = [
        piece[start : start + _TEXT_LENGTH] for piece, (start, _) in zip(pieces, cuts, strict=True)
    ]
    raw = np.frombuffer(binascii.a2b_base64(b"".join(texts)), np.uint8)
    begins = np.arange(len(cuts)) * _QUAD_BYTES + [skip for _, skip in cuts]
    halves = raw[begins[:, None] + np.arange(_NUMBER_BYTES)].view("<u8").astype(np.float64)
    roots: Floats = halves[:, 1] + halves[:, 0] / _ONE
    return roots * roots


def crossed(prices: Floats, low: Floats, high: Floats) -> npt.NDArray[np.intp]:
    """Give the tokens whose price has reached the nearest level on either side."""
    return np.flatnonzero((prices <= low) | (prices >= high))


async def make_table(connection: asyncpg.Connection) -> None:
    """Make the barest table that prices can be appended to."""
    await connection.execute(_TABLE)


async def persist(connection: asyncpg.Connection, prices: Floats) -> None:
    """Append all prices in one binary COPY, durably."""
    lines = np.zeros(len(prices), _LINE)
    lines["fields"], lines["id_length"], lines["id"] = 4, 4, np.arange(len(prices))
    lines["at_length"], lines["at"] = 8, (SystemClock().now() - _EPOCH) // _MICROSECOND
    lines["price_length"], lines["price"], lines["slot_length"] = 8, prices, 8
    whole = io.BytesIO(_COPY_HEAD + lines.tobytes() + _COPY_END)
    await connection.copy_to_table("best_prices", source=whole, format="binary")
