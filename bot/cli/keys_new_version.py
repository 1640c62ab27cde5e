"""Adds the next master key to a folder, so that the folder holds the whole ring."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.vault.keyring import (
    FIRST_VERSION,
    Keyring,
    keyring_from_folder,
    versions_in,
    write_new_version,
)
from bot.adapters.vault.master_key import BadMasterKeyError
from bot.cli.setup import SetupError


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """The version that was made, the file it lies in, and the older ones copied beside it."""

    version: int
    key_id: str
    path: Path
    copied: tuple[int, ...]


def add_new_version(folder: Path, ring: Keyring | None, in_use: Iterable[int]) -> Added:
    """Make the next master key in a folder, after copying there what the ring has besides.

    `in_use` are the versions that wallets lie under. Raises `SetupError` where one of them is not
    in the ring, since a new key must not take the number of a lost one, and for a folder that
    cannot be used.
    """
    known = ring.versions if ring else ()
    if lost := sorted(set(in_use) - set(known)):
        versions = ", ".join(map(str, lost))
        raise SetupError(
            f"wallets lie under master key {versions}, which is not here: find it first"
        )
    try:
        there = versions_in(folder)
        copied = _complete(folder, ring, there)
        version = max((*known, *there), default=FIRST_VERSION - 1) + 1
        path = write_new_version(folder, version)
        whole = keyring_from_folder(folder)
    except BadMasterKeyError as error:
        raise SetupError(str(error)) from error
    return Added(version=version, key_id=whole.key_id(version), path=path, copied=copied)


def _complete(folder: Path, ring: Keyring | None, there: tuple[int, ...]) -> tuple[int, ...]:
    if ring is None:
        return ()
    theirs = keyring_from_folder(folder) if there else None
    for version in set(ring.versions) & set(there):
        if theirs is not None and theirs.key(version) != ring.key(version):
            raise SetupError(f"{folder} has another master key {version} than {ring.came_from}")
    copied = tuple(version for version in ring.versions if version not in there)
    for version in copied:
        write_new_version(folder, version, ring.key(version))
    return copied
