"""Kill the process that fires an order which waited, at each of its moments: it fills once."""

import argparse
import asyncio
import logging
import secrets
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import orjson
import structlog

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.adapters.database.connection import open_pool
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from tests.builders.swap_worlds import swap_world
from tests.chaos.live_kills import Point
from tests.chaos.live_resting_kills import CONTROL, POINTS, Firing, live_resting_kills
from tests.faults.proxy import proxy_to_postgres

_TIMES, _MANY_TIMES = 2, 25
_CONTROL = {"behind placing, before the mark": CONTROL}


def main() -> None:
    """Strike, and hold what came of it against the control; exits with 1 unless both are so."""
    words = _words()
    seed = words.seed if words.seed is not None else secrets.randbelow(10**6)
    times = _MANY_TIMES if words.long else words.times
    print(f"seed {seed}", flush=True)
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    control = asyncio.run(_strikes(_CONTROL, 1, seed, places_beside=True))
    ours = asyncio.run(_strikes(POINTS, times, seed))
    _show(ours)
    doubled = sum(firing.swaps > 1 for firing in control)
    print(f"  control, orders marked behind their placing: {doubled} of {len(control)} fill twice")
    is_proved = all(firing.is_sound for firing in ours) and doubled > 0
    if words.json:
        line = {
            "name": "live_resting_kills",
            "unit": "unsound kills",
            "seed": seed,
            "ours": sum(not firing.is_sound for firing in ours),
            "kills": len(ours),
            "double": sum(firing.swaps > 1 for firing in ours),
            "lost": sum(firing.filled < firing.swaps for firing in ours),
            "untold": sum(firing.receipts < firing.filled for firing in ours),
            "control_doubled": doubled,
            "is_proved": is_proved,
            "report": [asdict(firing) for firing in ours],
        }
        print(orjson.dumps(line).decode())
    sys.exit(0 if is_proved else 1)


async def _strikes(
    points: Mapping[str, Point], times: int, seed: int, *, places_beside: bool = False
) -> list[Firing]:
    """Strike so often at each point, all of it in one world with one wallet."""
    found: list[Firing] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with embedded_postgres(folder / "data") as server:
            await migrate(server.dsn)
            async with (
                open_pool(server.dsn, size=8) as database,
                swap_world(slot_ms=20) as world,
                proxy_to_postgres(server.dsn, seed=seed) as proxy,
                live_resting_kills(
                    world, database, proxy, folder, places_beside=places_beside
                ) as kills,
            ):
                for turn in range(times):
                    # A limit and a stop take turns: this way each is struck at each point.
                    order = list(points.items())
                    for point, aim in order if turn % 2 == 0 else reversed(order):
                        began = time.perf_counter()
                        firing = await kills.strike(point, aim)
                        found.append(firing)
                        if not firing.is_sound and not places_beside:
                            print(f"  {firing} after {time.perf_counter() - began:.1f} s")
                if not places_beside:
                    await kills.waiting.prove()
    return found


def _show(firings: list[Firing]) -> None:
    print(f"{len(firings)} kills, {sum(firing.swaps for firing in firings)} swaps")
    for name, point in POINTS.items():
        at = [firing for firing in firings if firing.point == name]
        rounds = max((firing.rounds for firing in at), default=0)
        sound = sum(firing.is_sound for firing in at)
        print(f"  {point.k}: {name}: {sound} of {len(at)} sound, filled within {rounds} rounds")


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=_TIMES, help="kills at each point")
    parser.add_argument("--long", action="store_true", help=f"{_MANY_TIMES} kills at each point")
    parser.add_argument("--seed", type=int, help="the faults' chance")
    parser.add_argument("--json", action="store_true", help="a line for machines at the end")
    return parser.parse_args()


if __name__ == "__main__":
    main()
