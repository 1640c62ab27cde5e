"""Every unit of systemd is closed as far as it can be, and starts what is there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.bootstrap.settings import Settings
from tests.house.project import ROOT

UNITS = sorted((ROOT / "systemd").glob("*.service"))
MOST_EXPOSURE = {"kitrader-signer.service": 0.5}
LIMIT = 1.5
"""The issue asks for less than 2.0."""
CLOSED = (
    "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes",
    "CapabilityBoundingSet=", "RestrictSUIDSGID=yes", "MemoryDenyWriteExecute=yes",
    "ProtectProc=invisible", "SystemCallArchitectures=native", "UMask=0077",
)  # fmt: skip


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_is_closed_and_starts_the_current_version_as_its_own_user(unit: Path) -> None:
    lines = unit.read_text("utf-8").splitlines()
    assert set(CLOSED) <= set(lines)
    user = next(line.removeprefix("User=") for line in lines if line.startswith("User="))
    assert user in {"kitrader", "kitrader-web", "kitrader-signer"}
    start = next(line for line in lines if line.startswith("ExecStart="))
    assert start.startswith("ExecStart=/opt/kitrader/current/kitrader ")


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_sets_only_settings_that_exist(unit: Path) -> None:
    found = re.findall(r"^Environment=(.*)$", unit.read_text("utf-8"), re.MULTILINE)
    names = {name.lower() for line in found for name in re.findall(r"([A-Z_]+)=", line)}
    assert names <= set(Settings.model_fields)


def test_no_two_units_answer_at_one_port() -> None:
    ports = [
        port
        for unit in UNITS
        for port in re.findall(r"OPERATIONS_PORT=(\S+)", unit.read_text("utf-8"))
    ]
    assert len(ports) == len(set(ports))


def test_secrets_come_as_credentials_and_never_in_the_environment() -> None:
    for unit in UNITS:
        environment = re.findall(r"^Environment=.*$", unit.read_text("utf-8"), re.MULTILINE)
        assert not re.search(r"TOKEN|KEY=|SECRET|PASSWORD", " ".join(environment))


def test_systemd_finds_every_unit_closed() -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed")
    words = [tool, "security", "--offline=true", "--no-pager", *map(str, UNITS)]
    ran = subprocess.run(words, capture_output=True, check=False, encoding="utf-8")  # noqa: S603
    found = re.findall(r"exposure level for (\S+): ([\d.]+)", ran.stdout)
    if not found:
        pytest.skip("this systemd-analyze rates no files")
    levels = {name.replace("@i.", "@."): float(level) for name, level in found}
    assert set(levels) == {unit.name for unit in UNITS}
    assert {
        name for name, level in levels.items() if level > MOST_EXPOSURE.get(name, LIMIT)
    } == set()


def test_systemd_understands_every_unit() -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed")
    files = sorted(str(path) for path in (ROOT / "systemd").iterdir() if path.suffix != ".md")
    ran = subprocess.run(  # noqa: S603 - fixed words
        [tool, "verify", "--man=no", *files], capture_output=True, check=False, encoding="utf-8"
    )
    # What is not installed here cannot be found here.
    said = [line for line in ran.stderr.splitlines() if "kitrader" in line]
    assert [line for line in said if "is not executable" not in line] == []
