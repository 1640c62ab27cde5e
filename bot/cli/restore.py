"""`kitrader restore`: bring a backup back into an empty database, and prove its books."""

import argparse
import asyncio
import sys
from datetime import datetime
from pathlib import Path

import orjson

from bot.adapters.backups.restoring import BackupUnreadable, is_empty, read_identity, restore
from bot.bootstrap.outside import open_database
from bot.bootstrap.settings import Settings
from bot.cli.restore_moment import BroughtBack, bring_back, proven_at, read_moment, seals_key
from bot.cli.setup import (
    FAILED,
    SetupError,
    exit_for_usage,
    log_as_set,
    run_async,
    settings_or_exit,
)

_COMMAND = "restore"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        _COMMAND,
        help="bring a backup or a moment back into an empty database, and prove its books",
        description="Open a night's backup, or with --to the archive at a moment, with the secret "
        "key, bring it back into the database that DATABASE_URL or DATA_DIR names, which must be "
        "empty, migrate it to this version's schema and check the books. All of it is done or "
        "nothing. Exit code: 0 restored and proven, 1 not, 2 wrong settings.",
    )
    parser.add_argument(
        "backup",
        type=Path,
        nargs="?",
        help="the file, kitrader-....dump.age; with --to the folder of the backups (BACKUP_DIR)",
    )
    parser.add_argument(
        "--to",
        metavar="MOMENT",
        help="from the archive, to this moment: latest, or like 2026-11-22T08:30:00Z (UTC)",
    )
    parser.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help="the file with the secret key"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Restore, prove, and tell; gives the exit code."""
    settings = settings_or_exit(_COMMAND)
    log_as_set(settings, level="WARNING")
    if arguments.to is not None:
        work = bring_back(
            settings, backups=arguments.backup, key=arguments.key, to=_moment(arguments.to)
        )
    elif arguments.backup is not None:
        work = _restored(settings, arguments.backup, arguments.key)
    else:
        exit_for_usage(_COMMAND, "name a backup's file, or a moment with --to")
    done = run_async(_COMMAND, work)
    if done is None:
        return FAILED
    if arguments.json:
        sys.stdout.write(orjson.dumps(as_json(done)).decode() + "\n")
    else:
        _print(done)
    return 0 if done.proof.is_balanced else FAILED


def as_json(done: BroughtBack) -> dict[str, object]:
    """Give what was brought back as JSON values."""
    return {
        "schema": done.schema,
        "is_balanced": done.proof.is_balanced,
        "counts": dict(done.proof.counts),
        "differences": len(done.proof.differences),
        **done.moment,
    }


def _moment(text: str) -> datetime | None:
    try:
        return read_moment(text)
    except ValueError:
        exit_for_usage(_COMMAND, "--to takes latest, or a moment like 2026-11-22T08:30:00Z")


async def _restored(settings: Settings, backup: Path, key: Path) -> BroughtBack:
    seals = seals_key(settings)
    try:
        identity = read_identity(key)
        async with open_database(settings) as dsn:
            if not await is_empty(dsn):
                raise SetupError(
                    "the database is not empty, and nothing in it is touched: "
                    "name an empty one with DATABASE_URL, or another DATA_DIR"
                )
            await asyncio.to_thread(restore, backup, identity, dsn)
            schema, proof = await proven_at(dsn, seals)
    except BackupUnreadable as error:
        raise SetupError(f"nothing was restored: {error}") from error
    return BroughtBack(schema=schema, proof=proof, moment={})


def _print(done: BroughtBack) -> None:
    proof = done.proof
    counts = ", ".join(f"{number} {name}" for name, number in proof.counts.items())
    print(f"restored at schema {done.schema}: {counts}")
    if done.moment:
        print(f"last commit: {done.moment['last_commit'] or 'none after the base copy'}")
        print(f"last order: {done.moment['last_order'] or 'none'}")
        print(f"the archive reaches to {done.moment['archive_reaches']}")
    for difference in proof.differences:
        print(f"DIFFERENCE {difference.kind}: {difference.subject}")
    well = "books balance, and the audit log is as it was written"
    print(well if proof.is_balanced else f"{len(proof.differences)} differences")
