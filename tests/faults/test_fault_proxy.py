"""The proxy does what its rules say, to PostgreSQL over TCP and a Unix socket, and to HTTP."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import asyncpg
import pytest
from aiohttp import web

from tests.faults.proxy import Moment, proxy_to_http, proxy_to_postgres
from tests.faults.requests_seen import PostgresRequests

_NOTE = "INSERT INTO notes VALUES ($1)"


@pytest.fixture
async def notes(database_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_dsn)
    await connection.execute("CREATE TABLE notes (number integer)")
    yield connection
    await connection.close()


async def kept(notes: asyncpg.Connection) -> list[int]:
    return [row[0] for row in await notes.fetch("SELECT number FROM notes ORDER BY number")]


@pytest.mark.parametrize("is_socket", [False, True])
async def test_a_lost_answer_leaves_the_commit_behind(
    database_dsn: str, notes: asyncpg.Connection, is_socket: bool
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) if is_socket else None
        async with proxy_to_postgres(database_dsn, seed=1, folder=folder) as proxy:
            client = await asyncpg.connect(proxy.address)
            await client.execute(_NOTE, 1)
            rule = proxy.cut_before_reply(matching="INTO notes", times=1)
            with pytest.raises((asyncpg.PostgresConnectionError, OSError)):
                await client.execute(_NOTE, 2)
            assert client.is_closed()
            assert rule.hits == 1
    assert await kept(notes) == [1, 2]


async def test_a_reset_comes_before_the_request_and_leaves_nothing(
    database_dsn: str, notes: asyncpg.Connection
) -> None:
    async with proxy_to_postgres(database_dsn, seed=1) as proxy:
        client = await asyncpg.connect(proxy.address)
        proxy.reset(matching="INTO notes")
        with pytest.raises((asyncpg.PostgresConnectionError, OSError)):
            await client.execute(_NOTE, 1)
    assert await kept(notes) == []


async def test_a_request_that_is_hung_up_behind_still_arrives(
    database_dsn: str, notes: asyncpg.Connection
) -> None:
    async with proxy_to_postgres(database_dsn, seed=1) as proxy:
        client = await asyncpg.connect(proxy.address)
        await client.execute(_NOTE, 1)
        proxy.cut_after_request(matching="INTO notes")
        with pytest.raises((asyncpg.PostgresConnectionError, OSError)):
            await client.execute(_NOTE, 2)
        async with asyncio.timeout(30):
            while await kept(notes) != [1, 2]:  # noqa: ASYNC110 (a database tells no events)
                await asyncio.sleep(0.01)


async def test_a_trigger_is_pulled_once_at_its_moment(
    database_dsn: str, notes: asyncpg.Connection
) -> None:
    pulled: list[str] = []
    async with proxy_to_postgres(database_dsn, seed=1) as proxy:
        proxy.call(lambda: pulled.append("now"), Moment.BEFORE_REPLY, matching="COMMIT")
        for number in (1, 2):
            client = await asyncpg.connect(proxy.address)
            try:
                async with client.transaction():
                    await client.execute(_NOTE, number)
                assert number == 2
                await client.close()
            except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError):
                assert number == 1
    assert pulled == ["now"]
    assert await kept(notes) == [1, 2]


async def test_lines_that_are_severed_can_be_opened_again(
    database_dsn: str, notes: asyncpg.Connection
) -> None:
    async with proxy_to_postgres(database_dsn, seed=1) as proxy:
        client = await asyncpg.connect(proxy.address)
        await proxy.sever()
        with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)):
            await client.execute(_NOTE, 1)
        again = await asyncpg.connect(proxy.address)
        await again.execute(_NOTE, 2)
        await again.close()
    assert await kept(notes) == [2]


@asynccontextmanager
async def counting_server() -> AsyncIterator[tuple[str, list[str]]]:
    seen: list[str] = []

    async def note(request: web.Request) -> web.Response:
        await request.read()
        seen.append(request.path)
        return web.Response(text="well")

    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", note)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", seen
    await runner.cleanup()


async def test_over_http_the_path_names_the_request() -> None:
    async with (
        counting_server() as (base, seen),
        proxy_to_http(base, seed=1) as proxy,
        aiohttp.ClientSession(proxy.address) as session,
    ):
        proxy.cut_before_reply(matching="/sendMessage$")
        proxy.delay(0.05, matching="/getMe$")
        began = asyncio.get_running_loop().time()
        async with session.post("/bot1/getMe", json={}) as answer:
            assert await answer.text() == "well"
        assert asyncio.get_running_loop().time() - began >= 0.05
        with pytest.raises(aiohttp.ClientError):
            await session.post("/bot1/sendMessage", json={"text": "hello"})
        assert seen == ["/bot1/getMe", "/bot1/sendMessage"]


async def test_the_same_seed_draws_the_same_cuts() -> None:
    drawn = []
    for _ in range(2):
        async with proxy_to_http("http://127.0.0.1:9", seed=7) as proxy:
            proxy.cut_before_reply(0.3)
            drawn.append([proxy.rule_for("/x") is None for _ in range(200)])
    assert drawn[0] == drawn[1]
    assert 30 <= drawn[0].count(False) <= 90


@pytest.mark.parametrize("size", [1, 3, 10_000])
def test_statements_are_known_however_their_bytes_are_cut(size: int) -> None:
    def message(kind: bytes, body: bytes) -> bytes:
        return kind + (len(body) + 4).to_bytes(4, "big") + body

    told = b"".join(
        (
            message(b"", (80877103).to_bytes(4, "big")),
            message(b"", (196608).to_bytes(4, "big") + b"user\0ann\0\0"),
            message(b"P", b"s1\0SELECT book($1)\0\0\0"),
            message(b"B", b"\0s1\0\0\0\0\0\0\0"),
            message(b"S", b""),
            message(b"B", b"\0s1\0\0\0\0\0\0\0"),
            message(b"Q", b"COMMIT;\0"),
        )
    )
    reader = PostgresRequests()
    found = [
        name
        for start in range(0, len(told), size)
        for name in reader.feed(told[start : start + size])
    ]
    assert found == ["SELECT book($1)", "SELECT book($1)", "COMMIT;"]
