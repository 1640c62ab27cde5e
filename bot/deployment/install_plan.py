"""What an installation consists of, step by step, and what is left when it is taken away."""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.deployment.building import build
from bot.deployment.layout import BOT, SIGNER, WEB, DeploymentError, Layout
from bot.deployment.secrets_asked import Secret
from bot.deployment.sources import name_of
from bot.deployment.steps import Command, File, Folder, Gone, Link, Step, Work
from bot.deployment.units import (
    SIGNER_UNIT,
    TARGET,
    TIMER,
    WHOLE,
    serving_units,
    settings_in,
    signer_drop_ins,
    signer_settings,
    units_of,
)
from bot.deployment.versions import Versions

# What the units give: a value in the file would beat theirs.
_OF_THE_UNITS = ("BOT_TOKEN", "DATA_DIR", "LOG_DIR", "OPERATIONS_PORT", "MASTER_KEY")
_USERS = f"""\
u {BOT} - "Kitrader" /var/lib/kitrader
u {WEB} - "Kitrader, its public door" /var/lib/kitrader-web
u {SIGNER} - "Kitrader, its signer" /var/lib/kitrader-signer
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an operator chose; `secrets` are those that are not there yet, by their files."""

    source: Path
    roles: Sequence[str] = ("all",)
    with_signer: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[Path, str] = field(default_factory=dict)
    environment: Path | None = None
    starts: bool = True


def install_plan(place: Layout, wanted: Wanted, listed: Sequence[Secret]) -> list[Step]:
    """Give every step of an installation in order; each does nothing where it is done.

    Raises `DeploymentError` for roles that would be started without a database to share.
    """
    units = units_of(wanted.roles)
    _refuse_roles_without_database(place, wanted, units)
    return [
        *_users(place),
        *_folders(place, wanted),
        *_settings(place, wanted),
        *(
            File(path=one.path, content=wanted.secrets.get(one.path, ""), mode=0o600, is_kept=True)
            for one in listed
        ),
        *_version(place, wanted),
        *_units(place, wanted),
        *_enabling(place, wanted, units),
    ]


def _refuse_roles_without_database(place: Layout, wanted: Wanted, units: Sequence[str]) -> None:
    """Refuse what would stop a bot that serves, or start roles, where none of them could run."""
    known = settings_in(place.settings_file) if place.settings_file.is_file() else wanted.settings
    acts = (wanted.starts and place.is_this_machine) or WHOLE in serving_units(place)
    if WHOLE not in units and acts and not known.get("DATABASE_URL"):
        raise DeploymentError(
            "roles share a database, and the embedded one is one process's own: set DATABASE_URL "
            f"in {place.settings_file} first (docs/many-processes.md). Nothing has changed; on a "
            "new machine --no-start makes that file."
        )


def _users(place: Layout) -> list[Step]:
    file = place.root / "etc" / "sysusers.d" / "kitrader.conf"
    words = ("systemd-sysusers", *(() if place.is_this_machine else (f"--root={place.root}",)))
    return [
        File(path=file, content=_USERS),
        Command(words=(*words, str(file)), is_needed=lambda: not _has_users(place)),
    ]


def _has_users(place: Layout) -> bool:
    known = place.root / "etc" / "passwd"
    text = known.read_text("utf-8") if known.is_file() else ""
    return all(re.search(rf"^{user}:", text, re.MULTILINE) for user in (BOT, WEB, SIGNER))


def _folders(place: Layout, wanted: Wanted) -> list[Step]:
    found: list[Step] = [
        Folder(path=place.home, mode=0o755),
        Folder(path=place.versions, mode=0o755),
        Folder(path=place.settings, mode=0o750, group=BOT),
    ]
    if wanted.with_signer:
        found.append(Folder(path=place.signer, mode=0o755))
    return found


def _settings(place: Layout, wanted: Wanted) -> list[Step]:
    example = (wanted.source / ".env.example").read_text("utf-8")
    text = settings_text(example, wanted.settings)
    found: list[Step] = [
        File(path=place.settings_file, content=text, mode=0o640, group=BOT, is_kept=True)
    ]
    if wanted.with_signer:
        file = place.signer / "signer.toml"
        found.append(File(path=file, content=signer_settings(), is_kept=True))
    return found


