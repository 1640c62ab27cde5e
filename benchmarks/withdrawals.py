"""Walk at random, leave each guard out, and kill: no withdrawal pays that lacks anything."""

import argparse
import asyncio
import logging
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import orjson
import structlog

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from tests.builders.chance import seeded
from tests.builders.swap_worlds import swap_world
from tests.builders.withdrawal_steps import take_the_clock
from tests.builders.withdrawal_walks import LEFT_OUT, leave_out, walk, walks_until_caught
from tests.chaos.withdrawal_kills import CONTROL, POINTS, Kill, withdrawal_kills
from tests.faults.proxy import proxy_to_postgres
from tests.fixtures import other_database

_WALKS, _MANY_WALKS = 300, 5_000
_TIMES, _MANY_TIMES = 2, 25
_MOST_OF_CONTROL = 2_000
_QUICK = {"fsync": "off", "full_page_writes": "off"}


def main() -> None:
    """Walk, leave guards out, and kill; exits with 1 unless all is as it has to be."""
    words = _words()
    seed = words.seed if words.seed is not None else secrets.randbelow(10**6)
    print(f"seed {seed}", flush=True)
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    walks, steps, payments, caught = 0, 0, 0, dict[str, int]()
    if words.only != "kills":
        walks = words.walks or (_MANY_WALKS if words.long else _WALKS)
        steps, payments, caught = asyncio.run(_walked(walks, seed))
        print(f"{walks} walks, {steps} steps, {payments} payments: each had all that it needs")
    for name, count in caught.items():
        print(f"  left out, {name}: {f'caught in walk {count}' if count else 'NOT CAUGHT'}")
    times = words.times if words.times is not None else (_MANY_TIMES if words.long else _TIMES)
    times = 0 if words.only == "walks" else times
    kills = asyncio.run(_strikes(list(POINTS) * times, seed)) if times else []
    _show(kills)
    control = asyncio.run(_strikes([CONTROL], seed, sends_first=True)) if times else []
    doubled = sum(kill.payments > 1 for kill in control)
    print(f"  control, payments kept behind their sending: {doubled} of {len(control)} pay twice")
    is_proved = (
        all(caught.values()) and all(kill.is_sound for kill in kills) and doubled == len(control)
    )
    if words.json:
        line = {
            "name": "withdrawals",
            "unit": "payments without reason, and unsound kills",
            "seed": seed,
            "ours": sum(not kill.is_sound for kill in kills),
            "walks": walks,
            "steps": steps,
            "payments": payments,
            "controls_caught": caught,
            "kills": len(kills),
            "control_doubled": doubled,
            "is_proved": is_proved,
            "report": [asdict(kill) for kill in kills],
        }
        print(orjson.dumps(line).decode())
    sys.exit(0 if is_proved else 1)


async def _walked(walks: int, seed: int) -> tuple[int, int, dict[str, int]]:
    """Walk so often on whole guards, then with each left out until that is caught."""
    with tempfile.TemporaryDirectory() as name:
        async with embedded_postgres(Path(name) / "data", settings=_QUICK) as server:
            await migrate(server.dsn)
            async with _database(server.dsn, "whole") as pool:
                done = [
                    await walk(pool, seeded(seed * 100_000 + number)) for number in range(walks)
                ]
            caught = {}
            for number, (guard, left_out) in enumerate(LEFT_OUT.items()):
                async with _database(server.dsn, f"control_{number}") as pool:
                    await leave_out(pool, left_out)
                    chance = seeded(seed + number)
                    caught[guard] = await walks_until_caught(pool, chance, most=_MOST_OF_CONTROL)
    steps = sum(each.count for each in done)
    return steps, sum(truth.payments for each in done for truth in each.truths.values()), caught


@asynccontextmanager
async def _database(dsn: str, name: str) -> AsyncIterator[Pool]:
    """Give a database with the schema in which time is ours."""
    template = urlsplit(dsn).path.strip("/")
    connection = await asyncpg.connect(other_database(dsn, "template1"))
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    await connection.close()
    async with open_pool(other_database(dsn, name), size=2) as pool:
        await take_the_clock(pool)
        yield pool


async def _strikes(points: Sequence[str], seed: int, *, sends_first: bool = False) -> list[Kill]:
    """Strike at each point, all of it in one world with one wallet."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with embedded_postgres(folder / "data") as server:
            await migrate(server.dsn)
            async with (
                open_pool(server.dsn, size=8) as database,
                swap_world(slot_ms=20) as world,
                proxy_to_postgres(server.dsn, seed=seed) as proxy,
                withdrawal_kills(world, database, proxy, folder, sends_first=sends_first) as kills,
            ):
                for point in points:
                    began = time.perf_counter()
                    kill = await kills.strike(point)
                    if not sends_first:
                        _tell(kill, time.perf_counter() - began)
                if not sends_first:
                    await kills.scene.live.prove()
                return kills.kills


def _tell(kill: Kill, seconds: float) -> None:
    if not kill.is_sound:
        print(f"  {kill} after {seconds:.1f} s", flush=True)


def _show(kills: Sequence[Kill]) -> None:
    print(f"{len(kills)} kills, {sum(kill.payments for kill in kills)} payments on the chain")
    for name in POINTS:
        at = [kill for kill in kills if kill.point == name]
        sound = sum(kill.is_sound for kill in at)
        sent = sum(kill.state == "sent" for kill in at)
        rounds = max((kill.rounds for kill in at), default=0)
        print(f"  {name}: {sound} of {len(at)} sound, {sent} sent, settled within {rounds} rounds")


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--walks", type=int, help="walks on whole guards")
    parser.add_argument("--times", type=int, help="kills at each point")
    parser.add_argument(
        "--long",
        action="store_true",
        help=f"{_MANY_WALKS} walks, {_MANY_TIMES} kills at each point",
    )
    parser.add_argument(
        "--only", choices=("walks", "kills"), help="walks with the guards left out, or kills"
    )
    parser.add_argument("--seed", type=int, help="the chance of walks and faults")
    parser.add_argument("--json", action="store_true", help="a line for machines at the end")
    return parser.parse_args()


if __name__ == "__main__":
    main()
