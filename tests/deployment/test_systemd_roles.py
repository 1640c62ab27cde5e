"""Under systemd a version is tried by every process of every role, and left by every one."""

import os
import shutil
from pathlib import Path

import pytest

from bot.deployment.layout import Layout
from bot.deployment.systemd_runner import SystemdRunner
from bot.deployment.units import TARGET, units_of
from tests.builders.deploy_site import ROOT

_NOTES = '#!/bin/sh\necho "$(basename "$0") $*" >> "{notes}"\n'


def test_a_trial_is_of_every_process_of_every_role(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, notes, tools = Layout(root=tmp_path), tmp_path / "notes", tmp_path / "tools"
    shutil.copytree(ROOT / "systemd", place.units)
    units = sorted(units_of(["web", "worker:2", "market:2", "sender"]))
    wants = place.units / f"{TARGET}.wants"
    wants.mkdir()
    for unit in units:
        (wants / unit).touch()
    tools.mkdir()
    for name in ("systemctl", "systemd-run"):
        (tools / name).write_text(_NOTES.format(notes=notes))
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    runner = SystemdRunner(place)
    assert runner.doors() == [
        f"http://127.0.0.1:{port}" for port in (8121, 8122, 8131, 8082, 8111, 8112)
    ]
    runner.try_version("0.2.0-abc", 60)
    said = notes.read_text("utf-8")
    assert f"systemctl restart {' '.join(units)}\n" in said
    assert "/opt/kitrader/current/kitrader deploy --carry-on" in said
    trials = {
        path.parent.name.removesuffix(".d"): path.read_text("utf-8")
        for path in (place.passing / "systemd" / "system").rglob("*.conf")
    }
    assert sorted(trials) == units
    for unit, text in trials.items():
        role = unit.removeprefix("kitrader-").partition("@")[0].removesuffix(".service")
        started = f"ExecStart=/opt/kitrader/versions/0.2.0-abc/kitrader run --role {role}\n"
        assert text == f"[Service]\nExecStart=\n{started}"
    notes.write_text("")
    runner.give_up()
    assert f"systemctl restart {' '.join(units)}\n" in notes.read_text("utf-8")
    assert not any((place.passing / "systemd" / "system").rglob("*.conf"))
