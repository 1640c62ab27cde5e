"""Times a live order's own way, from the quote received to the bytes sent, beside bare costs.

The signer is a process of its own with its journal on the same disk as the database. In turn with
the orders, in the same run, go what any bot would pay that judges and signs in another process and
keeps what it is about to send: a round trip over a Unix socket, a line flushed to disk, a COMMIT.
"""

import argparse
import asyncio
import logging
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog
import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.figures import median, p99, print_line
from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from bot.domain.live_orders import IntentState, LiveAttempt
from tests.builders.live_scenes import EAGER, OWNER, LiveScene, live_scene
from tests.builders.swap_worlds import SOL, swap_world
from tests.chaos.live_kills import signers_for

_ORDERS, _MANY_ORDERS, _WARM_UP = 150, 750, 10
_SIZE_LAMPORTS, _PURSE = SOL // 20, 1_000 * SOL
_LINE_BYTES, _ROW_BYTES = 560, 1_500
"""What the journal writes of an attempt, and what a row of an attempt holds."""
_ECHO = """
import asyncio, sys, uvloop
async def serve():
    async def echo(reader, writer):
        while said := await reader.read(4096):
            writer.write(said)
    async with await asyncio.start_unix_server(echo, sys.argv[1]) as server:
        print(flush=True)
        await server.serve_forever()
uvloop.run(serve())
"""
_STAGES = (
    ("offer checked here", "offered_at", "checked_at"),
    ("checked there and signed", "offered_at", "signed_at"),
    ("committed", "signed_at", "sent_at"),
    ("all", "offered_at", "sent_at"),
)
_BARE = ("socket round trip", "line flushed to disk", "COMMIT of a row")
Costs = dict[str, list[float]]
Try = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """What a machine asks for the three things that cannot be left out."""

    database: Pool
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    file: int
    costs: Costs = field(default_factory=dict)

    async def measure(self) -> None:
        """Pay each once."""
        tries: tuple[Try, ...] = (self._round_trip, self._flush, self._commit)
        for name, pay in zip(_BARE, tries, strict=True):
            began = time.perf_counter()
            await pay()
            self.costs.setdefault(name, []).append((time.perf_counter() - began) * 1_000)

    @property
    def floors(self) -> list[float]:
        """The three one after the other, for each time that they were paid."""
        return [sum(each) for each in zip(*(self.costs[name] for name in _BARE), strict=True)]

    async def _round_trip(self) -> None:
        self.writer.write(bytes(_LINE_BYTES))
        await self.reader.readexactly(_LINE_BYTES)

    async def _flush(self) -> None:
        os.write(self.file, bytes(_LINE_BYTES))
        os.fdatasync(self.file)

    async def _commit(self) -> None:
        connection = await self.database.pin()
        await connection.fetchval("INSERT INTO bare VALUES ($1) RETURNING 1", bytes(_ROW_BYTES))
        await self.database.unpin(connection)


def main() -> None:
    """Time orders and bare costs in turn, and show both."""
    words = _words()
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    orders = _MANY_ORDERS if words.long else words.orders
    attempts, bare = uvloop.run(_run(orders))
    print(f"{orders} orders, ms: least, p50, p99")
    for name, first, last in _STAGES:
        _show(name, [_span_ms(attempt, first, last) for attempt in attempts])
    print("bare, in the same run")
    for name in _BARE:
        _show(name, bare.costs[name])
    _show("all three", bare.floors)
    whole = [_span_ms(attempt, "offered_at", "sent_at") for attempt in attempts]
    print(f"ours is {median(whole) / median(bare.floors):.1f} times the bare costs")
    if words.json:
        print_line(
            name="live_latency", unit="ms from quote received to bytes sent", ours=whole,
            limit=bare.floors, plain=[], milliseconds=1,
            bare={name: round(median(costs), 2) for name, costs in bare.costs.items()},
        )  # fmt: skip


async def _run(orders: int) -> tuple[list[LiveAttempt], Bare]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = await stack.enter_async_context(embedded_postgres(folder / "data"))
        await migrate(server.dsn)
        database = await stack.enter_async_context(open_pool(server.dsn, size=8))
        world = await stack.enter_async_context(swap_world(slot_ms=50))
        signers = signers_for(world, folder)
        await stack.enter_async_context(signers.process())
        client = signers.client()
        stack.push_async_callback(client.close)
        rules = replace(EAGER, patience_seconds=5.0)
        scene = await live_scene(world, database, rules=rules, lamports=_PURSE, signer=client)
        bare = await stack.enter_async_context(_bare(database, folder))
        attempts = []
        for number in range(_WARM_UP + orders):
            attempt = await _one(scene)
            if number >= _WARM_UP:
                attempts.append(attempt)
                await bare.measure()
        return attempts, bare


async def _one(scene: LiveScene) -> LiveAttempt:
    placed = await scene.orders.place(scene.request(), scene.buying(_SIZE_LAMPORTS))
    intent = await scene.orders.carry_out((OWNER, placed.number))
    if intent.state is not IntentState.FILLED or intent.last is None:
        raise SystemExit(f"an order was not filled: {intent.end_reason or intent.state}")
    return intent.last


@asynccontextmanager
async def _bare(database: Pool, folder: Path) -> AsyncIterator[Bare]:
    async with database.acquire() as connection:
        await connection.execute("CREATE TABLE bare (content BYTEA NOT NULL)")
    socket, file = folder / "echo", os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _ECHO, str(socket), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert child.stdout is not None
        await child.stdout.readline()
        reader, writer = await asyncio.open_unix_connection(socket)
        yield Bare(database=database, reader=reader, writer=writer, file=file)
        writer.close()
    finally:
        child.terminate()
        await child.wait()
        os.close(file)


def _show(name: str, costs: list[float]) -> None:
    print(f"  {name:<26}{min(costs):6.2f}{median(costs):7.2f}{p99(costs):7.2f}")


def _span_ms(attempt: LiveAttempt, first: str, last: str) -> float:
    return float((getattr(attempt, last) - getattr(attempt, first)).total_seconds() * 1_000)


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=_ORDERS, help="orders that are timed")
    parser.add_argument("--long", action="store_true", help=f"{_MANY_ORDERS} orders")
    parser.add_argument("--json", action="store_true", help="a line for machines at the end")
    return parser.parse_args()


if __name__ == "__main__":
    main()
