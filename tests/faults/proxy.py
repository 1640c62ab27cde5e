"""A TCP fault proxy: what passes it can be cut, reset, delayed, or made to pull a trigger."""

import asyncio
import random
import re
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

from tests.faults.requests_seen import HttpRequests, PostgresRequests, RequestsSeen

_CHUNK_BYTES = 65_536
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_POSTGRES_SOCKET = ".s.PGSQL."


class Moment(Enum):
    """When a rule acts, seen from the proxy.

    At `BEFORE_REPLY` the server has done its work: its answer has arrived here and not yet left.
    """

    BEFORE_REQUEST = auto()
    AFTER_REQUEST = auto()
    BEFORE_REPLY = auto()


class LineCutError(Exception):
    """A rule ends this connection."""


class _LineEndedError(Exception):
    """One side has ended this connection."""


@dataclass(slots=True, kw_only=True)
class Rule:
    """What happens to which requests: the regular expression is sought in each one's name.

    `times` bounds how often (None: always), `hits` counts. A hit waits, calls, then cuts.
    """

    moment: Moment
    matching: re.Pattern[str]
    probability: float = 1.0
    times: int | None = None
    delay_seconds: float = 0.0
    call: Callable[[], None] | None = None
    is_cut: bool = False
    hits: int = 0

    def strikes(self, request: str, chance: random.Random) -> bool:
        """Draw whether this request is hit, and count it."""
        if self.times is not None and self.hits >= self.times:
            return False
        if not self.matching.search(request) or chance.random() >= self.probability:
            return False
        self.hits += 1
        return True

    async def act(self) -> None:
        """Do what the rule says; raises `LineCutError` where it cuts."""
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        if self.call is not None:
            self.call()
        if self.is_cut:
            raise LineCutError


Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@dataclass(slots=True, kw_only=True)
class FaultProxy:
    """Stands between a client and a server; `address` is what the client is given.

    Rules are kept until `mend`. With the same seed the same sequence of requests meets the same
    faults.
    """

    connect: Connect
    new_reader: Callable[[], RequestsSeen]
    chance: random.Random
    address: str = ""
    rules: list[Rule] = field(default_factory=list)
    _lines: set[asyncio.Task[None]] = field(default_factory=set)

    def cut_before_reply(
        self, probability: float = 1.0, *, matching: str = "", times: int | None = None
    ) -> Rule:
        """Let requests take effect and lose their answers: the client cannot know."""
        return self._cut(Moment.BEFORE_REPLY, probability, matching, times)

    def cut_after_request(
        self, probability: float = 1.0, *, matching: str = "", times: int | None = None
    ) -> Rule:
        """Hang up at once behind a request: it may take effect or not."""
        return self._cut(Moment.AFTER_REQUEST, probability, matching, times)

    def reset(
        self, probability: float = 1.0, *, matching: str = "", times: int | None = None
    ) -> Rule:
        """Hang up before a request reaches the server: it takes no effect."""
        return self._cut(Moment.BEFORE_REQUEST, probability, matching, times)

    def delay(self, seconds: float, probability: float = 1.0, *, matching: str = "") -> Rule:
        """Hold answers back for so long."""
        return self.add(
            Rule(
                moment=Moment.BEFORE_REPLY,
                matching=re.compile(matching),
                probability=probability,
                delay_seconds=seconds,
            )
        )

    def call(self, action: Callable[[], None], moment: Moment, *, matching: str) -> Rule:
        """Do something at the next such request, once, and cut its line: a kill, for one."""
        rule = Rule(moment=moment, matching=re.compile(matching), times=1, call=action, is_cut=True)
        return self.add(rule)

    def add(self, rule: Rule) -> Rule:
        """Put a rule into force; the first that hits a request acts."""
        self.rules.append(rule)
        return rule

    def mend(self) -> None:
        """Lift every rule."""
        self.rules.clear()

    async def sever(self) -> None:
        """Cut every line that is open now."""
        for line in list(self._lines):
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either side ends it or a rule does."""
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        try:
            with suppress(OSError):
                far_reader, far_writer = await self.connect()
                line = _Line(proxy=self, seen=self.new_reader())
                with suppress(asyncio.CancelledError):
                    await line.carry(reader, writer, far_reader, far_writer)
                far_writer.close()
                if line.is_cut:
                    _reset_on_close(writer)
        finally:
            writer.close()
            self._lines.discard(task)

    def rule_for(self, request: str) -> Rule | None:
        """Give the rule that hits this request, if any does."""
        return next((rule for rule in self.rules if rule.strikes(request, self.chance)), None)

    def _cut(self, moment: Moment, probability: float, matching: str, times: int | None) -> Rule:
        pattern = re.compile(matching)
        return self.add(
            Rule(moment=moment, matching=pattern, probability=probability, times=times, is_cut=True)
        )


@dataclass(slots=True, kw_only=True)
class _Line:
    proxy: FaultProxy
    seen: RequestsSeen
    is_cut: bool = False
    _at_reply: Rule | None = None

    async def carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far_reader: asyncio.StreamReader,
        far_writer: asyncio.StreamWriter,
    ) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._there(reader, far_writer))
                group.create_task(self._back(far_reader, writer))
        except* LineCutError:
            self.is_cut = True
        except* (_LineEndedError, OSError):
            pass

    async def _there(self, reader: asyncio.StreamReader, far_writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK_BYTES):
            rules = [rule for name in self.seen.feed(data) if (rule := self.proxy.rule_for(name))]
            for rule in rules:
                if rule.moment is Moment.BEFORE_REQUEST:
                    await rule.act()
                elif rule.moment is Moment.BEFORE_REPLY:
                    self._at_reply = rule
            far_writer.write(data)
            await far_writer.drain()
            for rule in rules:
                if rule.moment is Moment.AFTER_REQUEST:
                    await rule.act()
        raise _LineEndedError

    async def _back(self, far_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await far_reader.read(_CHUNK_BYTES):
            rule, self._at_reply = self._at_reply, None
            if rule is not None:
                await rule.act()
            writer.write(data)
            await writer.drain()
        raise _LineEndedError


def _reset_on_close(writer: asyncio.StreamWriter) -> None:
    """Let the client see a broken line rather than a polite end; a Unix socket knows no such."""
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.family == socket.AF_INET:
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    writer.close()


@asynccontextmanager
async def proxy_to_postgres(
    dsn: str, *, seed: int, folder: Path | None = None
) -> AsyncIterator[FaultProxy]:
    """Stand before a PostgreSQL; `address` is a DSN for TCP, or for a Unix socket in `folder`."""
    parts = urlsplit(dsn)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    host, port = query.get("host", parts.hostname), int(query.get("port", parts.port or 5432))
    assert host is not None

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/{_POSTGRES_SOCKET}{port}")
        return await asyncio.open_connection(host, port)

    proxy = FaultProxy(connect=connect, new_reader=PostgresRequests, chance=_chance(seed))
    async with _listening(proxy, folder) as near_port:
        user = f"{parts.username}@" if parts.username else ""
        if folder is None:
            near = parts._replace(netloc=f"{user}127.0.0.1:{near_port}", query="")
        else:
            near = parts._replace(netloc=user, query=f"host={folder}&port={near_port}")
        proxy.address = urlunsplit(near)
        yield proxy


@asynccontextmanager
async def proxy_to_http(base_url: str, *, seed: int) -> AsyncIterator[FaultProxy]:
    """Stand before an HTTP server; `address` is the base URL to use instead of its own."""
    parts = urlsplit(base_url)
    host, port = parts.hostname, parts.port
    assert host is not None

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(host, port)

    proxy = FaultProxy(connect=connect, new_reader=HttpRequests, chance=_chance(seed))
    async with _listening(proxy, None) as near_port:
        proxy.address = urlunsplit(parts._replace(netloc=f"127.0.0.1:{near_port}"))
        yield proxy


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 (a seeded chance)


@asynccontextmanager
async def _listening(proxy: FaultProxy, folder: Path | None) -> AsyncIterator[int]:
    if folder is None:
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
        port = int(server.sockets[0].getsockname()[1])
    else:
        port = 5432
        path = folder / f"{_POSTGRES_SOCKET}{port}"
        server = await asyncio.start_unix_server(proxy.serve, path)
    try:
        yield port
    finally:
        server.close()
        await proxy.sever()
        await server.wait_closed()
