"""`kitrader check` on the master key: there, for nobody else to read, and the one that sealed."""

from pathlib import Path

import pytest

from bot.adapters.vault.derivation import key_id_of
from bot.bootstrap.master_key import AUDIT_SEALS, derived_key
from bot.bootstrap.settings import Settings
from bot.cli.check_master_key import Sealed, master_key_findings
from bot.domain.audit import name_of

KEY = bytes(range(32))
OURS = Sealed(audit=name_of(derived_key(KEY, AUDIT_SEALS)), factors={key_id_of(KEY): 3})
NOTHING = Sealed(audit=None, factors={})


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text(KEY.hex())
    path.chmod(0o600)
    return path


def settings(**values: object) -> Settings:
    plain: dict[str, object] = {
        "database_url": "postgresql://elsewhere/kitrader",
        "master_key": "",
        "master_key_file": None,
    }
    return Settings.model_validate(plain | values)


def states(given: Settings, sealed: Sealed | None) -> list[tuple[str, str]]:
    found = master_key_findings(given, sealed)
    assert not any(KEY.hex() in one.detail + one.cure for one in found)
    return [(one.subject, one.state) for one in found]


def test_the_key_that_sealed_everything_is_well(key_file: Path) -> None:
    given = settings(master_key_file=key_file)
    assert states(given, OURS) == [
        ("master key", "ok"), ("audit seals", "ok"), ("factors", "ok"),
    ]  # fmt: skip
    assert states(given, None) == [("master key", "ok")]
    assert {state for _, state in states(given, NOTHING)} == {"ok"}


def test_seals_made_before_there_was_a_key_are_a_warning(key_file: Path) -> None:
    given = settings(master_key_file=key_file)
    assert ("audit seals", "warn") in states(given, Sealed(audit="", factors={}))


def test_another_key_than_the_one_that_sealed_is_bad(key_file: Path) -> None:
    key_file.write_text("ab" * 32)
    assert states(settings(master_key_file=key_file), OURS) == [
        ("master key", "ok"), ("audit seals", "bad"), ("factors", "bad"),
    ]  # fmt: skip


@pytest.mark.parametrize(("mode", "state"), [(0o600, "ok"), (0o400, "ok"), (0o640, "warn"),
                                              (0o644, "bad")])  # fmt: skip
def test_a_file_that_others_can_read_is_told(key_file: Path, mode: int, state: str) -> None:
    key_file.chmod(mode)
    assert states(settings(master_key_file=key_file), None) == [("master key", state)]


def test_a_key_that_is_not_there_is_bad_only_where_something_is_sealed(tmp_path: Path) -> None:
    assert states(settings(), NOTHING) == [("master key", "warn")]
    assert states(settings(), OURS) == [("master key", "bad")]
    embedded = settings(database_url="", data_dir=tmp_path)
    assert states(embedded, NOTHING) == [("master key", "ok")]
    assert states(embedded, OURS) == [("master key", "bad")]
    assert states(settings(master_key_file=tmp_path / "gone"), None) == [("master key", "bad")]
    assert states(settings(master_key="too short"), None) == [("master key", "bad")]


def test_a_key_in_the_environment_is_a_warning() -> None:
    assert states(settings(master_key=KEY.hex()), None) == [("master key", "warn")]
