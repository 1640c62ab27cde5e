"""Measures how long a person waits for /price, /wallet and /open, and where the time goes.

Ours, a bare aiogram bot and an echo (the sandbox's own time) answer side by side, in turn.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

# Runs by its path as well as with -m.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bots import bare_aiogram, echo, our_bot
from benchmarks.figures import median, p99, print_line
from benchmarks.people import Asked, People, people_of
from benchmarks.stages import Stages, read_stages
from bot.adapters.database.embedded import embedded_postgres
from bot.cli.sandbox_process import Sandbox, sandbox_process

COMMANDS = {
    "/price": ("/price WIF", "liquidity"),
    "/wallet": ("/wallet", "equity"),
    "/open": ("/open WIF long 0.1", "bought"),
}
PLAIN, LIMIT = "bare aiogram", "sandbox alone"
# Within the bot's own flood limits: three messages a chat in three seconds, thirty in all a second.
_GUESTS, _PACE_SECONDS = 76, 1 / 24
_WARM_UP = "/start"
_READY_WITHIN_SECONDS, _FIRST_PRICES_SECONDS = 90.0, 2.0


@dataclass(slots=True)
class Measured:
    """What was asked of whom; `stages` only for what our bot answered."""

    asked: dict[str, list[Asked]] = field(default_factory=dict)
    stages: dict[str, Stages] = field(default_factory=dict)

    def latencies(self, name: str) -> list[float]:
        """Give milliseconds from the send to the answer's arrival."""
        return [one.latency_ms for one in self.asked[name]]


def main() -> None:
    """Read the arguments, measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    parser.add_argument("--long", action="store_true", help="five times as many runs")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="kitrader-benchmark-") as folder:
        measured = uvloop.run(_measure(Path(folder), rounds=1000 if asked.long else 200))
    _print_tables(measured)
    if asked.json:
        _print_json(measured)


async def _measure(folder: Path, *, rounds: int) -> Measured:
    async with AsyncExitStack() as stack:
        # Commit times are kept here to tell the booking from the sending; the demo does without.
        database = await stack.enter_async_context(
            embedded_postgres(folder, settings={"track_commit_timestamp": "on"})
        )
        worlds: list[Sandbox] = [
            await stack.enter_async_context(sandbox_process(accounts=(), seed=1, port=0))
            for _ in range(3)
        ]
        ours, plain, limit = worlds
        await stack.enter_async_context(our_bot(ours, folder, database_url=database.dsn))
        await stack.enter_async_context(bare_aiogram(plain, folder))
        await stack.enter_async_context(echo(limit, folder))
        people = [await stack.enter_async_context(people_of(w.page_url)) for w in worlds]
        measured = await _ask_in_turn(people, rounds)
        for name in COMMANDS:
            measured.stages[name] = await read_stages(database.dsn, measured.asked[name])
        return measured


async def _ask_in_turn(people: Sequence[People], rounds: int) -> Measured:
    ours, *others = people
    guests = [await each.invite(_GUESTS) for each in people]
    await _get_going(people, guests)
    measured = Measured({name: [] for name in (*COMMANDS, PLAIN, LIMIT)})
    turn = 0
    for _ in range(rounds):
        for name, (text, expected) in COMMANDS.items():
            earliest = asyncio.get_running_loop().time() + _PACE_SECONDS
            guest = turn % _GUESTS
            asked = await ours.ask(guests[0][guest], text)
            assert expected in asked.answer.lower(), asked.answer
            measured.asked[name].append(asked)
            for other, ids, kind in zip(others, guests[1:], (PLAIN, LIMIT), strict=True):
                measured.asked[kind].append(await other.ask(ids[guest], text))
            turn += 1
            await asyncio.sleep(earliest - asyncio.get_running_loop().time())
    return measured


async def _get_going(people: Sequence[People], guests: Sequence[Sequence[int]]) -> None:
    # Everybody is met before it counts, and the bot has had the time to read its first prices.
    async with asyncio.timeout(_READY_WITHIN_SECONDS):
        for everywhere in zip(*guests, strict=True):
            await asyncio.sleep(_PACE_SECONDS)
            for each, person_id in zip(people, everywhere, strict=True):
                await each.ask(person_id, _WARM_UP)
    await asyncio.sleep(_FIRST_PRICES_SECONDS)


def _print_tables(measured: Measured) -> None:
    floor, plain = (median(measured.latencies(name)) for name in (LIMIT, PLAIN))
    print(f"milliseconds from send to arrival, {len(measured.asked['/price'])} runs of each\n")
    print(f"{'':16}{'p50':>9}{'p99':>9}{'x plain':>9}{'x sandbox':>11}")
    for name in measured.asked:
        times = measured.latencies(name)
        middle = median(times)
        print(f"{name:16}{middle:9.2f}{p99(times):9.2f}{middle / plain:9.2f}{middle / floor:11.2f}")
    print("\nwhere ours goes, p50 / p99 ms by the database's times\n")
    print(f"{'':26}" + "".join(f"{name:>18}" for name in COMMANDS))
    for stage in measured.stages["/open"]:
        cells = [_cell(measured.stages[name].get(stage, [])) for name in COMMANDS]
        print(f"{stage:26}" + "".join(f"{cell:>18}" for cell in cells))


def _cell(times: Sequence[float]) -> str:
    return f"{median(times):.2f} / {p99(times):.2f}" if times else "-"


def _print_json(measured: Measured) -> None:
    opened = measured.latencies("/open")
    print_line(
        name="command_latency",
        unit="ms",
        ours=opened,
        limit=measured.latencies(LIMIT),
        plain=measured.latencies(PLAIN),
        milliseconds=1,
        commands={name: _both(measured.latencies(name)) for name in COMMANDS},
        stages={
            name: {stage: _both(times) for stage, times in stages.items()}
            for name, stages in measured.stages.items()
        },
    )


def _both(times: Sequence[float]) -> Mapping[str, float]:
    return {"p50_ms": round(median(times), 2), "p99_ms": round(p99(times), 2)}


if __name__ == "__main__":
    main()
