"""`kitrader backup`: a sealed copy of the database, beside a running bot; or a drill of them."""

import argparse
import os
import sys
from pathlib import Path

import orjson

from bot.adapters.backups.drill_process import drill_as_json, read_drill
from bot.adapters.backups.restoring import NewKey
from bot.adapters.backups.sealed_files import BadRecipientError
from bot.adapters.backups.wal_archive import chains_in
from bot.adapters.clock import SystemClock
from bot.bootstrap.archive_stream import archive_folder, backup_folder
from bot.bootstrap.outside import reach_database
from bot.bootstrap.settings import Settings
from bot.bootstrap.wiring_backups import backup_shelf, drill_note
from bot.cli.backup_drill import drill_in_words, drilled
from bot.cli.setup import (
    FAILED,
    SetupError,
    exit_for_usage,
    log_as_set,
    run_async,
    settings_or_exit,
)
from bot.domain.archives import missing
from bot.domain.backups import is_due, read_backup_name, superfluous
from bot.ports.archive import ChainFiles

_COMMAND = "backup"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        _COMMAND,
        help="take a sealed backup of the database, or see which there are",
        description="Copy the database as it is at one moment into BACKUP_DIR, sealed for the "
        "public keys in BACKUP_RECIPIENTS, and let copies go that are older than BACKUP_DAYS. "
        "With drill, bring the newest of each kind back into a temporary place, prove its books "
        "and leave nothing. It works beside a running bot. "
        "Exit code: 0 done and proven, 1 failed, 2 wrong settings.",
    )
    parser.add_argument(
        "action", nargs="?", choices=["drill"], help="drill: bring the newest back, for proof"
    )
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="for a drill: the file with the secret key"
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
    if arguments.action:
        return _drill(settings, arguments)
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


def _drill(settings: Settings, arguments: argparse.Namespace) -> int:
    key = arguments.key or settings.backup_drill_key
    if key is None:
        exit_for_usage(_COMMAND, "a drill opens backups: name the secret key with --key FILE")
    drill = run_async(_COMMAND, drilled(settings, key))
    if drill is None:
        return FAILED
    if arguments.json:
        sys.stdout.write(drill_as_json(drill).decode() + "\n")
    else:
        print(drill_in_words(drill))
    return 0 if drill.is_well else FAILED


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
    drill = read_drill(drill_note(settings))
    return {
        "folder": str(folder),
        "kept": names,
        "archive": [_chain(chain) for chain in chains_in(archive_folder(folder))],
        "last_drill": orjson.loads(drill_as_json(drill)) if drill else None,
    }


def _chain(chain: ChainFiles) -> dict[str, object]:
    gap = missing(chain.segments, chain.bases[0].needs) if chain.bases else []
    return {
        "chain": str(chain.name),
        "bases": [str(base) for base in chain.bases],
        "segments": len(chain.segments),
        "missing": [str(segment) for segment in gap],
        "size_bytes": chain.size_bytes,
    }


def _print(done: dict[str, object]) -> None:
    if "taken" in done:
        print(f"taken: {done['taken']}, {done['size_bytes']} bytes, in {done['folder']}")
        for name in done["dropped"] if isinstance(done["dropped"], list) else ():
            print(f"let go: {name}")
    kept = done["kept"]
    names = kept if isinstance(kept, list) else []
    print(f"backups: {len(names)}, in {done['folder']}")
    for name in names:
        print(f"  {name}")
    chains = done.get("archive")
    for chain in chains if isinstance(chains, list) else ():
        gap = f"GAP: {', '.join(chain['missing'])}" if chain["missing"] else "no gap"
        print(
            f"archive {chain['chain']}: base copies: {len(chain['bases'])}, "
            f"segments: {chain['segments']}, {chain['size_bytes']} bytes, {gap}"
        )
    if "last_drill" in done:
        drill = done["last_drill"]
        said = "never"
        if isinstance(drill, dict):
            said = f"{drill['at']}, {'all well' if drill['is_well'] else 'FAILED'}"
        print(f"last drill: {said}")


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
