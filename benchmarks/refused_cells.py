"""Pushes every refused cell of the permission matrix at the whole bot, commands and buttons.

Run from the root of the project: python -m benchmarks.refused_cells. It ends with 1 where a cell
changed anything in the database, showed a figure or failed.
"""

import asyncio
import logging
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from bot.telegram.turn import Command
from tests.bad_input.refused_cells import Played, play, refused, settle
from tests.builders.matrix import Cell, cells
from tests.journeys.town import open_town


async def run(played: list[Cell]) -> Played:
    """Give what came of these cells."""
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_postgres(Path(folder)) as server:
            await migrate(server.dsn)
            async with open_town(server.dsn) as town, town.bot():
                await town.pause_market()
                await settle(town, holding="/open WIF long 1")
                found = await play(town, played)
                await town.prove_books()
                return found


def main() -> int:
    """Run it and print the figures."""
    logging.disable(logging.WARNING)
    all_cells, played = list(cells()), list(refused())
    began = time.perf_counter()
    found = asyncio.run(run(played))
    kinds = Counter("command" if isinstance(one.row, Command) else "button" for one in played)
    print(f"{len(all_cells)} cells, {len(all_cells) - len(played)} act, {len(played)} are refused")
    print(f"pushed: {kinds['command']} commands and {kinds['button']} buttons, each refused")
    print(
        f"rows that changed: {len(found.changed)}, texts with figures: {len(found.shown)}, "
        f"failed: {found.outcome.failures}, p50 {found.outcome.p50_ms:.0f} ms, "
        f"p99 {found.outcome.p99_ms:.0f} ms, {time.perf_counter() - began:.0f} s"
    )
    return int(bool(found.changed or found.shown or found.outcome.failures))


if __name__ == "__main__":
    sys.exit(main())
