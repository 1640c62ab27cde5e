"""A thousand subscriptions told of twice, late and shuffled: the role is what was paid for."""

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import aiogram  # noqa: F401 (whole, before the bot imports it without its models)

from benchmarks.figures import median, p99
from bot.adapters.database.connection import open_pool
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from tests.chaos.star_cycles import Cycles, Outcome, merged

_PEOPLE, _MANY_PEOPLE = 1_000, 10_000
_MILLISECONDS = 1000
_AT_ONCE = 8


def main() -> None:
    """Play the lives and hold them against the model; exits with 1 unless all is right."""
    words = _words()
    seed = words.seed if words.seed is not None else secrets.randbelow(10**6)
    people = _MANY_PEOPLE if words.long else words.people
    print(f"seed {seed}", flush=True)
    began = time.perf_counter()
    outcome = asyncio.run(_live(people, seed))
    took = time.perf_counter() - began
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(outcome.kinds.items()))
    times = [second * _MILLISECONDS for second in outcome.seconds]
    print(f"{people} people, {outcome.deliveries} deliveries ({kinds}) in {took:.0f} s")
    print(f"  roles held against the model {outcome.checks} times: {outcome.wrong_roles} wrong")
    print(f"  charges booked twice or otherwise than paid: {outcome.twice}")
    print(f"  an update that counted: p50 {median(times):.1f} ms, p99 {p99(times):.1f} ms")
    print(f"  control, days added up as they come: {outcome.naive_wrong} wrong")
    is_proved = outcome.is_sound and outcome.naive_wrong > 0
    if words.json:
        _print_line(outcome, seed, times, is_proved=is_proved)
    sys.exit(0 if is_proved else 1)


async def _live(people: int, seed: int) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_postgres(Path(folder), settings={"fsync": "off"}) as server:
            await migrate(server.dsn)
            async with open_pool(server.dsn) as pool:
                lives = [Cycles(pool, seed + place, place) for place in range(_AT_ONCE)]
                return merged(
                    await asyncio.gather(*(one.live(people // _AT_ONCE) for one in lives))
                )


def _print_line(outcome: Outcome, seed: int, times: list[float], *, is_proved: bool) -> None:
    line = {
        "name": "star_cycles",
        "unit": "wrong roles",
        "seed": seed,
        "ours": outcome.wrong_roles,
        "booked_twice": outcome.twice,
        "deliveries": outcome.deliveries,
        "checks": outcome.checks,
        "control_wrong": outcome.naive_wrong,
        "p50_ms": round(median(times), 2),
        "p99_ms": round(p99(times), 2),
        "is_proved": is_proved,
    }
    print(orjson.dumps(line).decode())


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=_PEOPLE)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--long", action="store_true", help=f"{_MANY_PEOPLE} people")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    return parser.parse_args()


if __name__ == "__main__":
    main()
