"""An installation makes what services need, shows it first, does nothing twice, and keeps data."""

import os
import shutil
from pathlib import Path

import pytest

from bot.cli.main import main
from bot.deployment.install_plan import settings_text
from bot.deployment.layout import DeploymentError, Layout
from bot.deployment.secrets_asked import given, secrets_of
from bot.deployment.units import ports_of, settings_in, units_of
from bot.deployment.versions import Versions
from tests.builders.deploy_site import ROOT, Site

TOKEN = "123456789:" + "canary" * 6
KEY = "ab" * 32

needs_systemd = pytest.mark.skipif(
    shutil.which("systemctl") is None or shutil.which("systemd-sysusers") is None,
    reason="systemctl and systemd-sysusers are not installed",
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A small version with our real units and settings."""
    made = Site(folder=tmp_path).write("0.1.0")
    shutil.copytree(ROOT / "systemd", made / "systemd")
    shutil.copy(ROOT / ".env.example", made)
    for name, text in (("token", TOKEN), ("key", KEY)):
        (tmp_path / name).write_text(text + "\n")
    return made


def install(source: Path, root: Path, *words: str) -> int:
    secrets = [f"--bot-token-file={source.parents[1] / 'token'}",
               f"--master-key-file={source.parents[1] / 'key'}"]  # fmt: skip
    return main(["install", f"--root={root}", f"--source={source}", *secrets, *words])


def snapshot(root: Path) -> dict[str, tuple[object, ...]]:
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted(root.rglob("*")):
        held = path.lstat()
        what = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found[str(path.relative_to(root))] = (oct(held.st_mode), held.st_gid, what)
    return found


def test_a_dry_run_names_every_step_and_file_and_makes_none(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "root"
    assert install(source, root, "--dry-run", "--signer") == 0
    said = capsys.readouterr().out
    for path in ("/etc/kitrader/kitrader.env", "/etc/kitrader/bot_token", "/opt/kitrader/current",
                 "/etc/systemd/system/kitrader.service", "/etc/kitrader-signer/master-key-1",
                 "systemd-sysusers", "enable kitrader.target"):  # fmt: skip
        assert path in said
    assert "canary" not in said
    assert not root.exists()


@needs_systemd
def test_an_installation_is_whole_and_a_second_one_changes_nothing(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "root"
    place = Layout(root=root)
    words = ("--roles=web,worker:2,market,sender", "--signer", "--set=ADMIN_IDS=7")
    assert install(source, root, *words) == 0
    assert (place.settings / "bot_token").read_text() == TOKEN + "\n"
    secret = [place.settings / "bot_token", place.settings / "master_key",
              place.signer / "master-key-1"]  # fmt: skip
    assert {path.stat().st_mode & 0o777 for path in secret} == {0o600}
    assert settings_in(place.settings_file) == {"ADMIN_IDS": "7"}
    assert Versions(place).current().startswith("0.1.0-")
    wants = {path.name for path in (place.units / "kitrader.target.wants").iterdir()}
    units = {"kitrader-web.service", "kitrader-worker@1.service", "kitrader-worker@2.service",
             "kitrader-market@1.service", "kitrader-sender@1.service"}  # fmt: skip
    assert wants == units | {"kitrader-signer.service"}
    assert ports_of(place, sorted(wants)) == [8121, 8131, 8082, 8111, 8112]
    before = snapshot(root)
    assert install(source, root, *words) == 0
    assert snapshot(root) == before
    said = capsys.readouterr()
    assert "canary" not in said.out + said.err


@needs_systemd
def test_a_bot_that_serves_is_not_stopped_for_roles_without_a_database(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "root"
    place = Layout(root=root)
    assert install(source, root) == 0
    before = snapshot(root)
    # What is there is kept, so an address that is only asked for comes nowhere.
    words = ("--roles=web,worker,market,sender", "--set=DATABASE_URL=postgresql://somewhere/x")
    assert install(source, root, *words) == 1
    assert f"set DATABASE_URL in {place.settings_file} first" in capsys.readouterr().err
    assert snapshot(root) == before
    place.settings_file.write_text("DATABASE_URL=postgresql://somewhere/x\n")
    assert install(source, root, *words) == 0
    wants = {path.name for path in (place.units / "kitrader.target.wants").iterdir()}
    assert "kitrader.service" not in wants
    assert "kitrader-web.service" in wants


@needs_systemd
def test_taken_away_it_leaves_data_settings_and_secrets(source: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    place = Layout(root=root)
    assert install(source, root, "--set=BACKUP_RECIPIENTS=age1x") == 0
    assert (place.units / "timers.target.wants" / "kitrader-backup.timer").is_symlink()
    place.state.mkdir(parents=True)
    (place.state / "books").write_text("all of it")
    assert main(["uninstall", f"--root={root}"]) == 0
    left = {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()}
    assert {"var/lib/kitrader/books", "etc/kitrader/bot_token", "etc/kitrader/master_key",
            "etc/kitrader/kitrader.env"} <= left  # fmt: skip
    assert not any("systemd/system" in name or name.startswith(("opt", "usr")) for name in left)


def test_without_root_it_is_refused_in_words(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert main(["install", f"--source={source}"]) == 1
    assert main(["uninstall"]) == 1
    assert main(["deploy", "0.2.0"]) == 1
    assert capsys.readouterr().err.count("needs root") == 3


def test_secrets_are_typed_made_or_refused(tmp_path: Path) -> None:
    token, key, _ = secrets_of(Layout(root=tmp_path), with_signer=True)
    assert given(token, {}, lambda _question: f" {TOKEN} ").text == TOKEN
    assert given(key, {}, lambda _question: "").is_new
    with pytest.raises(DeploymentError, match="bot token"):
        given(token, {}, lambda _question: "hello")
    with pytest.raises(DeploymentError, match="32 bytes"):
        given(key, {}, lambda _question: "abc")
    with pytest.raises(DeploymentError, match="--bot-token-file"):
        given(token, {}, lambda _question: "")


def test_the_first_settings_are_remarks_but_for_what_was_chosen(tmp_path: Path) -> None:
    text = settings_text((ROOT / ".env.example").read_text("utf-8"), {"PREMIUM_STARS": "100"})
    file = tmp_path / "kitrader.env"
    file.write_text(text)
    assert settings_in(file) == {"PREMIUM_STARS": "100"}
    assert "#PRICE_REFRESH_SECONDS=60" in text
    # The units set these, and a file would beat them.
    for name in ("BOT_TOKEN=", "DATA_DIR=", "LOG_DIR=", "OPERATIONS_PORT=", "MASTER_KEY="):
        assert name not in text


@pytest.mark.parametrize("roles", [["queen"], ["worker:0"], ["worker:10"], ["web:2"],
                                   ["all", "web"], ["worker:x"]])  # fmt: skip
def test_roles_that_cannot_be_are_refused(roles: list[str]) -> None:
    with pytest.raises(DeploymentError):
        units_of(roles)


def test_quoted_settings_are_read_as_systemd_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "some.env"
    file.write_text("# A=1\nB='x y'\n C=\"d\" \nE=f=g\nnonsense\n=1\n")
    assert settings_in(file) == {"B": "x y", "C": "d", "E": "f=g"}
