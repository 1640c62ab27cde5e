"""Measures what following an update through all its stages costs, beside a command's own time.

One round is what an order pays: stored, begun, named, asked, booked, queued, left, confirmed,
settled, ended. Compare with `client us` of benchmarks/command_path.py.
Run from the root of the project: python -m benchmarks.observing [--traced]
"""

import argparse
import statistics
from datetime import UTC, datetime
from time import perf_counter, process_time

from bot.observability import journeys
from bot.observability.journeys import Journey, Journeys

_ROUNDS, _TURNS = 20_000, 9
_AT = datetime(2026, 1, 1, tzinfo=UTC)


class _Counting:
    """Takes what arrived, as a tracer would."""

    def __init__(self) -> None:
        self.stages = 0

    def arrived(self, journey: Journey) -> None:
        """Count the stages."""
        self.stages += len(journey.stages)


def main() -> None:
    """Measure, and print microseconds for each update."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--traced", action="store_true", help="with somebody who takes traces")
    asked = parser.parse_args()
    arrivals = _Counting() if asked.traced else None
    found = [_turn(Journeys(now=lambda: _AT, arrivals=arrivals)) for _ in range(_TURNS)]
    print(f"{statistics.median(found):.2f} us for each update, {min(found):.2f} at best")


def _turn(ways: Journeys) -> float:
    began = process_time()  # others may run beside us
    for number in range(_ROUNDS):
        _follow(ways, number)
    return (process_time() - began) / _ROUNDS * 1e6


def _follow(ways: Journeys, number: int) -> None:
    ways.stored(number, "message", perf_counter())
    journey = ways.begin(number, _AT)
    journeys.note_command("message", "open")
    journeys.note_asked()
    journeys.note_booked()
    ways.queued((number,))
    ways.end(journey)
    ways.leaves(number, "fill", 0.001)
    ways.confirmed(number, perf_counter())
    ways.settled(number, is_sent=True)


if __name__ == "__main__":
    main()