def settings_text(example: str, chosen: Mapping[str, str]) -> str:
    """Give the first settings: the example with each value as a remark, then what was chosen.

    A default that is only a remark follows the version; one that is set stays as it was then.
    """
    lines = []
    # How the example is used from a checkout is said above its first empty line.
    for line in example.partition("\n\n")[2].splitlines():
        name = line.removeprefix("# ").partition("=")[0]
        is_value = bool(re.match(r"(# )?[A-Z][A-Z0-9_]*=", line))
        if not (is_value and name in _OF_THE_UNITS):
            lines.append(f"#{line}" if is_value and not line.startswith("#") else line)
    chosen_lines = [f"{name}={value}" for name, value in chosen.items()]
    head = (
        "# Settings of Kitrader's services. Remarks show the defaults: take a # away to set one,\n"
        "# then systemctl restart kitrader.target. Token and master key are in files beside this\n"
        "# one; folders and OPERATIONS_PORT are in the units.\n"
    )
    return head + "\n".join([*chosen_lines, *lines]) + "\n"


def _version(place: Layout, wanted: Wanted) -> list[Step]:
    versions = Versions(place)
    name = name_of(wanted.source)
    where = place.seen(versions.folder(name))
    found: list[Step] = [
        Work(
            words=f"version  {where}, with its own .venv",
            done=lambda: versions.is_complete(name),
            work=lambda: build(wanted.source, place, environment=wanted.environment),
        ),
        # A later version comes by `kitrader deploy`, which can go back.
        Work(
            words=f"link     {place.seen(place.current)} -> versions/{name}, if there is none yet",
            done=lambda: bool(versions.current()),
            work=lambda: versions.switch(name),
        ),
        Link(
            path=place.root / "usr" / "local" / "sbin" / "kitrader",
            target="/opt/kitrader/current/kitrader",
        ),
    ]
    return found


def _units(place: Layout, wanted: Wanted) -> list[Step]:
    folder = wanted.source / "systemd"
    files = sorted(
        path for path in folder.iterdir() if path.suffix in {".service", ".timer", ".target"}
    )
    found: list[Step] = [
        File(path=place.units / path.name, content=path.read_text("utf-8")) for path in files
    ]
    if wanted.with_signer:
        found += [File(path=path, content=text) for path, text in signer_drop_ins(place)]
    return found


def _enabling(place: Layout, wanted: Wanted, units: Sequence[str]) -> list[Step]:
    wanted_units = [TARGET, *units, *([SIGNER_UNIT] if wanted.with_signer else [])]
    known = {**settings_in(place.settings_file), **wanted.settings}
    if known.get("BACKUP_RECIPIENTS"):
        wanted_units.append(TIMER)
    systemctl = ("systemctl", *(() if place.is_this_machine else (f"--root={place.root}",)))
    steps: list[Step] = []
    retired = set(serving_units(place)) - set(wanted_units)
    if retired:
        steps.append(Command(words=(*systemctl, "disable", *sorted(retired))))
    steps.append(Command(words=(*systemctl, "enable", *wanted_units)))
    if place.is_this_machine:
        steps.append(Command(words=("systemctl", "daemon-reload")))
        if retired:
            steps.append(Command(words=("systemctl", "stop", *sorted(retired))))
        if wanted.starts:
            timers = [TIMER] if TIMER in wanted_units else []
            steps.append(Command(words=("systemctl", "start", TARGET, *timers)))
    return steps


def removal_plan(place: Layout) -> list[Step]:
    """Give every step that takes an installation away; data, settings, secrets and users stay."""
    files = sorted(place.units.glob("kitrader*"))
    steps: list[Step] = []
    units = [path.name for path in files if path.suffix in {".service", ".timer", ".target"}]
    if units and place.is_this_machine and shutil.which("systemctl"):
        running = [unit for unit in (*serving_units(place), TIMER, TARGET) if "@." not in unit]
        steps.append(Command(words=("systemctl", "disable", "--now", *running), may_fail=True))
    wants = place.units / f"{TARGET}.wants"
    others = (place.units / "multi-user.target.wants" / TARGET,
              place.units / "timers.target.wants" / TIMER)  # fmt: skip
    launcher = place.root / "usr" / "local" / "sbin" / "kitrader"
    steps += [
        Gone(path=path) for path in (*files, wants, *others, launcher, place.current, place.home)
    ]
    if place.is_this_machine and os.geteuid() == 0:
        steps.append(Command(words=("systemctl", "daemon-reload"), may_fail=True))
    return list(dict.fromkeys(steps))
