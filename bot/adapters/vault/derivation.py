"""One key for each purpose, all from the operator's."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.adapters.vault.master_key import KEY_BYTES


def derived(key: bytes, purpose: str, *, salt: bytes = b"", more: bytes = b"") -> bytes:
    """Give the key of one purpose; `more` is what goes into it besides the operator's.

    Source: RFC 5869 (HKDF, with SHA-256).
    """
    hkdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt or None, info=purpose.encode())
    return hkdf.derive(key + more)


def key_id_of(key: bytes) -> str:
    """Name a key, without telling anything of it: the same key has the same name anywhere."""
    return derived(key, "kitrader key id")[:8].hex()
