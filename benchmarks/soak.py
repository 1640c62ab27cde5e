"""Let the bot run for an hour while everything around it fails: right, and flat."""

import argparse
import asyncio
import logging
import secrets
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.chaos.soak import SPLIT, Plan, soak
from tests.chaos.soak_report import SoakReport
from tests.journeys.processes import open_forks

_CONTROL_SECONDS = 90.0


def main() -> None:
    """Run it and its control, which leaks; exits with 1 unless one is flat and one is not."""
    words = _words()
    seed = words.seed if words.seed is not None else secrets.randbelow(10**6)
    print(f"seed {seed}", flush=True)
    # The pool's complaints about a database that we stopped are no news.
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
    plan = Plan(
        seed=seed,
        seconds=words.minutes * 60,
        per_second=words.rate,
        roles=SPLIT if words.split else ("all",),
    )
    report, control = asyncio.run(_both(plan))
    is_proved = not any(report.faults().values()) and bool(control.not_flat())
    if words.json:
        line = {
            "name": "soak",
            "unit": "faults",
            "ours": sum(report.faults().values()),
            "control": len(control.not_flat()),
            "is_proved": is_proved,
            "report": report.plain(),
        }
        print(orjson.dumps(line).decode())
    sys.exit(0 if is_proved else 1)


async def _both(plan: Plan) -> tuple[SoakReport, SoakReport]:
    with tempfile.TemporaryDirectory() as name:
        async with open_forks(Path(name)) as forks:
            report = await soak(plan, forks)
            _show("ours", plan, report)
            leaking = replace(
                plan,
                seconds=_CONTROL_SECONDS,
                roles=("all",),
                variants=(*plan.variants, "leaks"),
            )
            control = await soak(leaking, forks)
            _show("control: something is kept of each update", leaking, control)
            return report, control


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="play a run again")
    parser.add_argument("--minutes", type=float, default=2.0, help="how long; 60 for the hour")
    parser.add_argument("--rate", type=float, default=4.0, help="updates a second")
    parser.add_argument("--split", action="store_true", help="a process for each role, and Redis")
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    return parser.parse_args()


def _show(title: str, plan: Plan, report: SoakReport) -> None:
    print(f"\n{title} (seed {plan.seed}, {plan.seconds:.0f} s, {', '.join(plan.roles)})")
    happened = {
        "updates": report.talk.updates,
        "orders": report.talk.orders,
        "orders refused in words": report.refused,
        "refused as minutes old": report.talk.late,
        "alerts and other messages": report.other_messages,
        "receipts sent again": report.talk.receipts_sent_again,
    }
    for name, count in {**happened, **report.faults()}.items():
        print(f"  {name:<32}{count:>8}")
    for name, count in sorted(report.befallen.items()):
        print(f"  {name:<32}{count:>8} times")
    for one in report.trends:
        print(
            f"  {one.process:<12} memory {_span(one.memory_mb)} MB, handles {_span(one.handles)},"
            f" threads {_span(one.threads)}"
        )
    lag = report.lag
    print(
        f"  answers in calm {lag.answers}: p50 {_span(lag.p50_ms)} ms, p99 {_span(lag.p99_ms)} ms"
    )
    for line in (*report.not_flat(), *report.talk.differences[:5]):
        print(f"  !! {line}")
    for why, times in report.given_up.items():
        print(f"  {times} x given up: {why}")
    for said, times in report.talk.said_instead.items():
        print(f"  {times} x instead of an order: {said}")
    sys.stdout.flush()


def _span(pair: tuple[float, float]) -> str:
    return f"{pair[0]:g} to {pair[1]:g}"


if __name__ == "__main__":
    main()
