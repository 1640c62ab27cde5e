"""Master keys by version: where they may lie, what is refused, and that none is written over."""

from pathlib import Path

import pytest

from bot.adapters.vault import keyring as keyrings
from bot.adapters.vault.envelope import drawn
from bot.adapters.vault.keyring import (
    Keyring,
    keyring_from_folder,
    keyring_of_file,
    keyring_of_variable,
    write_new_version,
)
from bot.adapters.vault.master_key import BadMasterKeyError
from bot.domain.live_wallets import MasterKeyMissing
from bot.domain.secrets import Secret

KEY = "c0ffee" * 10 + "c0ff"


def put(folder: Path, name: str, text: str, mode: int = 0o600) -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(mode)


def test_a_folder_gives_every_version_and_the_newest_seals(tmp_path: Path) -> None:
    put(tmp_path, "master-key-2", KEY)
    put(tmp_path, "master-key-10", KEY[::-1] + "\n")
    for other in ("master-key-02", "master-key-3~", "master-key-", "bot_token", "master-key-x"):
        put(tmp_path, other, "not a key")
    ring = keyring_from_folder(tmp_path)
    assert (ring.versions, ring.newest) == ((2, 10), 10)
    assert ring.key(2) == Secret(bytes.fromhex(KEY))
    with pytest.raises(MasterKeyMissing, match="no master key of version 3"):
        ring.key(3)


def test_a_file_and_the_variable_are_version_1(tmp_path: Path) -> None:
    put(tmp_path, "key", KEY)
    of_file, of_variable = keyring_of_file(tmp_path / "key"), keyring_of_variable(KEY)
    assert of_file.versions == of_variable.versions == (1,)
    assert of_file.key(1) == of_variable.key(1)
    assert (of_file.is_apart, of_variable.is_apart) == (True, False)


@pytest.mark.parametrize(
    ("texts", "modes", "words"),
    [
        ([], (0o700, 0o600), "there is no master key"),
        ([KEY, KEY.upper()], (0o700, 0o600), "1 and 2 are the same key"),
        ([KEY, "short"], (0o700, 0o600), "master-key-2: .*not 32 bytes"),
        ([KEY, ""], (0o700, 0o600), "master-key-2: .*not 32 bytes"),
        ([KEY], (0o700, 0o604), "everybody can read master-key-1"),
        ([KEY], (0o700, 0o620), "others can write to master-key-1"),
        ([KEY], (0o720, 0o600), "others can write to the folder"),
        ([KEY], (0o702, 0o600), "others can write"),
    ],
)
def test_a_bad_folder_is_refused_without_showing_a_key(
    tmp_path: Path, texts: list[str], modes: tuple[int, int], words: str
) -> None:
    for number, text in enumerate(texts, start=1):
        put(tmp_path, f"master-key-{number}", text, modes[1])
    tmp_path.chmod(modes[0])
    with pytest.raises(BadMasterKeyError, match=words) as refused:
        keyring_from_folder(tmp_path)
    assert KEY not in str(refused.value)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadMasterKeyError, match="FileNotFoundError"):
        keyring_from_folder(tmp_path / "none")


def test_a_new_version_is_a_new_file_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = write_new_version(folder, 1)
    assert (first.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    before = first.read_text()
    with pytest.raises(BadMasterKeyError, match="FileExistsError"):
        write_new_version(folder, 1)
    assert first.read_text() == before
    write_new_version(folder, 2)
    assert keyring_from_folder(folder).versions == (1, 2)


def test_a_key_that_is_given_is_written_as_it_is(tmp_path: Path) -> None:
    key = drawn(32)
    write_new_version(tmp_path, 7, key)
    assert keyring_from_folder(tmp_path).key(7) == key


def test_a_disk_that_is_full_leaves_no_half_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keyrings.os, "fsync", full)
    with pytest.raises(BadMasterKeyError, match="OSError"):
        write_new_version(tmp_path, 1)
    assert list(tmp_path.iterdir()) == []


def test_a_ring_shows_its_versions_and_no_key() -> None:
    ring = Keyring(keys={1: Secret(bytes.fromhex(KEY))}, came_from="a test")
    assert KEY not in repr(ring)
    assert "***" not in repr(ring)
