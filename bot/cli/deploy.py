"""`kitrader deploy`: bring a version into service, and go back by itself where it is not well."""

import argparse
import os
import sys
from pathlib import Path

from bot.cli.setup import FAILED, exit_for_usage
from bot.deployment.deploying import Choices, Deployment
from bot.deployment.health import Patience
from bot.deployment.journal import alone
from bot.deployment.layout import DeploymentError, Layout
from bot.deployment.process_runner import ProcessRunner
from bot.deployment.systemd_runner import SystemdRunner


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "deploy",
        help="bring a version into service, and go back where it is not well",
        description="Install a version beside the current one, check the settings with it, take a "
        "backup, migrate, start it, and keep it once it is ready; else the one before serves "
        "again. Cut off at any moment, one of the two runs, and the same call carries on. "
        "docs/deploying.md tells the whole. Exit code: 0 it serves, 1 it does not, 2 wrong usage.",
    )
    parser.add_argument(
        "version", nargs="?", metavar="VERSION|PATH",
        help="an installed version, or a folder, a git checkout or a tar.gz",
    )  # fmt: skip
    parser.add_argument(
        "--checksum", type=Path, metavar="FILE",
        help="the tar.gz has to have this SHA-256 (FILE.sha256 beside it counts by itself)",
    )  # fmt: skip
    parser.add_argument("--without-backup", action="store_true", help="take no backup first")
    parser.add_argument(
        "--despite-findings", action="store_true",
        help="deploy although `check` finds something bad outside; never with wrong settings",
    )  # fmt: skip
    parser.add_argument("--keep", type=int, default=3, metavar="N", help="old versions kept (3)")
    parser.add_argument(
        "--ready-within", type=float, default=120.0, metavar="SECONDS",
        help="until when it has to be ready and steady (120)",
    )  # fmt: skip
    parser.add_argument(
        "--steady", type=float, default=10.0, metavar="SECONDS",
        help="for how long it has to stay ready (10)",
    )  # fmt: skip
    parser.add_argument(
        "--venv", type=Path, metavar="DIR",
        help="copy this environment instead of asking a package index",
    )  # fmt: skip
    parser.add_argument(
        "--root", type=Path, default=Path("/"), metavar="DIR",
        help="where `kitrader keep --root DIR` runs it, without systemd",
    )  # fmt: skip
    parser.add_argument(
        "--carry-on", action="store_true", help="finish a deployment that was cut off, if any"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Deploy; gives the exit code."""
    if bool(arguments.version) == arguments.carry_on:
        exit_for_usage("deploy", "name a version or a path, or --carry-on")
    place = Layout(root=arguments.root.resolve())
    if place.is_this_machine and os.geteuid() != 0:
        print("kitrader deploy: this needs root, to restart services", file=sys.stderr)
        return FAILED
    runner = SystemdRunner(place) if place.is_this_machine else ProcessRunner(place)
    deployment = Deployment(place, runner, _choices(arguments), _tell)
    try:
        with alone(place, waits=arguments.carry_on):
            if arguments.carry_on:
                return 0 if deployment.carry_on() else FAILED
            return 0 if deployment.deploy(arguments.version) else FAILED
    except (DeploymentError, OSError) as error:
        print(f"kitrader deploy: {error}", file=sys.stderr)
        return FAILED


def _choices(arguments: argparse.Namespace) -> Choices:
    patience = Patience(
        ready_seconds=arguments.ready_within,
        steady_seconds=arguments.steady,
        look_seconds=min(0.5, max(0.05, arguments.steady / 4)),
    )
    return Choices(
        takes_backup=not arguments.without_backup,
        despite_findings=arguments.despite_findings,
        keep=max(0, arguments.keep),
        patience=patience,
        environment=arguments.venv,
        checksum=arguments.checksum,
    )


def _tell(line: str) -> None:
    print(line, flush=True)
