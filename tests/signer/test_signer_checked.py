"""Operators are told how the signer is, by both commands, and what is wrong with its settings."""

from pathlib import Path

import pytest

from bot.bootstrap.settings import Settings
from bot.cli.check_signer import signer_findings
from bot.cli.main import main
from tests.builders.signers import Signers


async def test_check_says_how_the_signer_is(served: Signers) -> None:
    (finding,) = await signer_findings(Settings(signer_socket=served.socket))
    assert finding.state == "ok"
    assert "master key 1" in finding.detail


async def test_check_says_that_the_signer_is_away(signers: Signers) -> None:
    (finding,) = await signer_findings(Settings(signer_socket=signers.socket))
    assert (finding.state, finding.subject) == ("bad", "signer")
    assert "start it" in finding.cure
    assert await signer_findings(Settings()) == []


@pytest.fixture
def _dumps_stay_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command runs in this process, which others may want to look into."""
    monkeypatch.setattr("bot.cli.signer.forbid_dumps", lambda: True)


@pytest.mark.usefixtures("_dumps_stay_allowed")
def test_the_signer_tells_of_its_own_files(
    signers: Signers, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["signer", "--check", "--settings", str(signers.settings)]) == 0
    said = capsys.readouterr().out
    assert "versions 1" in said
    assert "0 signatures" in said
    assert "for a sandbox only" in said
    assert list(said).count("\n") > 10


@pytest.mark.usefixtures("_dumps_stay_allowed")
@pytest.mark.parametrize(
    "wrong",
    [
        ("socket = 1", 0o600, 2, "journal: Field required"),
        ("not toml at all", 0o600, 2, "signer.toml"),
        ("{whole}\nunknown = 1", 0o600, 2, "unknown"),
        ("{whole}", 0o622, 2, "others can change it"),
        ('socket_mode = "0666"\n{whole}', 0o600, 2, "lets everybody in"),
        ('peers = ["nobody-of-that-name"]\n{whole}', 0o600, 2, "there is no user"),
        ('counterparties = ["x"]\n{whole}', 0o600, 2, "an address is none"),
        ('master_keys = "{folder}/none"\n{whole}', 0o600, 1, "master keys"),
        ("{whole}", 0o600, 2, "systemd has passed no credentials"),
    ],
)
def test_wrong_settings_are_told_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: tuple[str, int, int, str]
) -> None:
    content, mode, code, words = wrong
    path = tmp_path / "signer.toml"
    whole = f'socket = "{tmp_path}/s"\njournal = "{tmp_path}/journal"'
    path.write_text(content.replace("{whole}", whole).replace("{folder}", str(tmp_path)))
    path.chmod(mode)
    assert main(["signer", "--check", "--settings", str(path)]) == code
    assert words in capsys.readouterr().err


@pytest.mark.usefixtures("_dumps_stay_allowed")
def test_a_journal_that_was_changed_stops_the_signer(
    signers: Signers, capsys: pytest.CaptureFixture[str]
) -> None:
    (signers.folder / "journal").write_text('0 {"at": "now"}\n')
    assert main(["signer", "--check", "--settings", str(signers.settings)]) == 1
    assert "not as it was written" in capsys.readouterr().err


def test_a_signer_without_settings_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SIGNER_SETTINGS", raising=False)
    assert main(["signer"]) == 2
    assert "SIGNER_SETTINGS" in capsys.readouterr().err
