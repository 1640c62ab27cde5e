"""`kitrader inside`: run a command as the services run, with their user, settings and secrets."""

import argparse
import os
import sys

from bot.cli.setup import FAILED, exit_for_usage
from bot.deployment.layout import DeploymentError, Layout
from bot.deployment.systemd_runner import SystemdRunner
from bot.deployment.versions import Versions


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "inside",
        help="run a command with the services' user, settings and secrets",
        description="On a machine where `install` made services: run another command of the "
        "installed version as they run, such as `kitrader inside check` or `kitrader inside "
        "ledger check`. Exit code: that of the command; 1 where it cannot be run.",
    )
    parser.add_argument(
        "words", nargs=argparse.REMAINDER, metavar="COMMAND ...", help="what to run"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run it; gives its exit code."""
    if not arguments.words:
        exit_for_usage("inside", "say which command, such as: kitrader inside check")
    place = Layout()
    name = Versions(place).current()
    if os.geteuid() != 0 or not name:
        why = "this needs root" if name else "nothing is installed as services here"
        print(f"kitrader inside: {why}", file=sys.stderr)
        return FAILED
    try:
        return SystemdRunner(place).inside_terminal(name, arguments.words)
    except (DeploymentError, OSError) as error:
        print(f"kitrader inside: {error}", file=sys.stderr)
        return FAILED
