"""The same refresh done barely (the limit) and the usual way (plain), to compare with ours."""

import asyncio
import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, cast

import aiohttp
import httpx
import orjson

from bot.adapters.solana.pools.programs import ORCA_WHIRLPOOL

AT_ONCE = 8
Groups = Sequence[tuple[str, ...]]
Prices = dict[str, float]


def calls_of(groups: Groups) -> list[list[str]]:
    """Give the keys of each call: 33 pools with their two vaults."""
    return [
        [key for group in groups[start : start + 33] for key in group]
        for start in range(0, len(groups), 33)
    ]


def body_of(keys: list[str]) -> bytes:
    """Give the request body of one call."""
    options = {"commitment": "confirmed", "encoding": "base64"}
    request = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "getMultipleAccounts",
        "params": [keys, options],
    }
    return orjson.dumps(request)


class RawConnection(asyncio.Protocol):
    """One connection with hand-made framing: as little work as HTTP allows."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._pieces = bytearray()
        self._wanted = -1
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        """Collect one answer."""
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
        """Send one request and give the body of its answer."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)
        return await self._answer


async def fetch_raw(port: int, calls: list[list[str]]) -> list[bytes]:
    """Fetch over raw connections, eight at once."""
    loop = asyncio.get_running_loop()
    waiting = list(enumerate(calls))
    answers = [b""] * len(calls)

    async def work() -> None:
        _, connection = await loop.create_connection(RawConnection, "127.0.0.1", port)
        while waiting:
            index, keys = waiting.pop()
            answers[index] = await connection.ask(body_of(keys))

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())
    return answers


async def limit(port: int, groups: Groups) -> Prices:
    """Raw connections, orjson, binascii, two integers of each account, floats, no checks."""
    calls = calls_of(groups)
    answers = await fetch_raw(port, calls)
    prices: Prices = {}
    for keys, answer in zip(calls, answers, strict=True):
        value = orjson.loads(answer)["result"]["value"]
        prices.update(_prices(keys, value, binascii.a2b_base64))
    return prices


async def bare_aiohttp(session: aiohttp.ClientSession, port: int, groups: Groups) -> Prices:
    """Aiohttp without a pool of endpoints, decoded as barely as the limit."""
    turns = asyncio.Semaphore(AT_ONCE)
    prices: Prices = {}

    async def ask(keys: list[str]) -> None:
        async with turns, session.post(f"http://127.0.0.1:{port}/", data=body_of(keys)) as reply:
            value = orjson.loads(await reply.read())["result"]["value"]
        prices.update(_prices(keys, value, binascii.a2b_base64))

    async with asyncio.TaskGroup() as group:
        for keys in calls_of(groups):
            group.create_task(ask(keys))
    return prices


async def plain(client: httpx.AsyncClient, port: int, groups: Groups) -> Prices:
    """The usual way: httpx, json, base64; decoded as barely as the limit."""
    turns = asyncio.Semaphore(AT_ONCE)
    prices: Prices = {}

    async def ask(keys: list[str]) -> None:
        async with turns:
            reply = await client.post(f"http://127.0.0.1:{port}/", content=body_of(keys))
        value = json.loads(reply.content)["result"]["value"]
        prices.update(_prices(keys, value, base64.b64decode))

    async with asyncio.TaskGroup() as group:
        for keys in calls_of(groups):
            group.create_task(ask(keys))
    return prices


def _prices(
    keys: list[str], value: list[dict[str, Any]], decode: Callable[[str], bytes]
) -> Prices:
    prices: Prices = {}
    for start in range(0, len(keys), 3):
        pool, first, second = value[start : start + 3]
        data = decode(pool["data"][0])
        one, other = decode(first["data"][0]), decode(second["data"][0])
        if pool["owner"] == ORCA_WHIRLPOOL:
            ratio = (int.from_bytes(data[65:81], "little") / 2**64) ** 2
        else:
            ratio = _amount(other) / _amount(one)
        prices[keys[start]] = ratio
    return prices


def _amount(data: bytes) -> int:
    return int.from_bytes(data[64:72], "little")
