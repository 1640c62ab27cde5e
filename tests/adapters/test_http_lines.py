"""Lines are kept between requests, and closed whenever what they carry cannot be trusted."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from yarl import URL

from bot.adapters.http_lines.lines import Lines
from bot.adapters.http_lines.reply import GarbledReply, ReplyCut, ReplyTooLarge
from bot.adapters.http_lines.target import Target

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(slots=True, kw_only=True)
class Server:
    """Answers each request with whatever bytes it was told; counts its connections."""

    answer: Answer
    port: int = 0
    connections: int = 0
    at_once: int = 0
    most_at_once: int = 0
    asked: list[bytes] = field(default_factory=list)

    def target(self, path: str = "/", user: str = "") -> Target:
        url = URL(f"http://{user}127.0.0.1:{self.port}{path}")
        return Target.of(url, content_type="application/json")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                await self._one(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.rpartition(b"Content-Length: ")[2])
        self.asked.append(head + await reader.readexactly(length))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.answer(writer)
            await writer.drain()
        finally:
            self.at_once -= 1


def says(*pieces: bytes, ends: bool = False) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.002)
        if ends:
            writer.close()

    return answer


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[tuple[Server, Lines]]:
    server, lines = Server(answer=answer), Lines(at_once=3)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server, lines
        await lines.close()


async def ask(server: Server, lines: Lines, body: bytes = b"{}") -> bytes:
    return (await lines.post(server.target(), body, most_bytes=1_000)).body


async def test_one_line_serves_many_requests() -> None:
    async with serving(says(GOOD[:30], GOOD[30:])) as (server, lines):
        assert [await ask(server, lines, b"%d" % number) for number in range(5)] == [b"ok"] * 5
        assert [each.rpartition(b"\r\n\r\n")[2] for each in server.asked] == [
            b"0",
            b"1",
            b"2",
            b"3",
            b"4",
        ]
        assert server.connections == 1


async def test_no_more_go_at_once_than_are_allowed() -> None:
    async with serving(says(GOOD)) as (server, lines):
        await asyncio.gather(*(ask(server, lines) for _ in range(12)))
        assert (server.most_at_once, server.connections) == (3, 3)


async def test_path_query_and_password_go_to_the_server_alone() -> None:
    async with serving(says(GOOD)) as (server, lines):
        target = server.target("/v1/k%C3%A9y?api-key=s3cr3t", "me:w%20rd@")
        await lines.post(target, b"{}", most_bytes=10)
        head = server.asked[0]
        assert head.startswith(b"POST /v1/k%C3%A9y?api-key=s3cr3t HTTP/1.1\r\nHost: 127.0.0.1:")
        assert b"Authorization: Basic " + b64encode(b"me:w rd") in head
        assert "s3cr3t" not in repr(target)


async def test_a_redirect_is_an_answer_and_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with serving(says(moved)) as (server, lines):
        reply = await lines.post(server.target(), b"{}", most_bytes=10)
        assert (reply.status, len(server.asked)) == (302, 1)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (says(b"\x16\x03\x01 garbage\r\n\r\n"), GarbledReply),
        (says(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 50_000), GarbledReply),
        (says(GOOD.replace(b" 2\r", b" 3\r"), ends=True), ReplyCut),
        (says(b"", ends=True), ReplyCut),
        (says(GOOD.replace(b" 2\r", b" 2000000\r")), ReplyTooLarge),
    ],
)
async def test_a_line_that_failed_is_not_used_again(answer: Answer, error: type[Exception]) -> None:
    async with serving(answer) as (server, lines):
        with pytest.raises(error):
            await ask(server, lines)
        server.answer = says(GOOD)
        assert await ask(server, lines) == b"ok"
        assert server.connections == 2


async def test_a_reply_that_dawdles_is_left_by_who_asked_and_never_given_to_another() -> None:
    patience = asyncio.timeout(30)

    async def dawdle(writer: asyncio.StreamWriter) -> None:
        writer.write(GOOD[:30])
        patience.reschedule(asyncio.get_running_loop().time() + 0.02)
        await asyncio.sleep(0.05)
        writer.write(GOOD[30:].replace(b"ok", b"no"))

    async with serving(dawdle) as (server, lines):
        with pytest.raises(TimeoutError):
            async with patience:
                await ask(server, lines)
        server.answer = says(GOOD)
        assert await ask(server, lines) == b"ok"
        assert server.connections == 2


async def test_what_comes_unasked_closes_the_line() -> None:
    async with serving(says(GOOD, GOOD.replace(b"ok", b"no"))) as (server, lines):
        assert await ask(server, lines) == b"ok"
        await asyncio.sleep(0.02)
        assert await ask(server, lines) == b"ok"
        assert server.connections == 2


async def test_a_line_that_the_far_side_closed_meanwhile_is_not_used() -> None:
    async with serving(says(GOOD, ends=True)) as (server, lines):
        assert await ask(server, lines) == b"ok"
        await asyncio.sleep(0.02)
        assert await ask(server, lines) == b"ok"
        assert server.connections == 2


async def test_nobody_there_is_an_os_error() -> None:
    async with serving(says(GOOD)) as (server, lines):
        nobody = Target.of(URL("http://127.0.0.1:1/"), content_type="application/json")
        with pytest.raises(OSError, match=r"."):
            await lines.post(nobody, b"{}", most_bytes=10)
        assert server.connections == 0


async def test_closing_lets_go_of_lines_in_use() -> None:
    asked = asyncio.Event()

    async def hang(_writer: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.sleep(0.2)

    async def is_cut(server: Server, lines: Lines) -> bool:
        with pytest.raises(ReplyCut):
            await ask(server, lines)
        return True

    async with serving(hang) as (server, lines), asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(is_cut(server, lines))
        await asked.wait()
        await lines.close()
        assert await asking


async def test_a_server_that_does_not_speak_tls_is_an_os_error() -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GOOD)
        await writer.drain()
        writer.close()

    lines = Lines()
    async with await asyncio.start_server(greet, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        target = Target.of(URL(f"https://127.0.0.1:{port}/"), content_type="application/json")
        with pytest.raises(OSError, match="SSL"):
            await lines.post(target, b"{}", most_bytes=10)
    await lines.close()
