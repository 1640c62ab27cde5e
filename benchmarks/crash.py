"""Kill the bot and stop its database while people talk: nothing lost, doubled, out of order."""

import argparse
import asyncio
import logging
import secrets
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.chaos.crash import Plan, crash, without_keys
from tests.chaos.crash_report import Report
from tests.journeys.processes import open_forks

_UPDATES_PER_SECOND, _KILLS_PER_MINUTE, _STOPS_PER_MINUTE = 22, 18, 2
_CONTROL = Plan(seed=0, updates=400, seconds=20.0, kills=8)


def main() -> None:
    """Run the plan and its negative control; exits with 1 unless one is clean and one is not."""
    words = _words()
    seed = words.seed if words.seed is not None else secrets.randbelow(10**6)
    print(f"seed {seed}", flush=True)
    # The pool's complaints about a database that we stopped are no news.
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
    report, control = asyncio.run(_both(_plan(seed, words)))
    is_proved = not any(report.faults().values()) and control.doubled > 0
    if words.json:
        line = {
            "name": "crash",
            "unit": "faults",
            "ours": sum(report.faults().values()),
            "control": sum(control.faults().values()),
            "is_proved": is_proved,
            "report": asdict(report),
            "control_report": asdict(control),
        }
        print(orjson.dumps(line).decode())
    sys.exit(0 if is_proved else 1)


async def _both(plan: Plan) -> tuple[Report, Report]:
    with tempfile.TemporaryDirectory() as name:
        async with open_forks(Path(name)) as forks:
            report = await crash(plan, forks)
            _show("ours", report)
            control_plan = replace(_CONTROL, seed=plan.seed, is_pushed=plan.is_pushed)
            control = await crash(without_keys(control_plan), forks)
            _show("control: a fresh key for each try", control)
            return report, control


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="play a run again")
    parser.add_argument("--minutes", type=float, help="a longer run; 30 for the night")
    parser.add_argument("--rate", type=float, default=_UPDATES_PER_SECOND, help="updates a second")
    parser.add_argument("--webhook", action="store_true", help="updates pushed, not polled")
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    return parser.parse_args()


def _plan(seed: int, words: argparse.Namespace) -> Plan:
    plan = Plan(seed=seed, is_pushed=words.webhook)
    if words.minutes is None:
        return plan
    return replace(
        plan,
        updates=int(words.minutes * 60 * words.rate),
        seconds=words.minutes * 60,
        kills=max(plan.kills, int(words.minutes * _KILLS_PER_MINUTE)),
        stops=max(plan.stops, int(words.minutes * _STOPS_PER_MINUTE)),
    )


def _show(title: str, report: Report) -> None:
    print(f"\n{title} (seed {report.seed}, {report.seconds:.0f} s)")
    happened = {
        "updates": report.updates,
        "orders": report.orders,
        "refused as minutes old": report.late,
        "kills of the bot": report.kills,
        "immediate stops of PostgreSQL": report.database_stops,
        "updates delivered once more": report.repeated,
        "seconds to drain afterwards": round(report.drained_seconds, 1),
        "receipts sent again": report.receipts_sent_again,
    }
    for name, count in {**happened, **report.faults()}.items():
        print(f"  {name:<32}{count:>8}")
    for name, count in sorted(report.deaths.items()):
        print(f"  killed {name:<57}{count:>4}")
    for said, times in report.said_instead.items():
        print(f"  {times} x instead of an order: {said}")
    for difference in report.differences[:5]:
        print(f"  {difference}")


if __name__ == "__main__":
    main()
