"""Pushes forged presses and hostile texts at the whole bot: effects, failures, answer times.

Run from the root of the project: python -m benchmarks.forgeries [--each N] [--seed N]. It ends with
1 where anything had an effect or failed. The bot and the sandbox run in one process.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
from pathlib import Path

from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from tests.bad_input.forgeries import Outcome, presses, push_all, texts
from tests.journeys.people import ADA, LOUNGE
from tests.journeys.town import open_town

_PEOPLE = 20


async def run(each: int, seed: int) -> dict[str, Outcome]:
    """Give what came of the forged presses, and of the hostile texts."""
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_postgres(Path(folder)) as server:
            await migrate(server.dsn)
            async with open_town(server.dsn) as town, town.bot():
                await town.say(ADA, "/start")
                people = [await town.newcomer() for _ in range(_PEOPLE)]
                for who in people:
                    await town.say(who, "/start")
                forged = presses(each, people, ADA, seed, group=LOUNGE)
                found = {
                    "forged presses": await push_all(town, forged),
                    "hostile texts": await push_all(town, texts(each, people, seed)),
                }
                await town.prove_books()
                return found


def main() -> int:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=4)
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    found = asyncio.run(run(given.each, given.seed))
    for name, one in found.items():
        effects = "EFFECTS" if one.effects else "no effect"
        sys.stdout.write(
            f"{name}: {one.updates} pushed, {effects}, {one.failures} failed, "
            f"p50 {one.p50_ms:.1f} ms, p99 {one.p99_ms:.1f} ms\n"
        )
    return int(any(one.effects or one.failures for one in found.values()))


if __name__ == "__main__":
    sys.exit(main())
