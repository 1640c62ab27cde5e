"""The operator's master key, and the keys for single purposes that are derived from it."""

import hmac

from bot.bootstrap.settings import Settings
from bot.domain.errors import Unavailable

AUDIT_SEALS = "kitrader audit seals v1"
_NO_SALT = bytes(32)


def master_key(settings: Settings) -> bytes | None:
    """Give the key that the settings name, by itself or in a file; None where there is none.

    Raises `Unavailable` where the file cannot be read.
    """
    if settings.master_key_file is None:
        return settings.master_key.get_secret_value().encode().strip() or None
    try:
        return settings.master_key_file.read_bytes().strip() or None
    except OSError as error:
        raise Unavailable("MASTER_KEY_FILE", error.strerror or "") from error


def derived_key(master: bytes | None, purpose: str) -> bytes | None:
    """Give 32 bytes for one purpose by HKDF-SHA256 (RFC 5869); None without a master key.

    Whoever has a derived key learns nothing of the master key or of the other derived ones.
    """
    if master is None:
        return None
    extracted = hmac.digest(_NO_SALT, master, "sha256")
    return hmac.digest(extracted, purpose.encode() + b"\x01", "sha256")
