"""Made-up requests to every route of the public door, and what is others', for all kinds of people.

Run from the root of the project: python -m benchmarks.web_door [--times N]. It ends with 1 where an
answer was a fault of ours, undescribed or lacked a header, or somebody got at what is another's.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bot.adapters.database.connection import open_pool
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from bot.web.application import described
from tests.web.doors import ADA, ANN, BOB, opened
from tests.web.made_up import Sweep
from tests.web.others import Others

_PEOPLE = {"stranger": 0, "user A": ANN, "user B": BOB, "admin": ADA}


async def run(times: int) -> tuple[Sweep, Others]:
    """Give what came of the made-up requests, and of asking for what is others'."""
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_postgres(Path(folder)) as server:
            await migrate(server.dsn)
            async with open_pool(server.dsn, size=10) as pool, opened(pool) as door:
                raw = described(door.door).openapi()
                others = Others(door=door, raw=raw)
                await others.between([ANN, BOB, ADA])
                sweep = Sweep(base=door.base, log_in=door.log_ins(_PEOPLE))
                await asyncio.to_thread(sweep.over, raw, times)
                return sweep, others


def main() -> int:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200, help="made-up requests for each route")
    given = parser.parse_args()
    began = time.perf_counter()
    sweep, others = asyncio.run(run(given.times))
    print(f"{sweep.seen.total()} requests and {others.cells.total()} cells of others' things")
    for who in _PEOPLE:
        found = Counter({status: n for (one, status), n in sweep.seen.items() if one == who})
        print(f"  {who}: {', '.join(f'{n} x {status}' for status, n in sorted(found.items()))}")
    faults = [*sweep.faults, *others.faults]
    print(f"{len(faults)} faults in {time.perf_counter() - began:.0f} s")
    for fault in faults[:20]:
        print(f"  {fault}")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
