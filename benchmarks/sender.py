"""Measures how messages leave: the pace at the receiver, fills amid a broadcast, a bad Telegram.

Ours: the real sender, its outbox in PostgreSQL, over HTTP to a server in another process that
stamps each arrival. The limit is 30 messages in any second; plain is python-telegram-bot's limiter.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import orjson
import structlog
import uvloop

from benchmarks.figures import median, p99, print_line
from benchmarks.processes import program
from benchmarks.sender_plain import broadcast_plainly
from benchmarks.stamping_api import Arrival
from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.mail import PostgresInbox, PostgresOutbox
from bot.adapters.database.migrate import migrate
from bot.domain.notices import Notice, Priority
from bot.ports.mail import StoredUpdate
from bot.telegram.bot_api import BotApi
from bot.telegram.limits import FloodLimits
from bot.telegram.sender import Sender

_ALLOWED = 30
_WAITING, _FILLS, _SECONDS = 10_000, 50, 30
_PLAIN_MESSAGES, _PLAIN_FILLS = 300, 9
_STORM_CHATS, _STORM_MESSAGES = 40, 6
_ROOT = Path(__file__).resolve().parents[1]


@dataclass(slots=True, kw_only=True)
class Found:
    """What one part showed; moments are of the machine's monotonic clock, waits in ms."""

    started: list[float] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    fill_waits_ms: list[float] = field(default_factory=list)

    @property
    def arrived(self) -> list[float]:
        """Give when each call arrived, in order."""
        return sorted(arrival.at for arrival in self.arrivals)

    @property
    def share_of_allowed(self) -> float:
        """Give the rate between the first and the last arrival, as a share of 30 a second."""
        arrived = self.arrived
        return (len(arrived) - 1) / (arrived[-1] - arrived[0]) / _ALLOWED


class StampedApi(BotApi):
    """Notes when each request starts."""

    started: list[float]

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        """Call a method; see `Api.call`."""
        self.started.append(time.monotonic())
        return await super().call(method, payload, seconds=seconds)


