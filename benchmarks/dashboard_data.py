"""Asks a real Prometheus every question of the dashboard and of the alert rules.

A bot at work, whole or split, is scraped with operations/prometheus as it stands, and the questions
of operations/grafana/kitrader.json are put as Grafana puts them. Fails where one is an error, gives
nothing without a known reason, or has lines that nobody can tell apart; where an alert disturbs a
well bot; or where one does not fire, and rest again, when a process is killed and when the database
is stopped. Needs Debian's prometheus, and says so where it is not there.
Run from the root of the project: python -m benchmarks.dashboard_data [--processes 4] [--keep FILE]
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
import uvloop

from benchmarks.bots import ROOT
from benchmarks.dashboard_questions import Answer, Question, as_asked, questions, variables
from benchmarks.dashboard_world import Prometheus, World, missing, open_world
from benchmarks.load_world import LAYOUTS
from bot.adapters.clock import SystemClock

_RATE, _SECONDS = 20.0, 180.0
_FIRES_WITHIN_SECONDS = 240.0
_DASHBOARD = ROOT / "operations" / "grafana" / "kitrader.json"
_CLOCK = SystemClock()
_QUIET: Mapping[str, str] = {
    "Traces": "OTEL_ENDPOINT is not set",
}
"""Panels that say nothing here, and why not."""


def main() -> None:
    """Read the arguments, ask, print; exits with 1 where something is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, choices=tuple(LAYOUTS), default=1)
    parser.add_argument("--seconds", type=float, default=_SECONDS, help="how long people talk")
    parser.add_argument("--rate", type=float, default=_RATE, help="updates a second")
    parser.add_argument("--keep", type=Path, help="write all answers into this file, as JSON")
    asked = parser.parse_args()
    if name := missing():
        print(f"skipped: there is no {name} here (apt install prometheus)")
        return
    wrong = uvloop.run(_measure(asked))
    print("all as it should be" if not wrong else f"WRONG: {'; '.join(wrong)}")
    sys.exit(1 if wrong else 0)


async def _measure(asked: argparse.Namespace) -> list[str]:
    roles = LAYOUTS[asked.processes]
    victim = "market" if "market" in roles else roles[0]
    with tempfile.TemporaryDirectory(prefix="kitrader-dashboard-") as name:
        async with open_world(roles, Path(name)) as world:
            began = _now()
            await world.talk(rate=asked.rate, seconds=asked.seconds)
            dashboard = orjson.loads(_DASHBOARD.read_bytes())
            answers = await _answers(world.prometheus, dashboard, began=began, role="")
            wrong = [*_panels(answers), *await _rules(world.prometheus)]
            one = await _answers(world.prometheus, dashboard, began=began, role=victim)
            wrong += _only_one(one)
            if asked.keep is not None:
                asked.keep.write_bytes(orjson.dumps([each.to_json() for each in answers]))
            wrong += await _killed(world, victim)
            # A role that is cut off tells no more of the database; a whole bot goes on.
            away = "KitraderNotAtWork" if "market" in roles else "KitraderDatabaseAway"
            wrong += await _stopped(world, away)
    return wrong


async def _answers(
    prom: Prometheus, dashboard: Mapping[str, object], *, began: float, role: str
) -> list[Answer]:
    """Put every question of the dashboard, with one role chosen above it or with all."""
    chosen = await variables(prom, dashboard, role=role)
    answers = []
    for question in questions(dashboard):
        asked = {"query": as_asked(question.expr, chosen)}
        if question.is_instant:
            data, error = await prom.get("query", **asked)
        else:
            times = {"start": f"{began:.0f}", "end": f"{_now():.0f}", "step": "15"}
            data, error = await prom.get("query_range", **asked, **times)
        answers.append(Answer.read(question, data, error))
    return answers


def _panels(answers: Sequence[Answer]) -> list[str]:
    """Print what each question gave; gives what is wrong with it."""
    wrong = []
    for answer in answers:
        question = answer.question
        trouble = answer.trouble(_QUIET.get(question.panel, ""))
        print(f"{question.panel:36}{question.legend:28}{answer.in_words(_QUIET)}")
        if trouble:
            wrong.append(f"{question.panel} ({question.legend}): {trouble}")
        if question.panel == "Checks":
            failing = [name for name, moments in answer.series if not moments[-1][1]]
            wrong += [f"check {name} fails on a well bot" for name in failing]
    with_data = sum(bool(answer.series) for answer in answers)
    print(f"{len(answers)} questions, {with_data} with data", flush=True)
    return wrong


def _only_one(answers: Sequence[Answer]) -> list[str]:
    """Hold what was asked of one role alone: it is told of one process, and of no other."""
    found = {answer.question.panel: answer for answer in answers}
    processes = found["Processes"].last()
    print(f"with one role chosen: {processes:.0f} process")
    lines = len(found["Memory"].series)
    return [] if processes == lines == 1 else [f"one role chosen, {lines} processes shown"]


async def _rules(prom: Prometheus) -> list[str]:
    """Print how many rules are evaluated; gives those that cannot be, and alerts of a well bot."""
    data, error = await prom.get("rules")
    assert isinstance(data, dict), error
    rules = [rule for group in data["groups"] for rule in group["rules"]]
    wrong = [f"rule {rule['name']}: {rule['lastError']}" for rule in rules if rule.get("lastError")]
    blind = []
    for rule in rules:
        if rule["query"].startswith("absent("):
            continue
        # What an alert watches, without its bound, has to be there to be watched.
        watched = Question(panel=rule["name"], legend="", expr=_unbound(rule["query"]))
        answer = Answer.read(watched, *await prom.get("query", query=watched.expr))
        if not answer.series:
            blind.append(rule["name"])
    alerts = await prom.alerts()
    wrong += [f"{name} fires on a well bot" for name, state in alerts.items() if state == "firing"]
    print(
        f"{len(rules)} alert rules, evaluated; watch what is not there: {', '.join(blind) or '-'}"
    )
    return wrong


def _unbound(query: str) -> str:
    """Leave out the comparison at the end of a rule's question, and of each of its parts."""
    part = query.split(" and ", maxsplit=1)[0]
    return part.rsplit(" >" if " >" in part else " ==", 1)[0]


async def _killed(world: World, role: str) -> list[str]:
    await world.bots.stop(role)
    fires = await _until(world.prometheus, "KitraderAway", "firing")
    await world.bots.start(role)
    return [*fires, *await _until(world.prometheus, "KitraderAway", "")]


async def _stopped(world: World, alert: str) -> list[str]:
    await world.database.stop_at_once()
    fires = await _until(world.prometheus, alert, "firing")
    await world.database.start()
    return [*fires, *await _until(world.prometheus, alert, "")]


async def _until(prom: Prometheus, alert: str, state: str) -> list[str]:
    """Wait until an alert fires or rests, and say after how long; gives the trouble if it never."""
    began = _CLOCK.monotonic()
    while (alerts := await prom.alerts()).get(alert, "") != state:
        if _CLOCK.monotonic() - began > _FIRES_WITHIN_SECONDS:
            return [f"{alert} is not {state or 'at rest'}"]
        await asyncio.sleep(1)
    others = ", ".join(f"{name} {is_so}" for name, is_so in alerts.items() if name != alert)
    took = _CLOCK.monotonic() - began
    print(
        f"{alert} {state or 'rests'} after {took:.0f} s, beside it: {others or 'nothing'}",
        flush=True,
    )
    return []


def _now() -> float:
    return _CLOCK.now().timestamp()


if __name__ == "__main__":
    main()
