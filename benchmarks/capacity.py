"""Prints what so many users need, or writes the page that says so.

Run from the root of the project: python -m benchmarks.capacity [--users N] [--page] [--json]
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path

import orjson

from benchmarks.capacity_model import (
    MEASURED,
    Assumptions,
    Limits,
    Need,
    need_of,
    read_measured,
)

PAGE = Path(__file__).parents[1] / "docs" / "capacity.md"
BEGIN, END = "<!-- computed -->", "<!-- /computed -->"
USERS = (10_000, 1_000_000, 100_000_000)
_ROWS: Sequence[tuple[str, Callable[[Need], str]]] = (
    ("updates a second, at the busiest", lambda it: _few(it.updates_a_second)),
    ("messages a second, at the busiest", lambda it: _few(it.messages_a_second)),
    ("processes: web", lambda it: f"{it.web_processes:,}"),
    ("processes: worker", lambda it: f"{it.worker_processes:,}"),
    ("processes: sender", lambda it: f"{it.sender_processes:,}"),
    ("processes: market", lambda it: f"{it.market_processes:,}"),
    ("cores of PostgreSQL", lambda it: _few(it.database_cores)),
    ("commits a second (flushes, at most)", lambda it: _few(it.commits_a_second)),
    ("WAL, MB a second", lambda it: _few(it.wal_megabytes_a_second)),
    ("books, GB a year", lambda it: _few(it.books_gigabytes_a_year)),
    ("mail, GB", lambda it: _few(it.mail_gigabytes)),
    ("transfers a year", lambda it: _few(it.transfers_a_year)),
    ("PostgreSQL", lambda it: it.path),
    ("tokens followed", lambda it: f"{it.tokens:,}"),
    ("RPC calls a second (getMultipleAccounts)", lambda it: _few(it.rpc_calls_a_second)),
    ("bots, for Telegram's limit", lambda it: f"{it.bots:,}"),
    ("a broadcast to all, minutes", lambda it: _few(it.broadcast_minutes)),
    ("the same, paid for", lambda it: _few(it.paid_broadcast_minutes)),
    ("levels of alerts in memory, GB", lambda it: _few(it.levels_gigabytes)),
    ("taking them up at a start, seconds", lambda it: _few(it.start_seconds)),
    ("Redis servers", lambda it: f"{it.redis_servers:,}"),
)


def main() -> None:
    """Read the arguments; print the table or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, action="append", help="instead of the page's three")
    parser.add_argument("--page", action="store_true", help="write docs/capacity.md anew")
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    asked = parser.parse_args()
    if asked.page:
        PAGE.write_text(with_figures(PAGE.read_text("utf-8")), "utf-8")
        return
    users = asked.users or USERS
    print(table(users))
    if asked.json:
        needs = [asdict(need_of(one, read_measured())) for one in users]
        print(orjson.dumps({"name": "capacity", "needs": needs}).decode())


def table(users: Sequence[int]) -> str:
    """Give the needs as a table of the page."""
    needs = [need_of(one, read_measured()) for one in users]
    head = "| | " + " | ".join(f"{one:,} users" for one in users) + " |"
    rows = [f"| {name} | " + " | ".join(map(show, needs)) + " |" for name, show in _ROWS]
    return "\n".join([head, "|---|" + "---|" * len(needs), *rows])


def with_figures(page: str) -> str:
    """Give the page with everything computed anew between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{computed()}\n\n{END}{after}"


def computed() -> str:
    """Give what stands between the marks: needs, assumptions, limits, figures."""
    parts = [
        table(USERS),
        "## What it assumes",
        _named("assumption", Assumptions()),
        "## What others allow",
        _named("limit", Limits()),
        "## What was measured",
        _measured(),
    ]
    return "\n\n".join(parts)


def _named(what: str, values: Assumptions | Limits) -> str:
    rows = [f"| `{each.name}` | {getattr(values, each.name):,} |" for each in fields(values)]
    return "\n".join([f"| {what} | |", "|---|---|", *rows])


def _measured() -> str:
    found = orjson.loads(MEASURED.read_bytes())
    rows = [
        f"| `{name}` | {one['value']:,} | {one['what']} | {one['date']} | `{one['command']}` |"
        for name, one in found.items()
        if name != "machine"
    ]
    head = ["| figure | | what it is | on | by |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows, "", f"Machine: {found['machine']}"])


def _few(value: float) -> str:
    """Show three digits at most, or whole thousands."""
    if value >= 100:  # noqa: PLR2004 (no digits behind the point from here on)
        digits = len(str(int(value))) - 3
        return f"{round(value, -digits):,.0f}"
    return f"{value:.3g}"


if __name__ == "__main__":
    main()
