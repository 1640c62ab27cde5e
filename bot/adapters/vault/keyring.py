"""The operator's master keys by version: the newest seals, all of them open."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from bot.adapters.vault.derivation import key_id_of
from bot.adapters.vault.master_key import (
    KEY_BYTES,
    BadMasterKeyError,
    key_from_file,
    parsed_key,
)
from bot.domain.live_wallets import MasterKeyMissing
from bot.domain.secrets import Secret

FIRST_VERSION = 1
_NAME = re.compile(r"master-key-([1-9][0-9]{0,5})", re.ASCII)
_OTHERS_MAY_WRITE = 0o022


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """Master keys by version, one at least, no two alike.

    `came_from` says for people where they lie, `folder` is set where that is a folder. `is_apart`
    is false where they lie with the database's data or in its host's environment: good enough for
    a sandbox only.
    """

    keys: Mapping[int, Secret] = field(repr=False)
    came_from: str
    folder: Path | None = None
    is_apart: bool = True

    def __post_init__(self) -> None:
        """Refuse a ring without keys, and one key under two versions."""
        if not self.keys:
            raise BadMasterKeyError(f"{self.came_from}: there is no master key")
        for first, second in combinations(sorted(self.keys), 2):
            if self.keys[first] == self.keys[second]:
                raise BadMasterKeyError(f"master keys {first} and {second} are the same key")

    @property
    def versions(self) -> tuple[int, ...]:
        """Give the versions, ascending."""
        return tuple(sorted(self.keys))

    @property
    def newest(self) -> int:
        """Give the version that seals."""
        return max(self.keys)

    def key_id(self, version: int) -> str:
        """Name a key, without telling anything of it: the same key has the same name anywhere."""
        return key_id_of(bytes(self.key(version).reveal()))

    def key(self, version: int) -> Secret:
        """Give one; raises `MasterKeyMissing`."""
        try:
            return self.keys[version]
        except KeyError:
            raise MasterKeyMissing(version) from None


def keyring_from_folder(folder: Path) -> Keyring:
    """Read `master-key-1`, `master-key-2` and so on; other files do not count.

    A folder of systemd's credentials serves as well. Raises `BadMasterKeyError`, also for a
    folder that others may write to: whoever adds a file there would know all keys to come.
    """
    try:
        _refuse_open(folder)
        keys = {version: Secret(_read(folder, version)) for version in versions_in(folder)}
    except OSError as error:
        raise BadMasterKeyError(f"the folder of master keys: {type(error).__name__}") from error
    return Keyring(keys=keys, came_from=str(folder), folder=folder)


def versions_in(folder: Path) -> tuple[int, ...]:
    """Give the versions of the master keys in a folder, ascending; none where it is not there.

    Raises `BadMasterKeyError` for a folder that we may not look into.
    """
    try:
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    except OSError as error:
        raise BadMasterKeyError(f"{folder}: {type(error).__name__}") from error
    return tuple(sorted(int(match[1]) for match in map(_NAME.fullmatch, names) if match))


def keyring_of_file(path: Path, *, is_apart: bool = True) -> Keyring:
    """Give a ring of the one key in a file, as version 1; raises `BadMasterKeyError`."""
    keys = {FIRST_VERSION: Secret(key_from_file(path))}
    return Keyring(keys=keys, came_from=str(path), is_apart=is_apart)


def keyring_of_variable(text: str) -> Keyring:
    """Give a ring of the key in MASTER_KEY, as version 1; raises `BadMasterKeyError`."""
    keys = {FIRST_VERSION: Secret(parsed_key(text))}
    return Keyring(keys=keys, came_from="MASTER_KEY", is_apart=False)


def write_new_version(folder: Path, version: int, key: Secret | None = None) -> Path:
    """Write a master key, a new one where none is given, to a file that is not there yet.

    It is on the disk when this returns. Raises `BadMasterKeyError`.
    """
    path = folder / f"master-key-{version}"
    text = secrets.token_hex(KEY_BYTES) if key is None else bytes(key.reveal()).hex()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_open(folder)
        _write_through(path, text + "\n")
    except OSError as error:
        raise BadMasterKeyError(f"{path}: {type(error).__name__}") from error
    return path


def _refuse_open(folder: Path) -> None:
    if folder.stat().st_mode & _OTHERS_MAY_WRITE:
        raise BadMasterKeyError("others can write to the folder of master keys; give it mode 0700")


def _write_through(path: Path, text: str) -> None:
    # Never over one that is there: what it has sealed could not be opened again.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(folder: Path, version: int) -> bytes:
    path = folder / f"master-key-{version}"
    if path.stat().st_mode & _OTHERS_MAY_WRITE:
        raise BadMasterKeyError(f"others can write to {path.name}; give it mode 0600")
    try:
        return key_from_file(path, called=path.name)
    except BadMasterKeyError as error:
        raise BadMasterKeyError(f"{path.name}: {error}") from error
