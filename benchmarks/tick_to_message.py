"""Measures a tick to a message: one crossing among a million alerts, and 10,000 at once.

From before the pool is asked for over HTTP until sendMessage has arrived at a server in another
process: RPC pool, decoder, board, trust, trigger book, claim in PostgreSQL, outbox, sender. The
limit reads the same account and sends the same message and does nothing in between; plain asks
PostgreSQL at each tick which of the token's alerts are met, and sends with aiogram.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import aiogram  # noqa: F401 (whole, before ours leaves its models unbuilt)
import aiohttp
import orjson
import structlog
import uvloop
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from benchmarks.figures import median, p99, print_line, spread
from benchmarks.loop_watch import Longest, watched_loop
from benchmarks.loopback_rpc import loopback_rpc
from benchmarks.made_up_pools import MadeUpPools, make_pools
from benchmarks.processes import program
from benchmarks.stamping_api import Arrival
from benchmarks.tick_to_message_world import PEOPLE, Parts, fill, parts_on, put_near
from bot.adapters.database.connection import Pool
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from bot.bootstrap.heap import settle_heap
from bot.domain.notices import Notice, Priority

_ROOT = Path(__file__).resolve().parents[1]
_CROWD = 10_000
_CROWD_PER_SECOND = 300
_WARM_UP = 20
_WHERE_CROSSED = Decimal("1.005")
_POLL_SECONDS = 0.002
_INDEX = "CREATE INDEX plain_alerts_token ON alerts (token_id) WHERE state = 'armed'"
_PLAIN = """
    UPDATE alerts SET state = 'fired', fired_at = now()
    WHERE token_id = $1 AND state = 'armed' AND (upper <= $2 OR lower >= $2)
    RETURNING user_id, level
"""


@dataclass(slots=True)
class Found:
    """What was measured; times in milliseconds."""

    ours: list[float] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    load_seconds: float = 0.0
    alerts: int = 0
    crowd_seconds: float = 0.0
    told_seconds: float = 0.0
    crowd_arrived: int = 0
    wronged_chats: int = 0
    fill_wait_ms: float = 0.0
    alerts_before_fill: int = 0
    held: Longest = field(default_factory=Longest)


def main() -> None:
    """Read the arguments, measure, print; exits with 1 if anything went lost or astray."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    parser.add_argument("--long", action="store_true", help="1,000 crossings instead of 200")
    parser.add_argument("--alerts", type=int, default=1_000_000)
    parser.add_argument("--tokens", type=int, default=10_000)
    parser.add_argument("--crowd", type=int, default=_CROWD)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    times = 1_000 if asked.long else 200
    pools = make_pools(asked.tokens)
    with loopback_rpc(pools.before, pools.after) as port:
        found = uvloop.run(_measure(port, pools, asked.alerts, times, asked.crowd))
    _tell(found)
    if asked.json:
        _print_json(found)
    sys.exit(0 if found.crowd_arrived == asked.crowd and not found.wronged_chats else 1)


async def _measure(port: int, pools: MadeUpPools, alerts: int, times: int, crowd: int) -> Found:
    found = Found()
    with tempfile.TemporaryDirectory() as name:
        async with _telegram() as telegram, embedded_postgres(Path(name) / "data") as server:
            await migrate(server.dsn)
            await fill(server.dsn, pools.places, alerts)
            async with parts_on(
                port, server.dsn, telegram, pools.places, per_second=_CROWD_PER_SECOND
            ) as parts:
                await _one_among_many(parts, pools, telegram, found, times)
                await _crowd(parts, pools, telegram, found, crowd)
    return found


