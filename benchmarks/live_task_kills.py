"""Kill key rotation and migration while live orders are under way: all of it stays whole."""

import argparse
import asyncio
import logging
import secrets
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import orjson
import structlog

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.adapters.database.connection import open_pool
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from tests.builders.swap_worlds import swap_world
from tests.chaos.live_kills import Kill
from tests.chaos.tasks_killed import CONTROLS, TASKS, task_kills

_TIMES, _MANY_TIMES = 2, 9


def main() -> None:
    """Strike, and hold what came of it against the controls; exits with 1 unless both are so."""
    words = _words()
    seed = words.seed if words.seed is not None else secrets.randbelow(10**6)
    print(f"seed {seed}", flush=True)
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    times = _MANY_TIMES if words.long else words.times
    kills, controls = asyncio.run(_strikes(times, seed))
    for name, point in TASKS.items():
        at = [kill for kill in kills if kill.point == name]
        sound, rounds = sum(kill.is_sound for kill in at), max(kill.rounds for kill in at)
        print(f"  {point.k} {name}: {sound} of {len(at)} sound, settled within {rounds} rounds")
    for kill in controls:
        print(f"  {kill.point}: {kill.trouble or 'nothing was found'}")
    is_proved = all(kill.is_sound for kill in kills) and all(kill.trouble for kill in controls)
    if words.json:
        line = {
            "name": "live_task_kills",
            "unit": "unsound kills",
            "seed": seed,
            "ours": sum(not kill.is_sound for kill in kills),
            "kills": len(kills),
            "most_rounds": max(kill.rounds for kill in kills),
            "controls_found": sum(bool(kill.trouble) for kill in controls),
            "is_proved": is_proved,
            "report": [asdict(kill) for kill in kills],
        }
        print(orjson.dumps(line).decode())
    sys.exit(0 if is_proved else 1)


async def _strikes(times: int, seed: int) -> tuple[Sequence[Kill], Sequence[Kill]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with embedded_postgres(folder / "data") as server:
            await migrate(server.dsn)
            async with (
                open_pool(server.dsn, size=8) as database,
                swap_world(slot_ms=20) as world,
                task_kills(world, database, server.dsn, folder, seed=seed) as tasks,
            ):
                kills = [await tasks.strike(point) for _ in range(times) for point in TASKS]
                await tasks.kills.scene.prove()
                return kills, [await tasks.strike(point) for point in CONTROLS]


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=_TIMES, help="kills at each point")
    parser.add_argument("--long", action="store_true", help=f"{_MANY_TIMES} kills at each point")
    parser.add_argument("--seed", type=int, help="the chance of where orders stand")
    parser.add_argument("--json", action="store_true", help="a line for machines at the end")
    return parser.parse_args()


if __name__ == "__main__":
    main()
