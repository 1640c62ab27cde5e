"""`kitrader trace`: the life of an update, from its receipt to the money that it moved."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

import orjson

from bot.adapters.database.connection import open_pool
from bot.adapters.database.trails import Found, Trail, Trails
from bot.bootstrap.outside import reach_database
from bot.bootstrap.settings import Settings
from bot.cli.setup import FAILED, SetupError, log_as_set, run_async, settings_or_exit
from bot.domain.notices import Priority

_MOST_DIGITS = 18
_HEADS: Mapping[str, str] = {
    "orders": "order",
    "resting": "order that waits",
    "live": "live order",
    "transfers": "transfer",
    "notices": "message",
}
_QUIET = frozenset({"request_id", "receipt", "lane", "update_id"})


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "trace",
        help="follow an update or an order through inbox, books and outbox",
        description="Show the life of an update (its number is `correlation` in the log) or of a "
        "filled order: when it came, what was booked and sent, and which log lines are about it. "
        "What people wrote is not shown. Updates are kept for a week. "
        "Exit code: 0 found, 1 not found (or no database), 2 usage.",
    )
    parser.add_argument(
        "subject",
        metavar="UPDATE_ID|USER_ID:ORDER",
        type=_subject,
        help="an update's number, or a person's id and the number of an order",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(run=run)


def _subject(text: str) -> tuple[int, ...]:
    parts = text.split(":")
    digits = [part for part in parts if part.isascii() and part.isdigit()]
    if len(digits) != len(parts) or len(parts) > len(("user", "order")):
        raise argparse.ArgumentTypeError("give a number, or two with a colon between")
    if any(len(part) > _MOST_DIGITS for part in parts):
        raise argparse.ArgumentTypeError("that number is too large")
    return tuple(map(int, parts))


def run(arguments: argparse.Namespace) -> int:
    """Print the trail; gives the exit code."""
    settings = settings_or_exit("trace")
    log_as_set(settings, level="WARNING")
    trail = run_async("trace", _find(settings, arguments.subject))
    if trail is None:
        return FAILED
    if arguments.json:
        sys.stdout.write(orjson.dumps(asdict(trail)).decode() + "\n")
    else:
        for line in lines(trail, folder=str(settings.log_dir or "LOG_DIR")):
            print(line)
    return 0


async def _find(settings: Settings, subject: tuple[int, ...]) -> Trail:
    async with reach_database(settings) as dsn, open_pool(dsn, size=2) as pool:
        trails = Trails(pool)
        if len(subject) == 1:
            trail = await trails.of_update(subject[0])
        else:
            trail = await trails.of_order(*subject)
    if trail is None:
        raise SetupError("there is nothing of that number, or it was forgotten after its week")
    return trail


def lines(trail: Trail, *, folder: str) -> Iterator[str]:
    """Give a trail as people read it: moments as milliseconds since the update came."""
    came = None
    if trail.update is None:
        yield f"no update: a job asked for it, or its week is over (person {trail.user_id})"
    else:
        came = trail.update["received_at"]
        yield f"update {trail.update['update_id']}  {trail.update['kind']} of {trail.user_id}"
        yield _told(trail.update, came)
        yield f'  log  grep -h \'"correlation": "{trail.update["update_id"]}"\' {folder}/*.log'
    for name, head in _HEADS.items():
        for row in getattr(trail, name):
            number = next(row[key] for key in ("transfer_id", "notice_id", "number") if key in row)
            yield f"{head} {number}"
            yield _told(row, came)


def _told(row: Found, came: object) -> str:
    shown = (
        f"{name} {_spelt(name, value, came)}"
        for name, value in row.items()
        if value not in (None, "") and name not in _QUIET
    )
    return "  " + ", ".join(shown)


def _spelt(name: str, value: object, came: object) -> str:
    if name == "priority" and isinstance(value, int):
        return Priority(value).name.lower()
    if not isinstance(value, datetime):
        return str(value)
    if name == "received_at" or not isinstance(came, datetime):
        return value.isoformat(timespec="milliseconds")
    return f"{(value - came).total_seconds() * 1000:+.0f} ms"