async def _one_among_many(
    parts: Parts, pools: MadeUpPools, telegram: str, found: Found, times: int
) -> None:
    """Let one token after the other cross one alert each, all the others armed."""
    wanted = range(1, times + _WARM_UP + 1)
    began = time.perf_counter()
    await parts.triggers.load()
    found.load_seconds = time.perf_counter() - began
    found.alerts = sum(parts.triggers.counts().values())
    await put_near(parts, [(number, _level(pools, number)) for number in wanted], PEOPLE)
    settle_heap()  # as the bot does once it has started
    await parts.pool.execute(_INDEX, timeout=60)
    await parts.tick(list(parts.board.tokens))
    await parts.rpc.call("move", ())
    bot = Bot("777000111:plain", session=AiohttpSession(api=TelegramAPIServer.from_base(telegram)))
    async with bot.session, aiohttp.ClientSession() as session:
        for number in wanted:
            ours = await _ours(parts, telegram, number)
            limit = await _bare(parts, telegram, session, number)
            plain = await _plainly(parts, telegram, bot, number)
            if number > _WARM_UP:
                found.ours.append(ours)
                found.limit.append(limit)
                found.plain.append(plain)
    await parts.rpc.call("move", ())


async def _ours(parts: Parts, telegram: str, token_id: int) -> float:
    asked = time.monotonic()
    await parts.tick([token_id])
    (arrival,) = await _arrived(telegram, 1)
    return 1000 * (arrival.at - asked)


