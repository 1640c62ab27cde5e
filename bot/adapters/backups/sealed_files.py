"""Whom files are sealed for; files that only their owner can read, brought to the disk."""

import os
from collections.abc import Sequence
from pathlib import Path

import pyrage  # type: ignore[import-untyped] # it brings none


class BadRecipientError(ValueError):
    """A public key that is none; the text says which one, counted from 1."""


def read_recipients(texts: Sequence[str]) -> list[object]:
    """Read age's public keys; raises `BadRecipientError`, also for none at all."""
    if not texts:
        raise BadRecipientError("there is no public key: make one with kitrader backup --new-key")
    found = []
    for number, text in enumerate(texts, start=1):
        try:
            found.append(pyrage.x25519.Recipient.from_str(text.strip()))
        except pyrage.RecipientError as error:
            raise BadRecipientError(f"public key {number} is not one of age (age1...)") from error
    return found


def create_sealed(path: Path) -> int:
    """Open a file for writing that is not there yet; raises `OSError`."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
