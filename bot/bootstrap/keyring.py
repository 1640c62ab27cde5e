"""The master keys of wallets: where the settings say that they lie."""

import os
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from bot.adapters.vault.keyring import (
    Keyring,
    keyring_from_folder,
    keyring_of_file,
    keyring_of_variable,
    versions_in,
)
from bot.adapters.vault.master_key import BadMasterKeyError
from bot.bootstrap.master_key import KEY_FILE
from bot.bootstrap.settings import Settings
from bot.domain.errors import Unavailable

_NOT_IN_VARIABLE = (
    "beside DATABASE_URL wallets take no key from the environment, which others can read; put it "
    "into MASTER_KEY_FILE or MASTER_KEYS_DIR (docs/keys.md)"
)


def open_keyring(settings: Settings) -> Keyring | None:
    """Give the ring of master keys, None where there is none at all.

    The first of these that is there is the whole ring: MASTER_KEYS_DIR; systemd's credentials
    `master-key-1` and so on; as version 1 MASTER_KEY_FILE, the credential `master_key`, the
    variable MASTER_KEY, the file beside an embedded database. The variable counts beside an
    embedded database only. Raises `Unavailable` for keys that cannot be used.
    """
    try:
        ring = _of_folder(settings) or _of_file(settings) or _of_sandbox(settings)
    except BadMasterKeyError as error:
        raise Unavailable("master keys", str(error)) from error
    if ring is not None and ring.folder is not None and _is_beside_data(settings, ring.folder):
        return replace(ring, is_apart=False)
    return ring


def keyring_to_grow(settings: Settings) -> Keyring | None:
    """Give the ring that the next master key is added to, None where it is the first.

    While MASTER_KEYS_DIR has no key yet, that is the ring that counted before it was named.
    """
    try:
        if settings.master_keys_dir is None or versions_in(settings.master_keys_dir):
            return open_keyring(settings)
    except BadMasterKeyError as error:
        raise Unavailable("master keys", str(error)) from error
    before: dict[str, object] = {"master_keys_dir": None}
    if settings.database_url.get_secret_value():
        # No wallet can lie under it, so it is not in the way of a first key either.
        before["master_key"] = SecretStr("")
    return open_keyring(settings.model_copy(update=before))


def _of_folder(settings: Settings) -> Keyring | None:
    if settings.master_keys_dir is not None:
        return keyring_from_folder(settings.master_keys_dir)
    credentials = _credentials()
    if credentials and versions_in(credentials):
        return keyring_from_folder(credentials)
    return None


def _of_file(settings: Settings) -> Keyring | None:
    path, credentials = settings.master_key_file, _credentials()
    if path is None and credentials and (credentials / "master_key").is_file():
        path = credentials / "master_key"
    if path is None:
        return None
    return keyring_of_file(path, is_apart=not _is_beside_data(settings, path))


def _of_sandbox(settings: Settings) -> Keyring | None:
    is_elsewhere = bool(settings.database_url.get_secret_value())
    text = settings.master_key.get_secret_value().strip()
    if text and is_elsewhere:
        raise BadMasterKeyError(_NOT_IN_VARIABLE)
    if text:
        return keyring_of_variable(text)
    path = settings.data_dir / KEY_FILE
    return None if is_elsewhere or not path.is_file() else keyring_of_file(path, is_apart=False)


def _is_beside_data(settings: Settings, path: Path) -> bool:
    if settings.database_url.get_secret_value():
        return False
    return path.resolve().is_relative_to(settings.data_dir.resolve())


def _credentials() -> Path | None:
    named = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(named) if named and Path(named).is_dir() else None
