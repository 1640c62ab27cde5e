"""The operator's key, read from where the settings say."""

import base64
import binascii
import os
import re
import secrets
from pathlib import Path

KEY_BYTES = 32
_HEX = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_OTHERS_MAY_READ = 0o007


class BadMasterKeyError(ValueError):
    """The key cannot be used; the text says why and what to do, and never shows it."""


def parsed_key(text: str) -> bytes:
    """Read a key of 32 bytes, written in hex or base64; raises `BadMasterKeyError`."""
    text = text.strip()
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise BadMasterKeyError(
            "the master key is not 32 bytes in hex or base64; make one with: openssl rand -hex 32"
        )
    return key


def key_from_file(path: Path, *, called: str = "MASTER_KEY_FILE") -> bytes:
    """Read a key from a file that strangers cannot read; raises `BadMasterKeyError`."""
    try:
        mode = path.stat().st_mode
        text = path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise BadMasterKeyError(f"{called}: {type(error).__name__}") from error
    if mode & _OTHERS_MAY_READ:
        raise BadMasterKeyError(f"everybody can read {called}; give it mode 0600")
    return parsed_key(text)


def key_beside_data(path: Path) -> bytes:
    """Read the key that lies beside the embedded database, made at the first time."""
    try:
        # Never over one that is there: what it has sealed could not be opened again.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return key_from_file(path)
    except OSError as error:
        raise BadMasterKeyError(f"the master key's file: {type(error).__name__}") from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key_from_file(path)
