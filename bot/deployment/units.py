"""Which units of systemd serve on a machine, and where each answers how it is."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.deployment.layout import SIGNER, WEB, DeploymentError, Layout

TARGET = "kitrader.target"
TIMER = "kitrader-backup.timer"
SIGNER_UNIT = "kitrader-signer.service"
WHOLE = "kitrader.service"
SINGLE = ("all", "web")
TEMPLATES = ("worker", "market", "sender")
_MOST_INSTANCES = 9
_PORT = re.compile(r"\bOPERATIONS_PORT=(\S+)")
# Who speaks to the signer, besides the role of all in one.
_ASKING = ("kitrader", "kitrader-web", "kitrader-worker@", "kitrader-market@")


def units_of(roles: Sequence[str]) -> list[str]:
    """Give the units of roles like `all`, or `web`, `worker:2`, `market`, `sender:2`.

    Raises `DeploymentError` for a role that is none, or that excludes another.
    """
    found: list[str] = []
    for asked in roles:
        role, _, number = asked.partition(":")
        count = int(number) if number.isdecimal() else 1 if not number else 0
        if role in SINGLE and count == 1:
            found.append(WHOLE if role == "all" else f"kitrader-{role}.service")
        elif role in TEMPLATES and 1 <= count <= _MOST_INSTANCES:
            found += [f"kitrader-{role}@{one}.service" for one in range(1, count + 1)]
        else:
            raise DeploymentError(
                f"{asked} is no role: all, web, worker, market or sender, the last three with a "
                f"number up to {_MOST_INSTANCES}, such as worker:2"
            )
    if WHOLE in found and len(found) > 1:
        raise DeploymentError("the role all is everything in one process: it stands alone")
    return list(dict.fromkeys(found))


def template_of(unit: str) -> str:
    """Give the file that a unit is written in."""
    return re.sub(r"@[^.]+\.", "@.", unit)


def serving_units(place: Layout) -> list[str]:
    """Give the units that this machine is to run, by what is enabled."""
    wanted = place.units / f"{TARGET}.wants"
    return sorted(path.name for path in wanted.glob("kitrader*.service"))


def ports_of(place: Layout, units: Iterable[str]) -> list[int]:
    """Give the ports of the operator's doors, as the settings say or the units do."""
    named = settings_in(place.settings_file).get("OPERATIONS_PORT")
    ports: list[int] = []
    for unit in units:
        text = (place.units / template_of(unit)).read_text("utf-8")
        if found := _PORT.search(text):
            instance = unit.partition("@")[2].partition(".")[0]
            ports.append(int(named or found[1].replace("%i", instance)))
    return list(dict.fromkeys(ports))


def settings_in(file: Path) -> dict[str, str]:
    """Read a file of settings as systemd does: one a line, quotes around a value taken off."""
    found: dict[str, str] = {}
    if not file.is_file():
        return found
    for line in file.read_text("utf-8").splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            quoted = re.fullmatch(r"(['\"])(.*)\1", value.strip())
            found[name] = quoted[2] if quoted else value.strip()
    return found


def signer_drop_ins(place: Layout) -> list[tuple[Path, str]]:
    """Give what lets the bot's units reach the signer's socket."""
    text = (
        "[Service]\n"
        f"SupplementaryGroups={SIGNER}\n"
        "Environment=SIGNER_SOCKET=/run/kitrader-signer/signer.sock\n"
    )
    return [(place.units / f"{unit}.service.d" / "signer.conf", text) for unit in _ASKING]


def signer_settings() -> str:
    """Give the signer's first settings; the caps are its defaults (docs/signer.md)."""
    return (
        'socket = "/run/kitrader-signer/signer.sock"\n'
        'journal = "/var/lib/kitrader-signer/journal"\n'
        f'peers = ["kitrader", "{WEB}"]\n'
    )
