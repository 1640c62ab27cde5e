"""Keeps a number of commands in flight and notes how long each took and what it cost."""

import asyncio
import statistics
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import orjson
import psutil  # type: ignore[import-untyped] # it brings none, and the two sums need none

from benchmarks.figures import p99
from bot.adapters.clock import SystemClock

MOST_IN_A_BATCH = 100  # getUpdates gives no more at once
_MICROSECONDS = 1e6
_PATIENCE_SECONDS = 240
_CLOCK = SystemClock()

Hear = Callable[[list[bytes]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one run took; the two processor times are for one command."""

    rate: float
    latencies_ms: Sequence[float]
    client_us: float
    database_us: float

    @property
    def p50_ms(self) -> float:
        """Give the middle latency."""
        return statistics.median(self.latencies_ms)

    @property
    def p99_ms(self) -> float:
        """Give the latency that 99 of 100 do not exceed."""
        return p99(self.latencies_ms)


@dataclass(slots=True, kw_only=True)
class Load:
    """People who command again as soon as they were answered, `in_flight` of them at a time."""

    people: deque[int]
    database_pid: int
    last_update_id: int
    text: str = "/open WIF long 0.01"
    _heard_at: dict[int, float] = field(default_factory=dict)
    _latencies_ms: list[float] = field(default_factory=list)
    _answered: asyncio.Event = field(default_factory=asyncio.Event)

    def answered(self, chat_id: int) -> None:
        """Note that a request which answers this person's command went out."""
        heard_at = self._heard_at.pop(chat_id, None)
        assert heard_at is not None, "answered without a command, or twice"
        self._latencies_ms.append((time.perf_counter() - heard_at) * 1000)
        self.people.append(chat_id)
        self._answered.set()

    async def run(self, hear: Hear, *, commands: int, in_flight: int) -> Taken:
        """Send commands through `hear` as bytes, in batches, and wait for all their answers."""
        self._latencies_ms = []
        database = processor_seconds(self.database_pid)
        client, began = time.process_time(), time.perf_counter()
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self._command(hear, commands, in_flight)
        seconds = time.perf_counter() - began
        client = time.process_time() - client
        database = processor_seconds(self.database_pid) - database
        return Taken(
            rate=commands / seconds,
            latencies_ms=self._latencies_ms,
            client_us=client / commands * _MICROSECONDS,
            database_us=database / commands * _MICROSECONDS,
        )

    async def _command(self, hear: Hear, commands: int, in_flight: int) -> None:
        left = commands
        while left or self._heard_at:
            room = min(left, in_flight - len(self._heard_at), MOST_IN_A_BATCH)
            if room == 0:
                self._answered.clear()
                await self._answered.wait()
                continue
            left -= room
            await hear([self._next() for _ in range(room)])

    def _next(self) -> bytes:
        person = self.people.popleft()
        self.last_update_id += 1
        self._heard_at[person] = time.perf_counter()
        return orjson.dumps(update(self.last_update_id, person, self.text))


def update(update_id: int, person: int, text: str = "/open WIF long 0.01") -> dict[str, object]:
    """Give an update in which a person says a command, as Telegram spells it."""
    return {
        "update_id": update_id,
        "message": {
            "message_id": update_id,
            "date": int(_CLOCK.now().timestamp()),
            "chat": {"id": person, "type": "private", "first_name": "Ann"},
            "from": {"id": person, "is_bot": False, "first_name": "Ann", "language_code": "en"},
            "text": text,
            "entities": [{"type": "bot_command", "offset": 0, "length": text.index(" ")}],
        },
    }


def processor_seconds(pid: int) -> float:
    """Give the processor time of a server and its present and past children."""
    server = psutil.Process(pid)
    own = server.cpu_times()
    seconds = float(own.user + own.system + own.children_user + own.children_system)
    for child in server.children():
        with suppress(psutil.NoSuchProcess):
            taken = child.cpu_times()
            seconds += float(taken.user + taken.system)
    return seconds
