"""The operator's door: one command line with help, and exit codes 0 ok, 1 failed, 2 usage."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from bot import __version__

_COMMANDS = {
    "demo": "try everything now: the bot in a local sandbox, in your browser",
    "run": "run the bot (needs BOT_TOKEN)",
    "tour": "watch a scripted conversation with the bot, checked as it goes",
    "check": "see whether settings, database, RPC, Telegram and clock are well",
    "decode": "read pool accounts from files and print their prices",
    "ledger": "prove the books",
    "trace": "follow an update or an order through inbox, books and outbox",
    "backup": "take a sealed backup of the database, or see which there are",
    "restore": "bring a backup back into an empty database, and prove its books",
    "config": "write how the bot is set up into a file, or take it from one",
    "keys": "look after wallets' keys",
    "signer": "run the process that opens wallets' keys and judges what it signs",
    "password": "make the hash of a password with which people let themselves in",
    "migrate": "bring the database to the newest schema",
    "install": "install as services of this machine, or into a folder for an image",
    "deploy": "bring a version into service, and go back where it is not well",
    "keep": "keep the installed version running where there is no systemd",
    "inside": "run a command with the services' user, settings and secrets",
    "uninstall": "take the services and versions away, and keep the data",
}


class Command(Protocol):
    """What each command's module offers."""

    def add_parser(self, subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        """Add the command to the command line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    given = _parser(words).parse_args(words)
    try:
        return int(given.run(given))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1


def whole_parser() -> argparse.ArgumentParser:
    """Give the command line with every command in it, for whoever describes it."""
    return _parser(tuple(_COMMANDS))


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kitrader",
        description="A Telegram-first trading bot for Solana tokens. "
        "'kitrader demo' is the place to begin; './kitrader test' runs the test suite.",
    )
    parser.add_argument("--version", action="version", version=f"kitrader {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, help_line in _COMMANDS.items():
        # Some commands take seconds to import, so only the one that is meant is.
        if name in words:
            cast("Command", import_module(f"bot.cli.{name}")).add_parser(subparsers)
        else:
            subparsers.add_parser(name, help=help_line)
    return parser