def most_in_a_second(moments: Sequence[float]) -> int:
    """Give the most moments in any window of one second."""
    ordered, first, most = sorted(moments), 0, 0
    for last, moment in enumerate(ordered):
        while moment - ordered[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


def tightest_ms(moments: Sequence[float]) -> float:
    """Give the shortest time from one to the 30th after it: below 1,000 is more than allowed."""
    ordered = sorted(moments)
    spans = [last - first for first, last in zip(ordered, ordered[_ALLOWED:], strict=False)]
    return 1000 * min(spans)


def main() -> None:
    """Measure all three and print them; exits with 1 if a message was lost or out of order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    parser.add_argument("--long", action="store_true", help="drain all 10,000: six minutes")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    ours = uvloop.run(_broadcast(seconds=None if asked.long else _SECONDS))
    plain = uvloop.run(_plain())
    faults, taken = uvloop.run(_storm())
    _tell("ours", ours)
    _tell("python-telegram-bot", plain)
    print(
        f"storm: {taken} of {_STORM_CHATS * _STORM_MESSAGES} taken, {faults} out of order or lost"
    )
    if asked.json:
        _print_json(ours, plain, faults)
    sys.exit(1 if faults else 0)


def _tell(name: str, found: Found) -> None:
    started = f", {most_in_a_second(found.started)} started" if found.started else ""
    waits = found.fill_waits_ms
    print(
        f"{name}: {len(found.arrivals)} messages, {found.share_of_allowed:.4f} of what is allowed; "
        f"worst second {most_in_a_second(found.arrived)} arrived{started}, "
        f"31 arrived in {tightest_ms(found.arrived):.1f} ms at the tightest; "
        f"{len(waits)} fills waited p50 {median(waits):.1f} ms, p99 {p99(waits):.1f} ms"
    )


def _print_json(ours: Found, plain: Found, faults: int) -> None:
    print_line(
        name="sender",
        unit="fill_wait_ms",
        ours=ours.fill_waits_ms,
        limit=[1000 / _ALLOWED],
        plain=plain.fill_waits_ms,
        milliseconds=1,
        share_of_allowed=round(ours.share_of_allowed, 4),
        worst_second_arrived=most_in_a_second(ours.arrived),
        worst_second_started=most_in_a_second(ours.started),
        tightest_31_arrived_ms=round(tightest_ms(ours.arrived), 1),
        tightest_31_started_ms=round(tightest_ms(ours.started), 1),
        plain_worst_second_arrived=most_in_a_second(plain.arrived),
        plain_share_of_allowed=round(plain.share_of_allowed, 4),
        storm_faults=faults,
    )


@asynccontextmanager
async def _telegram(*words: str) -> AsyncIterator[str]:
    command = [sys.executable, "-m", "benchmarks.stamping_api", *words]
    async with program(command, folder=_ROOT, environment={}) as server:
        _, line = await server.says("port")
        yield f"http://127.0.0.1:{line.split()[-1]}"


async def _arrivals(base: str) -> list[Arrival]:
    async with aiohttp.ClientSession() as session, session.get(f"{base}/arrivals") as response:
        return [Arrival(**each) for each in orjson.loads(await response.read())]


@asynccontextmanager
async def _database() -> AsyncIterator[Pool]:
    with tempfile.TemporaryDirectory() as name:
        async with embedded_postgres(Path(name) / "data") as server:
            await migrate(server.dsn)
            async with open_pool(server.dsn) as pool:
                yield pool


@asynccontextmanager
async def _sending(pool: Pool, base: str, started: list[float]) -> AsyncIterator[Sender]:
    clock = SystemClock()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as session:
        api = StampedApi(session=session, base=base, token="1:ours")  # noqa: S106 (of nobody)
        api.started = started
        sender = Sender(
            outbox=PostgresOutbox(pool), api=api, clock=clock, limits=FloodLimits(clock=clock)
        )
        async with asyncio.TaskGroup() as group:
            running = group.create_task(sender.run())
            yield sender
            running.cancel()


def _notice(chat_id: int, text: str, priority: Priority) -> Notice:
    payload = {"chat_id": chat_id, "text": text}
    return Notice(chat_id=chat_id, method="sendMessage", payload=payload, priority=priority)


async def _broadcast(*, seconds: float | None) -> Found:
    found, asked = Found(), dict[str, float]()
    async with _telegram() as base, _database() as pool:
        outbox = PostgresOutbox(pool)
        await outbox.put(
            [_notice(chat, "all", Priority.BROADCAST) for chat in range(1, _WAITING + 1)]
        )
        async with _sending(pool, base, found.started) as sender:
            inbox = PostgresInbox(pool, on_outbox=sender.hand_over)
            for number in range(_FILLS):
                await asyncio.sleep((seconds or _WAITING / _ALLOWED) / (_FILLS + 1))
                await _fill(inbox, number, asked)
            await asyncio.sleep(1)
            if seconds is None:
                await _drained(outbox)
            found.arrivals = await _arrivals(base)
    found.fill_waits_ms = _waits(found.arrivals, asked)
    return found


async def _fill(inbox: PostgresInbox, number: int, asked: dict[str, float]) -> None:
    """Commit a fill's notice with its update, as a booking does; it waits from the commit on."""
    update = StoredUpdate(update_id=number, lane=1, raw={}, received_at=SystemClock().now())
    await inbox.store([update])
    text = f"fill {number}"
    notice = _notice(1_000_000 + number, text, Priority.FILL)
    await inbox.close(number, failure="", notices=[notice])
    asked[text] = time.monotonic()


def _waits(arrivals: Sequence[Arrival], asked: Mapping[str, float]) -> list[float]:
    return [
        max(0.0, 1000 * (arrival.at - asked[arrival.text]))
        for arrival in arrivals
        if arrival.text in asked
    ]


async def _drained(outbox: PostgresOutbox) -> None:
    while (await outbox.depths())[1]:  # noqa: ASYNC110 (a table rings no bell)
        await asyncio.sleep(0.1)


async def _plain() -> Found:
    async with _telegram() as base:
        asked = await broadcast_plainly(base, messages=_PLAIN_MESSAGES, fills=_PLAIN_FILLS)
        arrivals = await _arrivals(base)
    return Found(arrivals=arrivals, fill_waits_ms=_waits(arrivals, asked))


async def _storm() -> tuple[int, int]:
    """Send through a Telegram that refuses and fails; gives how many chats were wronged."""
    async with _telegram("--floods", "0.2", "--faults", "0.1") as base, _database() as pool:
        outbox = PostgresOutbox(pool)
        await outbox.put(
            [
                _notice(chat, f"{number}", Priority.ALERT)
                for number in range(_STORM_MESSAGES)
                for chat in range(1, _STORM_CHATS + 1)
            ]
        )
        async with _sending(pool, base, []):
            await _drained(outbox)
        taken = [arrival for arrival in await _arrivals(base) if arrival.status == 200]  # noqa: PLR2004
    of_chat: dict[int, list[str]] = defaultdict(list)
    for arrival in taken:
        of_chat[arrival.chat_id].append(arrival.text.partition("\n")[0])
    wanted = [f"{number}" for number in range(_STORM_MESSAGES)]
    return sum(of_chat[chat] != wanted for chat in range(1, _STORM_CHATS + 1)), len(taken)


if __name__ == "__main__":
    main()
