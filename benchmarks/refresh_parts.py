"""The parts of a refresh done alone, each as quickly as we know: together they are the limit."""

import asyncio
import binascii
from collections.abc import Mapping, Sequence
from typing import cast

import asyncpg
import orjson

from bot.adapters.clock import SystemClock
from bot.domain.pools.reading import PoolKind
from bot.ports.chain import PoolPlace

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


def decode(places: Sequence[PoolPlace], answers: Sequence[bytes]) -> list[float]:
    """Cut 24 letters out of each account, decode them all at once, and check nothing."""
    pieces = [piece for answer in answers for piece in answer.split(b'"data":["')[1:]]
    cuts = [_SQRT_PRICE_TEXT[place.kind] for place in places]
    texts = [
        piece[start : start + _TEXT_LENGTH] for piece, (start, _) in zip(pieces, cuts, strict=True)
    ]
    raw = binascii.a2b_base64(b"".join(texts))
    numbers = [
        int.from_bytes(raw[at + skip : at + skip + _NUMBER_BYTES], "little")
        for at, (_, skip) in zip(range(0, len(raw), _QUAD_BYTES), cuts, strict=True)
    ]
    return [(number / _ONE) ** 2 for number in numbers]


def crossed(prices: Sequence[float], levels: Sequence[tuple[float, float]]) -> list[int]:
    """Give the tokens whose price has reached the nearest level on either side."""
    pairs = enumerate(zip(prices, levels, strict=True))
    return [index for index, (price, (low, high)) in pairs if not low < price < high]


async def make_table(connection: asyncpg.Connection) -> None:
    """Make the barest table that prices can be appended to."""
    await connection.execute(_TABLE)


async def persist(connection: asyncpg.Connection, prices: Sequence[float]) -> None:
    """Append all prices in one COPY, durably."""
    now = SystemClock().now()
    rows = [(index, now, price, 0) for index, price in enumerate(prices)]
    await connection.copy_records_to_table("best_prices", records=rows)
