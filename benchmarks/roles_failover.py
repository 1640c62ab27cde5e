"""Fail-over of roles: processes killed and stood still at random; nothing lost, nothing twice."""

import argparse
import asyncio
import logging
import secrets
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.adapters.database.migrate import migrate
from tests.chaos.roles_failover import CAST, TOGETHER, Outcome, Plan, fail_over
from tests.faults.stopping_postgres import stopping_postgres
from tests.journeys.processes import Forks, open_forks

_MINUTE_SECONDS = 60.0
_CONTROL_SECONDS = 15.0


def main() -> None:
    """Run the plan and its negative control; exits with 1 unless one is clean and one is not."""
    words = _words()
    seed = words.seed if words.seed is not None else secrets.randbelow(10**6)
    print(f"seed {seed}", flush=True)
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
    cast = TOGETHER if words.together else CAST
    plan = Plan(seed=seed, cast=cast, seconds=words.minutes * _MINUTE_SECONDS)
    found, control = asyncio.run(_both(plan))
    is_proved = not any(found.faults().values()) and any(control.faults().values())
    if words.json:
        line = {
            "name": "roles_failover",
            "unit": "s",
            "taken_over": {role: _figures(found.taken_over.get(role, [])) for role in cast},
            "faults": found.faults(),
            "control_faults": control.faults(),
            "told_again": found.told_again,
            "is_proved": is_proved,
        }
        print(orjson.dumps(line).decode())
    sys.exit(0 if is_proved else 1)


async def _both(plan: Plan) -> tuple[Outcome, Outcome]:
    with tempfile.TemporaryDirectory() as name:
        async with open_forks(Path(name)) as forks:
            found = await _carried_out(plan, forks)
            _show("ours", found)
            # Nobody dies: without leases two of a kind are enough for harm.
            alone = replace(
                plan,
                seconds=_CONTROL_SECONDS,
                rest_seconds=(_CONTROL_SECONDS, _CONTROL_SECONDS),
                still_share=0.0,
                variants=("sends at once", "needs no lease"),
            )
            control = await _carried_out(alone, forks)
            _show("control: nobody asks for a lease", control)
            return found, control


async def _carried_out(plan: Plan, forks: Forks) -> Outcome:
    with tempfile.TemporaryDirectory() as name:
        # One role asks for 15 at most.
        room = {"max_connections": str(20 * len(",".join(plan.cast).split(",")))}
        async with stopping_postgres(Path(name) / "data", room) as server:
            await migrate(server.dsn)
            return await fail_over(plan, forks, server.dsn)


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="play a run again")
    parser.add_argument("--minutes", type=float, default=1.0, help="20 for a figure to quote")
    parser.add_argument("--together", action="store_true", help="two roles in each process")
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    return parser.parse_args()


def _figures(seconds: list[float]) -> dict[str, float]:
    if not seconds:
        return {"times": 0}
    middle, slowest = round(statistics.median(seconds), 2), round(max(seconds), 2)
    return {"times": len(seconds), "p50": middle, "max": slowest}


def _show(title: str, outcome: Outcome) -> None:
    report = outcome.report
    print(f"\n{title} (seed {report.seed})")
    print(f"  {report.updates} updates, {report.orders} orders, {outcome.messages} messages,")
    print(f"  {outcome.deaths} deaths, {outcome.stood_still} of them standstills,", end=" ")
    print(f"{len(outcome.ended)} ended by themselves,", end=" ")
    print(f"messages sent again: {outcome.told_again}")
    for role, seconds in sorted(outcome.taken_over.items()):
        print(f"  {role:<13} taken over: {_figures(seconds)}")
    for name, count in outcome.faults().items():
        print(f"  {name:<40}{count:>6}")
    for words in outcome.ended:
        print(f"  ended: {words}")
    for said, times in report.said_instead.items():
        print(f"  {times} x instead of an order: {said}")
    for difference in report.differences[:5]:
        print(f"  {difference}")


if __name__ == "__main__":
    main()
