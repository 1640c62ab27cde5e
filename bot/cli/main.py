"""The operator's door: one command line with help, and exit codes 0 ok, 1 failed, 2 usage."""

import argparse
import sys
from collections.abc import Sequence

from bot import __version__
from bot.cli import check, decode, demo, ledger, migrate, run, tour

_COMMANDS = (demo, run, tour, check, decode, ledger, migrate)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code."""
    parser = argparse.ArgumentParser(
        prog="kitrader",
        description="A Telegram-first trading bot for Solana tokens. "
        "'kitrader demo' is the place to begin; './kitrader test' runs the test suite.",
    )
    parser.add_argument("--version", action="version", version=f"kitrader {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_parser(subparsers)
    given = parser.parse_args(arguments)
    try:
        return int(given.run(given))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
