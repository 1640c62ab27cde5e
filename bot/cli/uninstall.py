"""`kitrader uninstall`: take services and versions away, and keep data, settings and secrets."""

import argparse
import os
import sys
from pathlib import Path

from bot.cli.setup import FAILED
from bot.deployment.install_plan import removal_plan
from bot.deployment.layout import DeploymentError, Layout


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "uninstall",
        help="take the services and versions away, and keep the data",
        description="Stop the services, and remove the units and /opt/kitrader. Data in "
        "/var/lib/kitrader and /var/lib/kitrader-signer, settings and secrets in /etc/kitrader and "
        "/etc/kitrader-signer, logs and users stay. Exit code: 0 removed, 1 not.",
    )
    parser.add_argument("--dry-run", action="store_true", help="only print every step")
    parser.add_argument("--root", type=Path, default=Path("/"), metavar="DIR", help="from a folder")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Remove what `install` made; gives the exit code."""
    place = Layout(root=arguments.root.resolve())
    if place.is_this_machine and os.geteuid() != 0 and not arguments.dry_run:
        print("kitrader uninstall: this needs root; --dry-run shows the steps", file=sys.stderr)
        return FAILED
    try:
        for step in removal_plan(place):
            if step.is_done(place):
                continue
            if not arguments.dry_run:
                step.do(place)
            print(step.says(place))
    except (DeploymentError, OSError) as error:
        print(f"kitrader uninstall: {error}", file=sys.stderr)
        return FAILED
    print("Kept: data in /var/lib/kitrader*, settings and secrets in /etc/kitrader*, logs, users.")
    return 0
