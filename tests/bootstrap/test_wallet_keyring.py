"""Where wallets' master keys are looked for, in which order, and what lies too near the data."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.adapters.vault.keyring import write_new_version
from bot.bootstrap.keyring import open_keyring
from bot.bootstrap.settings import Settings
from bot.cli.keys_report import standing
from bot.domain.errors import Unavailable

KEY = "ca9a17" * 10 + "ca9a"
ELSEWHERE = SecretStr("postgresql://u@db/x")


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


def settings(folder: Path, **given: object) -> Settings:
    return Settings(_env_file=None, **{"data_dir": folder / "data", **given})


def credentials(folder: Path, *versions: int, plain: bool = False) -> Path:
    for version in versions:
        write_new_version(folder, version)
    folder.mkdir(exist_ok=True)
    if plain:
        (folder / "master_key").write_text(KEY)
        (folder / "master_key").chmod(0o400)
    return folder


def test_a_named_folder_comes_before_all_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "CREDENTIALS_DIRECTORY", str(credentials(tmp_path / "run", 1, 2, plain=True))
    )
    named = credentials(tmp_path / "keys", 4)
    given = {"master_key_file": tmp_path / "none", "master_key": SecretStr(KEY)}
    ring = open_keyring(settings(tmp_path, master_keys_dir=named, **given))
    assert ring is not None
    assert (ring.versions, ring.folder, ring.is_apart) == ((4,), named, True)


def test_credentials_by_version_come_before_a_single_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "CREDENTIALS_DIRECTORY", str(credentials(tmp_path / "run", 1, 2, plain=True))
    )
    ring = open_keyring(settings(tmp_path, master_key_file=tmp_path / "none"))
    assert ring is not None
    assert ring.versions == (1, 2)


def test_a_single_credential_or_file_is_version_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = credentials(tmp_path / "run", plain=True)
    of_file = open_keyring(settings(tmp_path, master_key_file=folder / "master_key"))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    of_credential = open_keyring(settings(tmp_path))
    assert of_file is not None
    assert of_credential is not None
    assert of_file.versions == of_credential.versions == (1,)
    assert of_file.key_id(1) == of_credential.key_id(1)
    assert of_file.is_apart


def test_the_variable_serves_a_sandbox_and_nothing_else(tmp_path: Path) -> None:
    ring = open_keyring(settings(tmp_path, master_key=SecretStr(KEY)))
    assert ring is not None
    assert (ring.versions, ring.is_apart) == ((1,), False)
    with pytest.raises(Unavailable, match="no key from the environment") as refused:
        open_keyring(settings(tmp_path, master_key=SecretStr(KEY), database_url=ELSEWHERE))
    assert KEY not in str(refused.value)


def test_a_key_beside_an_embedded_database_is_not_apart(tmp_path: Path) -> None:
    data = credentials(tmp_path / "data", 1, plain=True)
    (data / "master_key").rename(data / "master.key")
    beside = open_keyring(settings(tmp_path))
    in_folder = open_keyring(settings(tmp_path, master_keys_dir=data))
    of_file = open_keyring(settings(tmp_path, master_key_file=data / "master.key"))
    rings = [beside, in_folder, of_file]
    assert [ring is not None and ring.is_apart for ring in rings] == [False] * 3
    assert open_keyring(settings(tmp_path, database_url=ELSEWHERE)) is None
    far = open_keyring(settings(tmp_path, master_keys_dir=data, database_url=ELSEWHERE))
    assert far is not None
    assert far.is_apart


def test_no_key_anywhere_is_none_and_a_bad_one_is_said(tmp_path: Path) -> None:
    assert open_keyring(settings(tmp_path)) is None
    with pytest.raises(Unavailable, match="MASTER_KEY_FILE: FileNotFoundError"):
        open_keyring(settings(tmp_path, master_key_file=tmp_path / "none"))
    with pytest.raises(Unavailable, match="there is no master key"):
        open_keyring(settings(tmp_path, master_keys_dir=tmp_path))


def test_the_command_warns_of_keys_that_are_for_a_sandbox_only(tmp_path: Path) -> None:
    near = open_keyring(settings(tmp_path, master_key=SecretStr(KEY)))
    apart = open_keyring(settings(tmp_path, master_keys_dir=credentials(tmp_path / "keys", 1)))
    assert "for a sandbox only" in "".join(standing(near, {1: 2}).warnings)
    assert standing(apart, {1: 2}).warnings == ()
