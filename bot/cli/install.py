"""`kitrader install`: users, folders, secrets, units, and the first version."""

import argparse
import os
import sys
from pathlib import Path

from bot.cli.setup import FAILED
from bot.deployment.install_plan import Wanted, install_plan
from bot.deployment.layout import DeploymentError, Layout
from bot.deployment.secrets_asked import Secret, given, secrets_of
from bot.deployment.sources import opened_source
from bot.deployment.steps import Step
from bot.deployment.units import settings_in, units_of

_OURS = Path(__file__).parents[2]
_MASTER_KEY_BESIDE_DATA = "master.key"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "install",
        help="install as services of this machine, or into a folder for an image",
        description="Make users, folders, settings, secrets and systemd units, install this "
        "version under /opt/kitrader, and start it. What is there is kept; a second run changes "
        "nothing. Secrets are asked for without echo. docs/deploying.md tells the whole. "
        "Exit code: 0 installed, 1 not.",
    )
    parser.add_argument("--dry-run", action="store_true", help="only print every step and file")
    parser.add_argument(
        "--root", type=Path, default=Path("/"), metavar="DIR",
        help="install into a folder, such as an image, and start nothing",
    )  # fmt: skip
    parser.add_argument(
        "--source", type=Path, default=_OURS, metavar="PATH",
        help="the version: a folder, a git checkout or a tar.gz (default: this one)",
    )  # fmt: skip
    parser.add_argument(
        "--roles", default="all",
        help="what this machine runs: all (default), or some of web,worker:N,market:N,sender:N",
    )  # fmt: skip
    parser.add_argument("--signer", action="store_true", help="with the signer (docs/signer.md)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE",
        help="a setting for a settings file that is not there yet",
    )  # fmt: skip
    for option, what in (
        ("bot-token", "the bot's token"),
        ("master-key", "the master key of factors and seals"),
        ("signer-key", "the signer's first master key"),
    ):
        parser.add_argument(f"--{option}-file", type=Path, metavar="FILE", help=f"{what}, in FILE")
    parser.add_argument(
        "--venv", type=Path, metavar="DIR",
        help="copy this environment instead of asking a package index",
    )  # fmt: skip
    parser.add_argument("--no-start", action="store_true", help="start nothing")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Install; gives the exit code."""
    try:
        place = Layout(root=arguments.root.resolve())
        _refuse_what_cannot_be(place, is_dry=arguments.dry_run)
        with opened_source(arguments.source) as source:
            steps = _planned(place, source, arguments)
            _walk(place, steps, is_dry=arguments.dry_run)
    except DeploymentError as error:
        print(f"kitrader install: {error}", file=sys.stderr)
        return FAILED
    except OSError as error:
        print(f"kitrader install: {error.filename}: {error.strerror}", file=sys.stderr)
        return FAILED
    if not arguments.dry_run:
        _tell(place)
    return 0


def _refuse_what_cannot_be(place: Layout, *, is_dry: bool) -> None:
    if is_dry:
        return
    if place.is_this_machine and os.geteuid() != 0:
        raise DeploymentError(
            "this needs root, to make users and services. See what it would do with --dry-run, "
            "or install into a folder with --root DIR."
        )
    if place.is_this_machine and not Path("/run/systemd/system").is_dir():
        raise DeploymentError(
            "this machine does not run systemd. In a container, see compose.yaml; without either, "
            "'kitrader install --root DIR' and 'kitrader keep --root DIR'."
        )


def _planned(place: Layout, source: Path, arguments: argparse.Namespace) -> list[Step]:
    roles = [role.strip() for role in arguments.roles.split(",") if role.strip()]
    units_of(roles)
    listed = secrets_of(place, with_signer=arguments.signer)
    chosen = dict(one.partition("=")[::2] for one in arguments.set)
    found = {} if arguments.dry_run else _secrets(place, listed, arguments)
    wanted = Wanted(
        source=source,
        roles=roles,
        with_signer=arguments.signer,
        settings=chosen,
        secrets=found,
        environment=arguments.venv,
        starts=not arguments.no_start,
    )
    return install_plan(place, wanted, listed)


def _secrets(place: Layout, listed: list[Secret], arguments: argparse.Namespace) -> dict[Path, str]:
    files = {one.option: getattr(arguments, f"{one.option}_file") for one in listed}
    beside = place.state / _MASTER_KEY_BESIDE_DATA
    if files["master_key"] is None and beside.is_file():
        # It has sealed what is in the database that lies there.
        files["master_key"] = beside
    found: dict[Path, str] = {}
    for one in listed:
        if one.path.exists():
            continue
        secret = given(one, files)
        found[one.path] = secret.text + "\n"
        if secret.is_new:
            print(f"made     {place.seen(one.path)}: keep a copy elsewhere, docs/keys.md says why")
    return found


def _walk(place: Layout, steps: list[Step], *, is_dry: bool) -> None:
    for step in steps:
        is_done, words = step.is_done(place), step.says(place)
        mark = "is so" if is_done else "would" if is_dry else "done"
        if not is_done and not is_dry:
            step.do(place)
        print(f"{mark:<6} {words}")


def _tell(place: Layout) -> None:
    in_folder = "" if place.is_this_machine else f" --root {place.root}"
    if not settings_in(place.settings_file).get("BACKUP_RECIPIENTS"):
        print(
            "No backups are taken yet: make a key with 'kitrader backup --new-key FILE', set "
            f"BACKUP_RECIPIENTS in {place.settings_file}, and install again."
        )
    print(f"Settings: {place.settings_file}. Are they well? kitrader inside{in_folder} check")
