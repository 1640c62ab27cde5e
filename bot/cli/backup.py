"""`kitrader backup`: a sealed copy of the database, beside a running bot or without one."""

import argparse
import os
import sys
from pathlib import Path

import orjson

from bot.adapters.backups.restoring import NewKey
from bot.adapters.backups.sealed_files import BadRecipientError
from bot.adapters.clock import SystemClock
from bot.bootstrap.archive_stream import backup_folder
from bot.bootstrap.outside import reach_database
from bot.bootstrap.settings import Settings
from bot.bootstrap.wiring_backups import backup_shelf
from bot.cli.setup import (
    FAILED,
    SetupError,
    exit_for_usage,
    log_as_set,
    run_async,
    settings_or_exit,
)
from bot.domain.backups import is_due, read_backup_name, superfluous

_COMMAND = "backup"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        _COMMAND,
        help="take a sealed backup of the database, or see which there are",
        description="Copy the database as it is at one moment into BACKUP_DIR, sealed for the "
        "public keys in BACKUP_RECIPIENTS, and let copies go that are older than BACKUP_DAYS. "
        "It works beside a running bot. Exit code: 0 done, 1 failed, 2 wrong settings.",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="only say which backups there are")
    what.add_argument(
        "--new-key",
        type=Path,
        metavar="FILE",
        help="make a pair of keys: the secret one into FILE, the public one to the terminal",
    )
    parser.add_argument(
        "--if-due", action="store_true", help="take none where this night's is there already"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked; gives the exit code."""
    if arguments.new_key is not None:
        return _make_key(arguments.new_key)
    settings = settings_or_exit(_COMMAND)
    log_as_set(settings, level="WARNING")
    if not settings.backup_recipients and not arguments.list:
        exit_for_usage(
            _COMMAND, "BACKUP_RECIPIENTS names no public key; make one with --new-key FILE"
        )
    work = (
        _kept(settings)
        if arguments.list or (arguments.if_due and not _is_due(settings))
        else _taken(settings)
    )
    done = run_async(_COMMAND, work)
    if done is None:
        return FAILED
    if arguments.json:
        sys.stdout.write(orjson.dumps(done).decode() + "\n")
    else:
        _print(done)
    return 0


def _is_due(settings: Settings) -> bool:
    found = (read_backup_name(path.name) for path in backup_folder(settings).glob("kitrader-*"))
    names = [name for name in found if name is not None]
    return is_due(names, SystemClock().now(), settings.backup_hour)


async def _taken(settings: Settings) -> dict[str, object]:
    now = SystemClock().now()
    async with reach_database(settings) as dsn:
        try:
            shelf = backup_shelf(settings, dsn)
        except BadRecipientError as error:
            raise SetupError(str(error)) from error
        name, size_bytes = await shelf.take(now)
        old = superfluous(await shelf.kept(), now, settings.backup_days)
        for each in old:
            await shelf.drop(each)
        left = await shelf.kept()
    return {
        "folder": str(backup_folder(settings)),
        "taken": str(name),
        "size_bytes": size_bytes,
        "dropped": [str(each) for each in old],
        "kept": [str(each) for each in left],
    }


async def _kept(settings: Settings) -> dict[str, object]:
    folder = backup_folder(settings)
    names = sorted(path.name for path in folder.glob("kitrader-*.dump.age"))
    return {"folder": str(folder), "kept": names}


def _print(done: dict[str, object]) -> None:
    if "taken" in done:
        print(f"taken: {done['taken']}, {done['size_bytes']} bytes, in {done['folder']}")
        for name in done["dropped"] if isinstance(done["dropped"], list) else ():
            print(f"let go: {name}")
    kept = done["kept"]
    names = kept if isinstance(kept, list) else []
    print(f"{len(names)} backups in {done['folder']}")
    for name in names:
        print(f"  {name}")


def _make_key(path: Path) -> int:
    """Write a fresh secret key where nothing is yet, and say the public one."""
    key = NewKey()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        print(f"kitrader {_COMMAND}: {path}: {error.strerror}", file=sys.stderr)
        return FAILED
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"# public key: {key.public}\n{key.secret}\n")
    print(f"BACKUP_RECIPIENTS={key.public}")
    print(f"The secret key is in {path}. Keep it away from this machine: whoever has it and a")
    print("backup can read everything, and without it no backup opens.")
    return 0
