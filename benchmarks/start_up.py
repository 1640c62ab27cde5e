"""Measures how soon the bot answers after its start, and the memory it takes; beside a bare one.

Each is started on the sandbox with a command already waiting for it, and stopped again.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

# Runs by its path as well as with -m.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bots import bare_aiogram, echo, our_bot
from benchmarks.figures import median, print_line, spread
from benchmarks.people import People, people_of
from benchmarks.processes import Program, children_memory_mb, memory_mb
from bot.cli.sandbox_process import sandbox_process

FIRST, AGAIN, PLAIN, LIMIT = "ours, first time", "ours, again", "bare aiogram", "echo"
_COMMANDS = ("/price WIF", "/wallet", "/open WIF long 0.1", "/positions", "/help")
_COMMANDS_AFTER_START, _GUESTS = 200, 76
_PACE_SECONDS = 1 / 24  # within the bot's own flood limits
_FIRST_PRICES_SECONDS = 1.0


@dataclass(slots=True)
class Starts:
    """Seconds and megabytes of the starts of one kind of bot."""

    running: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    memory_later: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)


def main() -> None:
    """Read the arguments, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    parser.add_argument("--long", action="store_true", help="15 starts of each instead of 3")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    starts = uvloop.run(_measure(15 if asked.long else 3))
    _print_table(starts)
    if asked.json:
        print_line(
            name="start_up",
            unit="s",
            ours=starts[AGAIN].answered,
            limit=starts[LIMIT].answered,
            plain=starts[PLAIN].answered,
            milliseconds=1000,
            starts={name: _medians(each) for name, each in starts.items()},
        )


async def _measure(runs: int) -> dict[str, Starts]:
    starts = {name: Starts() for name in (FIRST, AGAIN, PLAIN, LIMIT)}
    async with (
        sandbox_process(accounts=(), seed=1, port=0) as sandbox,
        people_of(sandbox.page_url) as people,
    ):
        with tempfile.TemporaryDirectory(prefix="kitrader-benchmark-") as name:
            folder = Path(name)
            await _start(our_bot(sandbox, folder), people, starts[FIRST], says="running")
            for number in range(runs):
                talk = number == 0
                ours = our_bot(sandbox, folder)
                await _start(ours, people, starts[AGAIN], says="running", talk=talk)
                await _start(bare_aiogram(sandbox, folder), people, starts[PLAIN], talk=talk)
                await _start(echo(sandbox, folder), people, starts[LIMIT])
    return starts


async def _start(
    bot: AbstractAsyncContextManager[Program],
    people: People,
    into: Starts,
    *,
    says: str = "",
    talk: bool = False,
) -> None:
    # Somebody new each time: what the bot before has left unacknowledged goes to others.
    person_id = (await people.invite(1))[0]
    async with bot as program:
        await people.ask(person_id, "/start")
        into.answered.append(program.age_seconds)
        if says:
            into.running.append((await program.says(f'"event": "{says}"'))[0])
            await asyncio.sleep(_FIRST_PRICES_SECONDS)
        into.memory.append(memory_mb(program.pid))
        into.database.append(children_memory_mb(program.pid))
        if talk:
            await _talk(people, _PACE_SECONDS if says else 0)
            into.memory_later.append(memory_mb(program.pid))


async def _talk(people: People, pace_seconds: float) -> None:
    guests = await people.invite(_GUESTS)
    for number in range(_COMMANDS_AFTER_START):
        earliest = asyncio.get_running_loop().time() + pace_seconds
        await people.ask(guests[number % _GUESTS], _COMMANDS[number % len(_COMMANDS)])
        await asyncio.sleep(earliest - asyncio.get_running_loop().time())


def _print_table(starts: dict[str, Starts]) -> None:
    print(f"{len(starts[PLAIN].answered)} starts (first time: one), median (lowest to highest)\n")
    columns = ("running, s", "first answer, s", "memory, MB", "after 200", "PostgreSQL, MB")
    print(f"{'':18}" + "".join(f"{column:>24}" for column in columns))
    for name, each in starts.items():
        cells = (each.running, each.answered, each.memory, each.memory_later, each.database)
        print(f"{name:18}" + "".join(f"{_cell(values):>24}" for values in cells))


def _cell(values: Sequence[float]) -> str:
    return spread(values) if any(values) else "-"


def _medians(each: Starts) -> dict[str, float | None]:
    columns = {
        "running_s": each.running,
        "first_answer_s": each.answered,
        "memory_mb": each.memory,
        "memory_after_200_commands_mb": each.memory_later,
        "postgresql_mb": each.database,
    }
    return {name: round(median(some), 3) if some else None for name, some in columns.items()}


if __name__ == "__main__":
    main()
