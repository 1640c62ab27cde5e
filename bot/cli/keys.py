"""`kitrader keys`: look after wallets' keys and the master keys that they lie under."""

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import open_pool
from bot.adapters.database.live_wallets import PostgresLiveWallets
from bot.adapters.database.migrate import schema_state
from bot.adapters.vault.keyring import Keyring
from bot.adapters.vault.no_dumps import forbid_dumps
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from bot.bootstrap.keyring import keyring_to_grow, open_keyring
from bot.bootstrap.outside import open_database
from bot.bootstrap.settings import Settings
from bot.cli.keys_new_version import add_new_version
from bot.cli.keys_report import Report, checked, made, rotated, standing, tell
from bot.cli.setup import FAILED, SetupError, log_rules, run_async, settings_or_exit
from bot.observability.logging import set_up_logging
from bot.services.wallet_keys import WalletKeys

_NO_KEYS = (
    "there is no master key: `kitrader keys new-version --into FOLDER` makes the first one "
    "(docs/keys.md)"
)
_MOST_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What an action works on."""

    settings: Settings
    book: PostgresLiveWallets
    ring: Keyring | None
    given: argparse.Namespace

    def keys(self) -> tuple[Keyring, WalletKeys]:
        """Give the ring and the use cases on it; raises `SetupError` where there is no key."""
        if self.ring is None:
            raise SetupError(_NO_KEYS)
        vault = SealedKeyVault(self.ring)
        return self.ring, WalletKeys(book=self.book, vault=vault, clock=SystemClock())


Action = Callable[[Room], Awaitable[Report]]


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "keys",
        help="look after wallets' keys",
        description="Look after the keys of live wallets, and the master keys that they lie under. "
        "No key is ever shown. Exit codes: 0 well, 1 something is wrong or could not be done, "
        "2 wrong usage. docs/keys.md tells the whole.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add(
        actions,
        "status",
        _status,
        "which master keys there are, and how many wallets lie under each",
        "List the master keys by version, where they lie, and how many wallets each one opens. "
        "Exit code 1: wallets lie under a version whose master key is not here.",
    )
    _add(
        actions,
        "check",
        _check,
        "open every wallet's key and hold it against its address",
        "Open every wallet's key, derive its address and compare. Exit code 1: a key does not "
        "open, or is another wallet's; each is named.",
    )
    rotate = _add(
        actions,
        "rotate",
        _rotate,
        "seal every key anew under the newest master key",
        "Seal every wallet's key anew under the newest master key, in batches. Cut off at any "
        "moment, it goes on when called again. Exit code 1: some are left, or do not open.",
    )
    rotate.add_argument(
        "--batch", type=_batch, default=200, metavar="N", help="keys in a transaction (200)"
    )
    new_version = _add(
        actions,
        "new-version",
        _new_version,
        "make the next master key",
        "Make the next master key in a folder. It seals new wallets once the processes that hold "
        "keys were started again; `keys rotate` then moves the others. Back it up first.",
    )
    new_version.set_defaults(grows=True)
    new_version.add_argument(
        "--into", type=Path, metavar="FOLDER", help="the folder of master keys (MASTER_KEYS_DIR)"
    )


def _add(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    action: Action,
    help_line: str,
    description: str,
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=help_line, description=description)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(run=lambda given: _run(f"keys {name}", action, given), grows=False)
    return parser


def _batch(text: str) -> int:
    number = int(text)
    if not 1 <= number <= _MOST_AT_ONCE:
        raise argparse.ArgumentTypeError(f"from 1 to {_MOST_AT_ONCE}")
    return number


def _run(name: str, action: Action, given: argparse.Namespace) -> int:
    settings = settings_or_exit(name)
    # To the file alone: what it finds is what it prints.
    set_up_logging(
        level=settings.log_level,
        secrets=settings.secrets(),
        folder=settings.log_dir,
        to_stderr=False,
        rules=log_rules(settings),
    )
    forbid_dumps()

    async def work() -> Report:
        async with _open_room(settings, given) as room:
            return await action(room)

    report = run_async(name, work())
    if report is None:
        return FAILED
    tell(report, as_json=given.json)
    return 0 if report.is_well else FAILED


@asynccontextmanager
async def _open_room(settings: Settings, given: argparse.Namespace) -> AsyncIterator[Room]:
    ring = keyring_to_grow(settings) if given.grows else open_keyring(settings)
    async with open_database(settings) as dsn:
        found, newest = await schema_state(dsn)
        if found != newest:
            raise SetupError(f"the schema is at {found}, not {newest}: run kitrader migrate")
        async with open_pool(dsn, size=2) as pool:
            book = PostgresLiveWallets(pool)
            yield Room(settings=settings, book=book, ring=ring, given=given)


async def _status(room: Room) -> Report:
    return standing(room.ring, await room.book.versions())


async def _check(room: Room) -> Report:
    ring, keys = room.keys()
    return checked(ring, await keys.check_all())


async def _rotate(room: Room) -> Report:
    ring, keys = room.keys()
    return rotated(ring, await keys.rotate(room.given.batch))


async def _new_version(room: Room) -> Report:
    folder = room.given.into or room.settings.master_keys_dir
    if folder is None:
        raise SetupError("say where master keys are to lie: --into FOLDER, or MASTER_KEYS_DIR")
    added = add_new_version(folder, room.ring, await room.book.versions())
    return made(added, is_in_use=folder == room.settings.master_keys_dir)
