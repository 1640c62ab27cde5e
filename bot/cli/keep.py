"""`kitrader keep`: keep the current version running where there is no systemd."""

import argparse
import sys
from pathlib import Path

from bot.cli.setup import FAILED
from bot.deployment.keeper import Keeper, log_file
from bot.deployment.layout import Layout
from bot.deployment.versions import Versions


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "keep",
        help="keep the installed version running where there is no systemd",
        description="Run what `install --root DIR` put there, start it again when it ends, and "
        "replace it when `deploy --root DIR` says so, until SIGTERM. Everything runs as whoever "
        "starts this. Exit code: 0 stopped, 1 nothing is installed there.",
    )
    parser.add_argument("--root", type=Path, required=True, metavar="DIR", help="the folder")
    parser.add_argument("--role", default="", help="the role that is run, if not all")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Keep it running; gives the exit code."""
    place = Layout(root=arguments.root.resolve())
    if not Versions(place).current():
        print(f"kitrader keep: nothing is installed in {place.root}", file=sys.stderr)
        return FAILED
    print(f"its output: {log_file(place)}", file=sys.stderr)
    words = ["run", *(["--role", arguments.role] if arguments.role else [])]
    Keeper(place, words, {}).run()
    return 0
