"""The operator's master key: where it lies, and the keys for single purposes derived from it."""

import hmac
import os
from pathlib import Path

from bot.adapters.vault.master_key import (
    BadMasterKeyError,
    key_beside_data,
    key_from_file,
    parsed_key,
)
from bot.bootstrap.settings import Settings
from bot.domain.errors import Unavailable

AUDIT_SEALS = "kitrader audit seals v1"
KEY_FILE = "master.key"
_NO_SALT = bytes(32)


def master_key(settings: Settings, *, may_make: bool = False) -> bytes | None:
    """Give the operator's key of 32 bytes, None where there is none.

    A file that is named comes first, then systemd's credential `master_key`, then the variable,
    then the file beside an embedded database, which is made if it may be. Raises `Unavailable`
    for a key that cannot be used.
    """
    try:
        return _named(settings) or _beside_data(settings, may_make=may_make)
    except BadMasterKeyError as error:
        raise Unavailable("MASTER_KEY", str(error)) from error


def key_file(settings: Settings) -> Path | None:
    """Give the file that the key is read from, None where it is in the variable or nowhere."""
    if path := _named_file(settings):
        return path
    if settings.master_key.get_secret_value() or settings.database_url.get_secret_value():
        return None
    return settings.data_dir / KEY_FILE


def _named_file(settings: Settings) -> Path | None:
    if settings.master_key_file is not None:
        return settings.master_key_file
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    credential = Path(credentials) / "master_key" if credentials else None
    return credential if credential is not None and credential.is_file() else None


def _named(settings: Settings) -> bytes | None:
    if path := _named_file(settings):
        return key_from_file(path)
    text = settings.master_key.get_secret_value().strip()
    return parsed_key(text) if text else None


def _beside_data(settings: Settings, *, may_make: bool) -> bytes | None:
    if settings.database_url.get_secret_value():
        return None
    path = settings.data_dir / KEY_FILE
    if may_make:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return key_beside_data(path)
    return key_from_file(path) if path.is_file() else None


def derived_key(master: bytes | None, purpose: str) -> bytes | None:
    """Give 32 bytes for one purpose by HKDF-SHA256 (RFC 5869); None without a master key.

    Whoever has a derived key learns nothing of the master key or of the other derived ones.
    """
    if master is None:
        return None
    extracted = hmac.digest(_NO_SALT, master, "sha256")
    return hmac.digest(extracted, purpose.encode() + b"\x01", "sha256")
