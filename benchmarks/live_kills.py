"""Kill the process of a live order at each of its moments: it swaps once, and is booked."""

import argparse
import asyncio
import logging
import secrets
import sys
import tempfile
import time
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
from tests.chaos.live_kills import CONTROL, POINTS, Kill, live_kills
from tests.faults.proxy import proxy_to_postgres

_TIMES, _MANY_TIMES, _CONTROL_TIMES = 2, 25, 1


def main() -> None:
    """Strike, and hold what came of it against the control; exits with 1 unless both are so."""
    words = _words()
    seed = words.seed if words.seed is not None else secrets.randbelow(10**6)
    times = _MANY_TIMES if words.long else words.times
    print(f"seed {seed}", flush=True)
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    control = asyncio.run(_strikes([CONTROL], _CONTROL_TIMES, seed, sends_first=True))
    ours = asyncio.run(_strikes(list(POINTS), times, seed))
    _show(ours)
    doubled = sum(kill.swaps > 1 for kill in control)
    print(f"  control, attempts kept behind their sending: {doubled} of {len(control)} swap twice")
    is_proved = all(kill.is_sound for kill in ours) and doubled > 0
    if words.json:
        line = {
            "name": "live_kills",
            "unit": "unsound kills",
            "seed": seed,
            "ours": sum(not kill.is_sound for kill in ours),
            "kills": len(ours),
            "control_doubled": doubled,
            "is_proved": is_proved,
            "report": [asdict(kill) for kill in ours],
        }
        print(orjson.dumps(line).decode())
    sys.exit(0 if is_proved else 1)


async def _strikes(
    names: Sequence[str], times: int, seed: int, *, sends_first: bool = False
) -> list[Kill]:
    """Strike so often at each point, all of it in one world with one wallet."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with embedded_postgres(folder / "data") as server:
            await migrate(server.dsn)
            async with (
                open_pool(server.dsn, size=8) as database,
                swap_world(slot_ms=20) as world,
                proxy_to_postgres(server.dsn, seed=seed) as proxy,
                live_kills(world, database, proxy, folder, sends_first=sends_first) as kills,
            ):
                for _ in range(times):
                    for point in names:
                        began = time.perf_counter()
                        kill = await kills.strike(point)
                        _tell(kill, time.perf_counter() - began)
                if not sends_first:
                    await kills.scene.prove()
                return kills.kills


def _tell(kill: Kill, seconds: float) -> None:
    if not kill.is_sound:
        print(f"  {kill} after {seconds:.1f} s", flush=True)


def _show(kills: Sequence[Kill]) -> None:
    print(f"{len(kills)} kills, {sum(kill.swaps for kill in kills)} swaps")
    for name, point in POINTS.items():
        at = [kill for kill in kills if kill.point == name]
        filled = sum(kill.state == "filled" for kill in at)
        rounds = max((kill.rounds for kill in at), default=0)
        sound = sum(kill.is_sound for kill in at)
        print(
            f"  {point.k} {name}: {sound} of {len(at)} sound, {filled} filled,"
            f" settled within {rounds} rounds"
        )


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=_TIMES, help="kills at each point")
    parser.add_argument("--long", action="store_true", help=f"{_MANY_TIMES} kills at each point")
    parser.add_argument("--seed", type=int, help="the faults' chance")
    parser.add_argument("--json", action="store_true", help="a line for machines at the end")
    return parser.parse_args()


if __name__ == "__main__":
    main()
