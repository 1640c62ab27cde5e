"""`kitrader config`: how the bot is set up, out to a file and in from one, without a secret."""

import argparse
import asyncio
import errno
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import orjson

from bot.adapters.database.configuration import kept_configuration, take_configuration
from bot.adapters.database.connection import open_pool
from bot.adapters.database.migrate import migrate
from bot.bootstrap.outside import reach_database
from bot.bootstrap.settings import Settings
from bot.bootstrap.settings_text import (
    OF_THE_MACHINE,
    env_line,
    rewrite_env,
    settings_as_text,
    wrong_settings,
)
from bot.cli.setup import FAILED, SetupError, log_as_set, run_async, settings_or_exit
from bot.domain.configuration import (
    BadConfiguration,
    Configuration,
    Difference,
    differences,
    read_configuration,
)

_COMMAND = "config"
_ENV = Path(".env")
# Where an installation has its settings: `kitrader inside` says so.
_INSTALLED = "KITRADER_SETTINGS"
_LARGEST_BYTES = 10_000_000
_STANDARD = Path("-")
_NOT_OURS = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        _COMMAND,
        help="write how the bot is set up into a file, or take it from one",
        description="Settings that are not as by default, limits of roles and groups, as one "
        "readable file; of secrets and addresses only that they are set.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    out = actions.add_parser(
        "export",
        help="write the configuration into a file",
        description="Write the configuration into a file that is not there yet. Exit code: 0 "
        "written, 1 not, 2 wrong settings.",
    )
    out.add_argument("file", type=Path, help="the file to write, not there yet; - prints it")
    out.set_defaults(run=_export)
    into = actions.add_parser(
        "import",
        help="take a configuration from a file",
        description="Show what a file would change, ask, and take it: limits and groups in one "
        "transaction with a line in the audit log, then settings into .env. Inside an installation "
        "the settings are root's: the lines to put there are printed. What it does not name stays. "
        "A running bot takes it up at its next start. Exit code: 0 taken or nothing to take, 1 "
        "not, 2 wrong settings.",
    )
    into.add_argument("file", type=Path, help="the file that export wrote; - reads it, with --yes")
    into.add_argument("--dry-run", action="store_true", help="only show what would change")
    into.add_argument("--yes", action="store_true", help="do not ask")
    into.set_defaults(run=_import)


def _export(arguments: argparse.Namespace) -> int:
    settings = settings_or_exit(_COMMAND)
    log_as_set(settings, level="WARNING")
    found = run_async(_COMMAND, _now(settings))
    if found is None:
        return FAILED
    text = orjson.dumps(found.as_json(), option=orjson.OPT_INDENT_2) + b"\n"
    if arguments.file == _STANDARD:
        sys.stdout.write(text.decode())
        return 0
    file = arguments.file.resolve()
    try:
        with file.open("xb") as out:
            out.write(text)
    except OSError as error:
        print(f"kitrader {_COMMAND}: {file}: {error.strerror}", file=sys.stderr)
        return FAILED
    print(f"{len(found.settings)} settings, {len(found.groups)} groups: {file}")
    return 0


def _import(arguments: argparse.Namespace) -> int:
    settings = settings_or_exit(_COMMAND)
    log_as_set(settings, level="WARNING")
    done = run_async(_COMMAND, _taken(settings, arguments))
    return FAILED if done is None or not done else 0


async def _now(settings: Settings) -> Configuration:
    async with reach_database(settings) as dsn:
        await migrate(dsn)
        async with open_pool(dsn, size=2) as pool:
            limits, groups = await kept_configuration(pool)
    plain, secrets = settings_as_text(settings)
    return Configuration(settings=plain, secrets_set=secrets, role_limits=limits, groups=groups)


async def _taken(settings: Settings, arguments: argparse.Namespace) -> bool:
    """Take a file's configuration; False where somebody said no."""
    wanted = _without_places(_read(arguments.file))
    if wrong := wrong_settings(wanted.settings, settings):
        raise SetupError("nothing was taken: " + "; ".join(wrong))
    now = await _now(settings)
    changes = differences(now, wanted)
    _show(changes, now, wanted)
    if not changes or arguments.dry_run:
        return True
    if not arguments.yes and not await asyncio.to_thread(_agrees):
        print("nothing was taken")
        return False
    async with reach_database(settings) as dsn, open_pool(dsn, size=2) as pool:
        await take_configuration(pool, wanted, changes)
    taken = {each.name for each in changes}
    _take_settings({name: text for name, text in wanted.settings.items() if name in taken})
    return True


def _take_settings(changed: Mapping[str, str]) -> None:
    """Write settings where the bot reads them, or say what whoever may write there has to."""
    file = Path(os.environ.get(_INSTALLED, _ENV)).absolute()
    try:
        if changed:
            rewrite_env(file, changed)
    except OSError as error:
        if error.errno in _NOT_OURS:
            lines = "\n".join(env_line(name, text) for name, text in changed.items())
            print(
                f"limits and groups are taken, settings are not yet: {file} is not this user's.\n"
                f"Put these lines there, instead of those of the same names, and restart:\n{lines}"
            )
            return
        raise SetupError(f"limits and groups are taken, {file} is not: {error}") from error
    where = f", settings into {file}" if changed else ""
    print(f"taken{where}; a running bot takes it up at its next start")


def _without_places(wanted: Configuration) -> Configuration:
    """Leave out what is each machine's own: a file of an older version may name it."""
    kept = {name: text for name, text in wanted.settings.items() if name not in OF_THE_MACHINE}
    for name in sorted(set(wanted.settings) - set(kept)):
        print(f"{name} is not taken: it is each machine's own")
    return replace(wanted, settings=kept)


def _agrees() -> bool:
    try:
        return input("Take it? [y/N] ").strip().lower() == "y"
    except EOFError:
        return False


def _read(path: Path) -> Configuration:
    path = path if path == _STANDARD else path.resolve()
    try:
        with sys.stdin.buffer if path == _STANDARD else path.open("rb") as file:
            text = file.read(_LARGEST_BYTES + 1)
        if len(text) > _LARGEST_BYTES:
            raise SetupError(f"nothing was taken: {path} is too large for a configuration")
        return read_configuration(orjson.loads(text))
    except OSError as error:
        raise SetupError(f"nothing was taken: {path}: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise SetupError(f"nothing was taken: {path} is not JSON: {error}") from error
    except BadConfiguration as error:
        raise SetupError(f"nothing was taken: {error}") from error


def _show(changes: list[Difference], now: Configuration, wanted: Configuration) -> None:
    for each in changes:
        print(f"{each.name}: {each.before} -> {each.after}")
    if not changes:
        print("nothing would change")
    for name in sorted(set(wanted.secrets_set) - set(now.secrets_set)):
        print(f"{name} was set there and is not here: set it by hand")
