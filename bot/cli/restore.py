"""`kitrader restore`: bring a backup back into an empty database, and prove its books."""

import argparse
import asyncio
import sys
from pathlib import Path

import orjson

from bot.adapters.backups.restoring import BackupUnreadable, is_empty, read_identity, restore
from bot.adapters.database.connection import open_pool
from bot.adapters.database.migrate import is_known, migrate, schema_state
from bot.bootstrap.master_key import AUDIT_SEALS, derived_key, master_key
from bot.bootstrap.outside import open_database
from bot.bootstrap.settings import Settings
from bot.cli.ledger import prove
from bot.cli.setup import FAILED, SetupError, log_as_set, run_async, settings_or_exit
from bot.ports.books import LedgerProof

_COMMAND = "restore"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        _COMMAND,
        help="bring a backup back into an empty database, and prove its books",
        description="Open a backup with the secret key, bring it back into the database that "
        "DATABASE_URL or DATA_DIR names, which must be empty, migrate it to this version's schema "
        "and check the books. All of it is done or nothing. "
        "Exit code: 0 restored and proven, 1 not, 2 wrong settings.",
    )
    parser.add_argument("backup", type=Path, help="the file, kitrader-....dump.age")
    parser.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help="the file with the secret key"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Restore, prove, and tell; gives the exit code."""
    settings = settings_or_exit(_COMMAND)
    log_as_set(settings, level="WARNING")
    done = run_async(_COMMAND, _restored(settings, arguments.backup, arguments.key))
    if done is None:
        return FAILED
    schema, proof = done
    if arguments.json:
        line = {
            "schema": schema,
            "is_balanced": proof.is_balanced,
            "counts": dict(proof.counts),
            "differences": len(proof.differences),
        }
        sys.stdout.write(orjson.dumps(line).decode() + "\n")
    else:
        _print(schema, proof)
    return 0 if proof.is_balanced else FAILED


async def _restored(settings: Settings, backup: Path, key: Path) -> tuple[str, LedgerProof]:
    seals = derived_key(master_key(settings), AUDIT_SEALS)
    try:
        identity = read_identity(key)
        async with open_database(settings) as dsn:
            if not await is_empty(dsn):
                raise SetupError(
                    "the database is not empty, and nothing in it is touched: "
                    "name an empty one with DATABASE_URL, or another DATA_DIR"
                )
            await asyncio.to_thread(restore, backup, identity, dsn)
            return await _proven(dsn, seals)
    except BackupUnreadable as error:
        raise SetupError(f"nothing was restored: {error}") from error


async def _proven(dsn: str, seals: bytes | None) -> tuple[str, LedgerProof]:
    found, _ = await schema_state(dsn)
    if not is_known(found):
        raise SetupError(
            f"restored, but its schema {found} is newer than this version: "
            "use the version that took the backup"
        )
    schema = await migrate(dsn)
    async with open_pool(dsn, size=2) as pool:
        return schema, await prove(pool, seals)


def _print(schema: str, proof: LedgerProof) -> None:
    counts = ", ".join(f"{number} {name}" for name, number in proof.counts.items())
    print(f"restored at schema {schema}: {counts}")
    for difference in proof.differences:
        print(f"DIFFERENCE {difference.kind}: {difference.subject}")
    well = "books balance, and the audit log is as it was written"
    print(well if proof.is_balanced else f"{len(proof.differences)} differences")
