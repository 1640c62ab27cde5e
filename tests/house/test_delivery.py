"""What an operator takes away is whole: launcher, service, version, and nothing of our machines."""

import configparser
import os
import re
import stat
import tomllib

import pytest

from bot import __version__
from bot.bootstrap.settings import Settings
from tests.house.project import ROOT, tracked_files

EXECUTABLE = ("kitrader", ".ci/run")
HARDENING = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
    "User": "kitrader", "CapabilityBoundingSet": "", "KillMode": "mixed",
}  # fmt: skip
# Written so that they do not find themselves.
OF_A_MACHINE = re.compile(r"/(?:home|root|Users|work)/[A-Za-z0-9_.-]+")
OF_A_REGISTRY = re.compile(
    r"py[p]i\.org|python[h]osted\.org|registry\.npm[j]s|npm[j]s\.org|crate[s]\.io|proxy\.go[l]ang\.org"
    r"|(?:deb|security)\.d[e]bian\.org"
)


class _Unit(configparser.RawConfigParser):
    """A systemd unit; names keep their case, and of repeated ones the last counts."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def unit() -> _Unit:
    parser = _Unit(strict=False)
    parser.read_string((ROOT / "systemd" / "kitrader.service").read_text("utf-8"))
    return parser


@pytest.mark.parametrize("name", EXECUTABLE)
def test_what_is_to_be_started_can_be_started(name: str) -> None:
    path = ROOT / name
    assert path.read_text("utf-8").startswith("#!/")
    assert path.stat().st_mode & stat.S_IXUSR
    assert os.access(path, os.X_OK)


def test_the_service_runs_the_bot_as_its_own_user_without_rights() -> None:
    service = unit()["Service"]
    assert service["ExecStart"].endswith("/kitrader run")
    assert {name: service.get(name) for name in HARDENING} == HARDENING
    assert service["RestartPreventExitStatus"] == "2"


def test_the_service_sets_only_settings_that_exist() -> None:
    names = re.findall(r"([A-Z_]+)=", unit()["Service"]["Environment"])
    assert names
    assert {name.lower() for name in names} <= set(Settings.model_fields)


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert project["version"] == __version__
    assert f"\n## [{__version__}]" in changes
    assert "\n## [Unreleased]\n" in changes


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    found = {}
    for name in tracked_files():
        content = (ROOT / name).read_bytes()
        if b"\0" in content:
            continue
        text = content.decode("utf-8", errors="replace")
        hits = {match[0] for rule in (OF_A_MACHINE, OF_A_REGISTRY) for match in rule.finditer(text)}
        if hits:
            found[name] = sorted(hits)
    assert found == {}