async def _crowd(parts: Parts, pools: MadeUpPools, telegram: str, found: Found, crowd: int) -> None:
    """Let one token cross thousands of alerts of a fifth as many people, and fill amid them."""
    number = len(pools.places)
    levels = [(number, _level(pools, number, place)) for place in range(crowd)]
    await put_near(parts, levels, people=max(crowd // 5, 1))
    await parts.rpc.call("move", ())
    began = time.monotonic()
    async with watched_loop() as found.held:
        await parts.tick([number])
    found.crowd_seconds = time.monotonic() - began
    filled = await _fill(parts)
    arrivals = await _arrived(telegram, crowd + 1)
    found.told_seconds = max(arrival.at for arrival in arrivals) - began
    (fill_at,) = (arrival.at for arrival in arrivals if arrival.text == "fill")
    found.fill_wait_ms = 1000 * max(fill_at - filled, 0.0)
    news = sorted((a for a in arrivals if a.text != "fill"), key=lambda arrival: arrival.at)
    found.alerts_before_fill = sum(filled < arrival.at < fill_at for arrival in news)
    found.crowd_arrived = len(news)
    found.wronged_chats = await _wronged(parts.pool, news)


async def _wronged(pool: Pool, news: Sequence[Arrival]) -> int:
    """Count the chats that got other news, or in another order, than was queued for them."""
    rows = await pool.fetch(
        "SELECT chat_id, payload ->> 'text' AS text FROM outbox WHERE priority = $1"
        " ORDER BY notice_id DESC LIMIT $2",
        Priority.ALERT.value,
        len(news),
    )
    wanted, got = defaultdict[int, list[str]](list), defaultdict[int, list[str]](list)
    for row in reversed(rows):
        wanted[row["chat_id"]].append(row["text"].partition("\n")[0])
    for arrival in news:
        got[arrival.chat_id].append(arrival.text.partition("\n")[0])
    return sum(wanted[chat] != got[chat] for chat in wanted.keys() | got.keys())


async def _fill(parts: Parts) -> float:
    """Queue a fill's notice behind the crowd; gives when it was committed."""
    payload = {"chat_id": PEOPLE + 1, "text": "fill"}
    notice = Notice(
        chat_id=PEOPLE + 1, method="sendMessage", payload=payload, priority=Priority.FILL
    )
    await parts.outbox.put([notice])
    committed = time.monotonic()
    parts.sender.hand_over(())
    return committed


async def _bare(
    parts: Parts, telegram: str, session: aiohttp.ClientSession, token_id: int
) -> float:
    """Read the pool's account and send a message, with nothing in between."""
    place = parts.board.places[token_id][0]
    asked = time.monotonic()
    await parts.rpc.get_multiple_accounts([place.address])
    message = {"chat_id": 1, "text": "x"}
    async with session.post(f"{telegram}/bot1:x/sendMessage", json=message) as answer:
        await answer.read()
    (arrival,) = await _arrived(telegram, 1)
    return 1000 * (arrival.at - asked)


async def _plainly(parts: Parts, telegram: str, bot: Bot, token_id: int) -> float:
    await parts.pool.execute(
        "UPDATE alerts SET state = 'armed', upper = level, lower = NULL WHERE alert_id ="
        " (SELECT alert_id FROM alerts WHERE token_id = $1 AND state = 'fired' LIMIT 1)",
        token_id,
    )
    asked = time.monotonic()
    fresh = await parts.refresh.round([token_id], 10.0)
    assert fresh
    priced = parts.board.priced(token_id)
    assert priced is not None
    for row in await parts.pool.fetch(_PLAIN, token_id, priced.best.price):
        await bot.send_message(row["user_id"], f"B{token_id} reached {row['level']}")
    (arrival,) = await _arrived(telegram, 1)
    return 1000 * (arrival.at - asked)


def _level(pools: MadeUpPools, number: int, place: int = 0) -> Decimal:
    """Give a level between a token's two prices; later places are a little higher."""
    before, _ = pools.prices[pools.places[number - 1].address]
    return before * (_WHERE_CROSSED + Decimal(place) / 10**7)


@asynccontextmanager
async def _telegram() -> AsyncIterator[str]:
    command = [sys.executable, "-m", "benchmarks.stamping_api", "--latency", "0"]
    async with program(command, folder=_ROOT, environment={}) as server:
        _, line = await server.says("port")
        yield f"http://127.0.0.1:{line.split()[-1]}"


async def _arrived(base: str, count: int) -> list[Arrival]:
    """Wait until so many messages have arrived."""
    found: list[Arrival] = []
    deadline = time.monotonic() + 120
    async with aiohttp.ClientSession() as session:
        while len(found) < count and time.monotonic() < deadline:
            async with session.get(f"{base}/arrivals") as response:
                found += [Arrival(**each) for each in orjson.loads(await response.read())]
            await asyncio.sleep(_POLL_SECONDS if count == 1 else 0.1)
    return found


def _tell(found: Found) -> None:
    print(f"{found.alerts:,} alerts armed, loaded in {found.load_seconds:.1f} s")
    for what, taken in (
        ("one crossing: pool asked to message arrived", found.ours),
        ("the same account and message, nothing between (limit)", found.limit),
        ("PostgreSQL asked at each tick, aiogram (plain)", found.plain),
    ):
        print(f"  {what:55} {spread(taken)} ms, p99 {p99(taken):.1f}")
    print(
        f"{found.crowd_arrived:,} at once: claimed in {found.crowd_seconds:.2f} s, the last told"
        f" after {found.told_seconds:.1f} s at {_CROWD_PER_SECOND:,} a second;"
        f" {found.wronged_chats} chats wronged"
    )
    print(
        f"  the loop held for {found.held.wall_ms:.1f} ms at most ({found.held.processor_ms:.1f}"
        f" of its own); a fill amid them waited {found.fill_wait_ms:.1f} ms,"
        f" {found.alerts_before_fill} alerts arrived before it"
    )


def _print_json(found: Found) -> None:
    print_line(
        name="tick_to_message",
        unit="ms",
        ours=found.ours,
        limit=found.limit,
        plain=found.plain,
        milliseconds=1,
        alerts=found.alerts,
        load_per_second=round(found.alerts / found.load_seconds),
        crowd=found.crowd_arrived,
        crowd_claimed_seconds=round(found.crowd_seconds, 2),
        crowd_told_seconds=round(found.told_seconds, 2),
        chats_wronged=found.wronged_chats,
        loop_held_ms=round(found.held.wall_ms, 1),
        loop_held_processor_ms=round(found.held.processor_ms, 1),
        fill_wait_ms=round(found.fill_wait_ms, 1),
        alerts_before_fill=found.alerts_before_fill,
        median_ms=round(median(found.ours), 2),
    )


if __name__ == "__main__":
    main()
