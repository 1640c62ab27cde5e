"""The signer's unit keeps it from network, rights and other processes."""

import configparser
import re
import shutil
import subprocess

import pytest

from tests.builders.signers import ROOT

UNIT = ROOT / "systemd" / "kitrader-signer.service"
CLOSED = {
    "User": "kitrader-signer", "PrivateNetwork": "yes", "RestrictAddressFamilies": "AF_UNIX",
    "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "ProtectSystem": "strict",
    "LimitCORE": "0", "MemorySwapMax": "0", "MemoryDenyWriteExecute": "yes", "UMask": "0077",
    "StateDirectoryMode": "0700", "RestartPreventExitStatus": "2", "ProcSubset": "pid",
}  # fmt: skip
MOST_EXPOSURE = 0.5


class _Unit(configparser.RawConfigParser):
    """A systemd unit; names keep their case."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def test_the_unit_has_no_network_and_no_rights() -> None:
    parser = _Unit(strict=False)
    parser.read_string(UNIT.read_text("utf-8"))
    service = parser["Service"]
    assert {name: service.get(name) for name in CLOSED} == CLOSED
    assert "kitrader signer" in service["ExecStart"]
    assert "PrivateUsers" not in service, "it could not tell who connects"
    assert not any("KEY" in service.get(name, "") for name in ("Environment", "EnvironmentFile"))


def test_systemd_finds_the_unit_closed() -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed")
    words = [tool, "security", "--offline=true", str(UNIT)]
    ran = subprocess.run(words, capture_output=True, check=False, encoding="utf-8")  # noqa: S603
    found = re.search(r"exposure level for \S+: ([\d.]+)", ran.stdout)
    if found is None:
        pytest.skip("this systemd-analyze rates no files")
    assert float(found[1]) <= MOST_EXPOSURE
