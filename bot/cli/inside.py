"""`kitrader inside`: run a command as the services run, with their user, settings and secrets."""

import argparse
import os
import sys
from pathlib import Path

from bot.cli.setup import FAILED, exit_for_usage
from bot.deployment.layout import DeploymentError, Layout
from bot.deployment.process_runner import ProcessRunner
from bot.deployment.systemd_runner import SystemdRunner
from bot.deployment.versions import Versions


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "inside",
        help="run a command with the services' user, settings and secrets",
        description="On a machine where `install` made services: run another command of the "
        "installed version as they run, such as `kitrader inside check` or `kitrader inside "
        "ledger check`; with `--root DIR`, where `keep` runs what is installed there. Exit code: "
        "that of the command; 1 where it cannot be run.",
    )
    parser.add_argument(
        "--root", type=Path, default=Path("/"), metavar="DIR",
        help="where `kitrader keep --root DIR` runs it, without systemd",
    )  # fmt: skip
    parser.add_argument(
        "words", nargs=argparse.REMAINDER, metavar="COMMAND ...", help="what to run"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run it; gives its exit code."""
    if not arguments.words:
        exit_for_usage("inside", "say which command, such as: kitrader inside check")
    place = Layout(root=arguments.root.resolve())
    name = Versions(place).current()
    if not name:
        where = "as services here" if place.is_this_machine else f"in {place.root}"
        print(f"kitrader inside: nothing is installed {where}", file=sys.stderr)
        return FAILED
    if place.is_this_machine and os.geteuid() != 0:
        print("kitrader inside: this needs root", file=sys.stderr)
        return FAILED
    runner = SystemdRunner(place) if place.is_this_machine else ProcessRunner(place)
    try:
        return runner.inside_terminal(name, arguments.words)
    except (DeploymentError, OSError) as error:
        print(f"kitrader inside: {error}", file=sys.stderr)
        return FAILED
